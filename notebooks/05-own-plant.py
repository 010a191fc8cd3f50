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
# ## What it makes, and what it takes

# %%
with_plant = bv.run(wider, draws=DRAWS, seed=1)
with_plant.quantiles("good_gwh", entity="sodium-amiens").round(2).tail(8)

# %%
without = bv.run(base, draws=DRAWS, seed=1)
pair = {"without": without, "with": with_plant}
for name, run in pair.items():
    print(name, run.quantiles("headcount", entity="tiamat-amiens").loc[2035].to_dict())

# %% [markdown]
# The plant was never announced, so all it makes is beyond the plan:

# %%
ax = bv.plot.waterfall(with_plant, 2035, entity="sodium-amiens")
