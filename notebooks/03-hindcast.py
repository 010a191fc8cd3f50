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
# # Hindcast
#
# What would the model have said at the end of 2023, and what came? The scenario `hindcast-2023` is
# the same code with the figures and plans known then; nothing observed later is used.

# %%
from datetime import date

import pandas as pd

import bvsim as bv

DRAWS = 16  # for a look; 512 or more for numbers to quote

then, now = bv.load("hindcast-2023"), bv.load("reference")
then

# %%
run = bv.run(then, draws=DRAWS, seed=1)
forecast = run.quantiles("good_gwh", by=["entity", "year"], q=[0.05, 0.1, 0.5, 0.9, 0.95])
forecast.loc[(slice(None), [2024, 2025, 2026]), :].round(2)

# %% [markdown]
# ## What was observed
#
# Output over spans of days, each with the error of that knowledge. Those that end with a calendar
# year, and begin with it or with the start of production, can be set beside its forecast.

# %%
rows = []
for site, part in now.model.sites.items():
    for label, block in part.blocks.items():
        for span in block.output.values():
            if span.last != date(span.first.year, 12, 31) or span.first <= then.as_of:
                continue
            said = forecast.loc[(site, span.first.year)]
            rows.append(
                {
                    "block": f"{site}.{label}",
                    "from": span.first,
                    "to": span.last,
                    "observed": span.good.distribution.median,
                    **said,
                }
            )
seen = pd.DataFrame(rows).set_index("block")
plan = run.table("ledger").groupby(["entity", "year"], observed=True)["announced_gwh"].mean()
seen.insert(
    3, "announced", [plan.get((block, day.year), 0.0) for block, day in seen["from"].items()]
)
seen.round(2)

# %% [markdown]
# **How to read it.** A good forecast holds the observed value between `p10` and `p90` in eight
# cases of ten, neither fewer (it was too sure) nor all (it said nothing). How often does this one?
# And how far off was the plan?

# %%
held = (seen["p10"] <= seen["observed"]) & (seen["observed"] <= seen["p90"])
ours = (seen["p50"] - seen["observed"]).abs().mean()
theirs = (seen["announced"] - seen["observed"]).abs().mean()
print(f"{held.sum()} of {len(seen)} lie between P10 and P90")
print(f"mean error: median {ours:.1f} GWh, announced plan {theirs:.1f} GWh")

# %% [markdown]
# ## Against the plan
#
# The announced plan of the end of 2023, and what the model of then made of it.

# %%
bv.plot.fan(run, "good_gwh")

# %% [markdown]
# **How to read it.** The distance from the plan to the band is not pessimism about these plants. It
# is what plants of their class have done elsewhere: late starts, slow learning, some closures.
#
# ## When
#
# Dates say more than volumes about what was known.

# %%
ax = bv.plot.milestones(run, kind="starts")

# %% [markdown]
# A handful of plants and two years say little: validation, with proper scores and simpler rivals,
# is `docs/background/validation.md`.
#
# ## Exercises
#
# 1. Draw the milestones of `now` (a run of `reference`) beside these. Which blocks moved, and in
#    which direction?
# 2. Which block's error is the largest? Look at its ledger with `bv.plot.waterfall(run, 2025,
#    entity=...)`: which cause did the model of then think of?
# 3. A rival forecast: "the plan, two years later". Compute its mean error for the rows of `seen`.
#    Does it do better?
