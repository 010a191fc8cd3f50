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
# # Reading the run store
#
# A run folder is a set of Parquet tables. pandas reads them, and so does any other tool; bvsim is
# only needed to make them.

# %%
import pandas as pd

import bvsim as bv

run = bv.run(bv.load("reference"), draws=8, seed=1)
sorted(path.name for path in run.folder.iterdir())

# %% [markdown]
# ## Key figures: one row a draw

# %%
kpis = pd.read_parquet(run.folder / "kpis.parquet")
kpis.filter(like="output_2030_gwh").describe().T.round(2)

# %%
bv.plot.histogram(run, "output_2030_gwh")

# %% [markdown]
# **How to read it.** Eight rows make a rough picture: the bars are shares of futures, the dotted
# lines the same quantiles as in the table above.
#
# ## The ledger: identities hold in every row
#
# Announced and beyond the plan are what there could be; good cells and losses are where it went.

# %%
ledger = pd.read_parquet(run.folder / "ledger.parquet")
lost = [name for name in ledger if name.startswith("lost_")]
gap = (
    ledger["announced_gwh"]
    + ledger["beyond_plan_gwh"]
    - ledger["good_gwh"]
    - ledger[lost].sum(axis=1)
)
gap.abs().max()

# %% [markdown]
# **How to read it.** Not quite zero, as computers add, but as near as they can: no GWh is counted
# twice, and none is missing.

# %%
by_year = ledger.groupby(["year", "draw"])[["announced_gwh", "good_gwh", *lost]].sum()
by_year.groupby("year").mean().loc[[2026, 2030, 2035]].T.round(2)

# %% [markdown]
# ## The yearly table: wide, so name the columns

# %%
keys = ["draw", "year", "entity"]
people = pd.read_parquet(
    run.folder / "yearly.parquet", columns=[*keys, "headcount", "hires", "leavers"]
)
people = people.dropna(subset=["headcount"])
people[people["year"] == 2030].groupby("entity", observed=True)["headcount"].mean().round(0)

# %% [markdown]
# ## Matter: what goes in comes out
#
# Tonnes of cathode material by origin, plant and end. The same balance for recyclers:
# `of="feedstock"`.

# %%
bv.plot.sankey(run, 2035, of="cathode")

# %% [markdown]
# **How to read it.** Ribbons are as wide as what flows, on one scale. What enters a plant leaves
# it, in cells or as scrap; what is scrap here is feedstock in the other picture.
#
# ## What goes with what
#
# The draws hold the value of each uncertain figure. Eight rows show how it is done and no more: of
# a thousand figures, some go with any outcome by chance. Notebook 07 does better.

# %%
draws = pd.read_parquet(run.folder / "draws.parquet").set_index("draw")
draws = draws.loc[:, draws.nunique() > 1]
outcome = kpis.set_index("draw")["output_2030_gwh"]
draws.corrwith(outcome, method="spearman").abs().sort_values(ascending=False).head(5).round(2)

# %% [markdown]
# ## One file for other tools

# %%
from bvsim.show import export_run

export_run(run, "xlsx").name

# %% [markdown]
# ## Exercises
#
# 1. Check a balance by hand: in `balances.parquet`, opening + inflow = outflow + closing for every
#    row.
# 2. Which share of cathode material is imported, by year? (`cam_import_t` and `cam_used_t` in the
#    yearly table.)
# 3. Repeat the last correlation with a shuffled `outcome`. How large are the largest values now?
#    What follows?
