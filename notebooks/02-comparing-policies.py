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
reference = runs["reference"]

# %% [markdown]
# ## Output of 2030 and 2035
#
# The mean difference to the reference, with its interval. An interval that covers zero says that so
# few draws do not tell the policy from nothing.

# %%
import pandas as pd

rows = []
for name in list(policies)[1:]:
    pair = bv.compare(reference, runs[name])
    rows += [{"policy": name, **vars(pair.difference(f"output_{y}_gwh"))} for y in (2030, 2035)]
columns = ["kpi", "base_mean", "mean", "ci95_lo", "ci95_hi", "chance_higher"]
pd.DataFrame(rows).set_index("policy")[columns].round(3)

# %% [markdown]
# **Why pairs?** Two runs with luck of their own differ by noise too. A pair differs by the policy
# alone. The *variance factor* says how many times more draws unpaired runs would need for the same
# interval:

# %%
slow = bv.compare(reference, runs["demand-low"])
found = slow.difference("output_2035_gwh")
print(f"{found.pairs} pairs tell as much as {found.unpaired_draws:.0f} unpaired draws")

# %% [markdown]
# ## By year
#
# A policy that works late looks useless early. The line is the mean difference, the dark band its
# interval, the pale band what eight pairs in ten say.

# %%
bv.plot.difference(slow, "good_gwh")

# %% [markdown]
# **How to read it.** Before the policy acts, both runs are equal to the last bit: the line lies on
# zero. If the dark band leaves zero, the effect is more than chance. If it never does, take more
# draws before you say anything.
#
# ## Where the difference comes from
#
# The ledger of both runs, mean of the draws: what is lost less to one cause may be lost to the
# next.

# %%
from bvsim.analysis import ledger_of

base = ledger_of(reference, 2035)["mean"]
steps = {name: ledger_of(run, 2035)["mean"] - base for name, run in runs.items()}
pd.DataFrame(steps).drop(columns="reference").round(3)

# %% [markdown]
# **How to read it.** Down a column the numbers add up: what one cause gives back, the others or the
# good cells receive. A policy whose gain is eaten by the next cause is half of a good pair.
#
# ## People
#
# Training shows here first, and in output only where people were what bound.

# %%
ax = bv.plot.people(runs["training-doubled"])

# %% [markdown]
# ## One page for all of them

# %%
others = [run for name, run in runs.items() if name != "reference"]
bv.report.write_report(reference, beside=others)

# %% [markdown]
# ## Exercises
#
# 1. Take another KPI, such as `headcount_2030` or `local_cam_share_2035`. Which policy moves it
#    most?
# 2. Compare `training-doubled` with `neomat-on-time` directly: `bv.compare(runs[a], runs[b])`. Is
#    the winner sure?
# 3. Set both levers in one scenario with `with_values`. Is the effect of the pair the sum of both?
#    Why not?
