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
# # What matters?
#
# The model has more than a thousand figures that nobody knows. Which of them should one find out?
# Two questions, two methods: first *whose* figures matter (Morris, by groups), then how much of the
# spread is only luck.

# %%
import bvsim as bv
from bvsim.analysis import analyse, remarks, run_sensitivity

scenario = bv.load("reference")

# %% [markdown]
# ## Why not correlations?
#
# A run of a few dozen draws has far more figures than rows. Some figure always goes along with the
# outcome by chance. Partial rank correlations say so honestly: at this size they call nothing
# clear.

# %%
run = bv.run(scenario, draws=16, seed=1)
table = analyse(run, "prcc", "output_2030_gwh")
for remark in remarks(run, "prcc", table):
    print("-", remark)

# %% [markdown]
# ## Move whole groups
#
# Morris' method moves one group of figures at a time, all of its figures at once, and looks how far
# the outcome goes. Ten walks over ten groups need about a hundred simulations, however many figures
# there are.

# %%
GROUPS = ["shock.*", "demand.*", "money.*", "labour.*", "sites.*"]
sample = run_sensitivity(
    scenario, "morris", bases=10, by="actor", figures=GROUPS, out="runs/morris", resume=True
)
found = analyse(sample, "morris", "output_2030_gwh")
found[["mu_star", "mu_star_lo", "mu_star_hi", "figures", "clear"]].round(2)

# %%
bv.plot.sensitivity(found)

# %% [markdown]
# **How to read it.** A dot is how far, on average, 2030 output moves when a group goes from one end
# of its range to another; a line is its 95% interval; hollow dots cannot be told from nothing. What
# stands on top is worth an expert's day. What stands at the bottom may stay a guess, however many
# figures it has:

# %%
clear = found[found["clear"]]
top = clear["mu_star"].idxmax()
print(
    f"{len(clear)} of {len(found)} groups are clear. {top} moves output by "
    f"{clear.loc[top, 'mu_star']:.0f} GWh (figures in it: {clear.loc[top, 'figures']}), labour by "
    f"{found.loc['labour', 'mu_star']:.1f} (figures: {found.loc['labour', 'figures']})."
)

# %% [markdown]
# ## Another outcome, another order
#
# The same simulations answer for every key figure. Jobs need not depend on what output depends on.

# %%
ax = bv.plot.sensitivity(analyse(sample, "morris", "headcount_2030"))

# %% [markdown]
# **How to read it.** A group that is high in one chart and low in the other acts on that outcome by
# another way than through production. Which are they?
#
# ## How much is luck?
#
# Replications of a draw share their figures and differ by luck alone. What varies within draws is
# what no better figure would tell.

# %%
from bvsim.analysis import variance_shares

lucky = bv.run(scenario, draws=12, per_draw=2, seed=1)
variance_shares(lucky, ["output_2026_gwh", "output_2030_gwh"])[["parameters", "luck"]].round(2)

# %% [markdown]
# ## Keep it
#
# Tables that are written into a run folder appear in its page when that is built again.

# %%
from bvsim.analysis import write_tables

write_tables(sample.folder, {"morris_output_2030_gwh": found})
bv.report.write_report(run, analyses=[sample.folder])

# %% [markdown]
# ## Exercises
#
# 1. Take the group on top apart: `figures=["demand.*"], by="figure"` with Morris. Is it one figure
#    or many?
# 2. Use 4 walks instead of 10. What does the column `clear` say, and why?
# 3. Name one figure that you would pay to know. What would you expect to see in the fan if you knew
#    it? Set it with `with_values` at both ends of its range, and compare.
