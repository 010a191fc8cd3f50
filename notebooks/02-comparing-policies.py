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
# # Comparing policies
#
# More training, earlier cathode material, or more demand: which of them moves output, and how sure
# are we? All runs share their draws and their luck, so differences are taken row by row.

# %%
import bvsim as bv

DRAWS = 8  # for a look; 512 or more for numbers to quote

# %%
policies = {
    "reference": "as things stand",
    "training-doubled": "twice the seats in every programme from 2027",
    "neomat-on-time": "cathode material from Dunkirk as announced",
    "demand-low": "slow sales of electric cars",
}
runs = {name: bv.run(bv.load(name), draws=DRAWS, seed=1) for name in policies}

# %% [markdown]
# ## Output of 2030 and 2035
#
# The mean difference to the reference, with its interval. An interval that covers zero says that so
# few draws do not tell the policy from nothing.

# %%
import pandas as pd

rows = []
for name in list(policies)[1:]:
    pair = bv.compare(runs["reference"], runs[name])
    rows += [{"policy": name, **vars(pair.difference(f"output_{y}_gwh"))} for y in (2030, 2035)]
columns = ["kpi", "base_mean", "mean", "ci95_lo", "ci95_hi", "chance_higher"]
pd.DataFrame(rows).set_index("policy")[columns].round(3)

# %% [markdown]
# ## By year

# %%
medians = pd.DataFrame(
    {name: run.quantiles("good_gwh", q=[0.5])["p50"] for name, run in runs.items()}
)
ax = medians.plot(ylabel="Good cells, GWh a year (median)", figsize=(7, 4))

# %% [markdown]
# ## Where the difference comes from
#
# The ledger of both runs, mean of the draws: what is lost less to one cause may be lost to the
# next.

# %%
from bvsim.analysis import ledger_of

base = ledger_of(runs["reference"], 2030)["mean"]
steps = {name: ledger_of(run, 2030)["mean"] - base for name, run in runs.items()}
pd.DataFrame(steps).drop(columns="reference").round(3)

# %% [markdown]
# ## One page for all of them

# %%
others = [run for name, run in runs.items() if name != "reference"]
bv.report.write_report(runs["reference"], beside=others)
