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
# # A plant of your own
#
# A site is one YAML file. We copy a small one, make it ours, and look at what it produces and what
# that does to its neighbours. Other plants keep their luck: random streams are keyed by name.

# %%
from datetime import date
from pathlib import Path

import yaml

import bvsim as bv
from bvsim.reading import init

DRAWS = 8
study = Path("my-study")
if not study.exists():
    init(study)
base = bv.load("reference", root=study)

# %% [markdown]
# ## The file
#
# Taken from Tiamat's, with other dates. Keep no figure without thinking about it: a copied source
# does not speak about your plant.

# %%
sites = study / "models" / "hauts-de-france" / "sites"
plant = yaml.safe_load((sites / "tiamat-amiens.yaml").read_text(encoding="utf-8"))
plant["title"] = "Sodium Amiens"
first = plant["blocks"]["block-1"]
plant["blocks"] = {"block-1": first}
guess = {"source": ["bvsim-judgement"], "confidence": "judgement"}
first["nameplate"] = {"triangular": [2, 4, 6], "unit": "GWh/yr", **guess}
first["project"]["begins"] = {"value": date(2026, 9, 1), "unit": "date", **guess}
target = sites / "sodium-amiens.yaml"
_ = target.write_text(yaml.safe_dump(plant, allow_unicode=True, sort_keys=False), encoding="utf-8")

# %%
wider = bv.load("reference", root=study)
sorted(set(wider.model.sites) - set(base.model.sites))

# %% [markdown]
# ## What it makes

# %%
with_plant = bv.run(wider, draws=DRAWS, seed=1)
with_plant.quantiles("good_gwh", entity="sodium-amiens").round(2).tail(8)

# %% [markdown]
# The plant was never announced, so all it makes is beyond the plan:

# %%
ax = bv.plot.waterfall(with_plant, 2035, entity="sodium-amiens")

# %% [markdown]
# **How to read it.** The staircase starts at nothing announced and climbs by what the plant would
# make at its rating. What is lost on the way down is its own ramp and stops, not its neighbours'.
#
# ## When it starts

# %%
bv.plot.milestones(with_plant, kind="starts")

# %% [markdown]
# **How to read it.** A project passes permit, financing, construction and qualification, and may
# end at each. The share at the right says how often it gets through; find the new plant among the
# others.
#
# ## What it takes from its neighbour
#
# Both plants hire from the same basin. If people are scarce there, one's gain is the other's loss.

# %%
without = bv.run(base, draws=DRAWS, seed=1)
pair = bv.compare(without, with_plant)
bv.plot.difference(pair, "headcount", entity="tiamat-amiens")

# %% [markdown]
# **How to read it.** A line on zero says that the basin has people for both. Where it dips, compare
# the bands: eight draws give a hint, not a proof.
#
# ## Exercises
#
# 1. Make the plant ten times as large. From which size on does the neighbour feel it?
# 2. Move the plant to another basin (`basin: dunkirk`). Who feels it now?
# 3. Two plants, one file copied twice: does the second draw the luck of the first? Look at
#    `sop_year` in `with_plant.table("kpis")`.
