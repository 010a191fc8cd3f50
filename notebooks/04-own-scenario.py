# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # A programme and a scenario of your own
#
# A study folder holds copies of model and scenarios. Here a new training programme is added to the
# model, and a scenario turns it on more strongly from 2028.

# %%
from pathlib import Path

import yaml

import bvsim as bv
from bvsim.reading import init

DRAWS = 8
study = Path("my-study")
if not study.exists():
    init(study)

# %% [markdown]
# ## A programme
#
# A block of YAML, and no code. We start from one that exists and change what is ours. A figure of
# our own needs a source, too: `bvsim-judgement` says that it is an estimate.

# %%
path = study / "models" / "hauts-de-france" / "labour.yaml"
labour = yaml.safe_load(path.read_text(encoding="utf-8"))
ours = dict(labour["programmes"]["btc-douvrin"])
ours["seats"] = {
    "value": 20,
    "unit": "count",
    "source": ["bvsim-judgement"],
    "confidence": "judgement",
}
labour["programmes"]["lens-academy"] = ours
_ = path.write_text(yaml.safe_dump(labour, allow_unicode=True, sort_keys=False), encoding="utf-8")

# %% [markdown]
# ## A scenario

# %%
_ = (study / "scenarios" / "lens-academy.yaml").write_text(
    """\
name: lens-academy
story: A second training centre, and three times its seats from 2028.
extends: reference
set:
  labour.programmes.lens-academy.seats: {times: 3, from: 2028-01-01}
""",
    encoding="utf-8",
)
scenario = bv.load("lens-academy", root=study)
scenario

# %% [markdown]
# **How to read it.** The card lists what is set and by whom. A lever acts from its date: what
# happened before stays as it was, and so the past of every scenario is the same.
#
# ## What it trains

# %%
run = bv.run(scenario, draws=DRAWS, seed=1)
run.quantiles("graduates", entity="lens-academy").round(0)

# %%
bv.plot.fan(run, "graduates", entity="lens-academy")

# %% [markdown]
# **How to read it.** Graduates do not triple with the seats at once: courses take months, some
# trainees leave or fail, and later the applicants may run short. If the band flattens below three
# times its height, something other than seats binds.
#
# ## Does it move staff?
#
# The same draws and luck without the academy. Only what the academy changes differs.

# %%
without = bv.run(bv.load("reference"), draws=DRAWS, seed=1)
bv.plot.difference(bv.compare(without, run), "headcount")

# %% [markdown]
# ## What a mistake looks like
#
# Every error has its file, line and column, and says what may have been meant.

# %%
try:
    scenario.with_values({"labour.programmes.lens-academy.seat": 10})
except bv.SpecError as error:
    print(error)

# %% [markdown]
# ## Exercises
#
# 1. Give the academy a seat figure that is not sure: `{"triangular": [10, 20, 40], "unit": "count",
#    ...}`. What happens to the band of graduates?
# 2. Let the lever begin in 2032. From which year on do both runs differ?
# 3. `bvsim validate my-study/models/hauts-de-france/labour.yaml` on the terminal: leave out a
#    source and look.
