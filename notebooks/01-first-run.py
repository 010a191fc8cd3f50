# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#       jupytext_version: 1.19.6
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # A first run
#
# Load the reference valley, run a few dozen of its possible futures, and look at what they deliver
# and at what holds them back. It takes less than a minute.

# %%
import bvsim as bv

scenario = bv.load("reference")
print(scenario.story)

# %% [markdown]
# ## Run it
#
# A *draw* is one set of values for everything nobody knows. Sixteen show how it works; use 512 or
# more for numbers to quote. The same seed gives the same numbers.

# %%
DRAWS = 16
run = bv.run(scenario, draws=DRAWS, seed=1)
run.folder

# %% [markdown]
# ## What will the valley deliver?
#
# Good cells in GWh a year. Half of the futures lie below `p50`, one in ten below `p10`.

# %%
run.quantiles("good_gwh", by="year").round(1)

# %%
ax = bv.plot.fan(run, "good_gwh")

# %% [markdown]
# ## Where does the announced plan go?
#
# Every GWh of the plan is either made or lost to exactly one cause, so the steps add up. Averages
# over the draws:

# %%
ax = bv.plot.waterfall(run, year=2030)

# %% [markdown]
# And what takes most, in what share of the futures:

# %%
ax = bv.plot.bottlenecks(run)

# %% [markdown]
# ## Change something
#
# A scenario never changes; `with_values` returns another one. Both runs share their draws and their
# luck, so the difference in each draw is the effect of the seats alone.

# %%
more_seats = scenario.with_values({"labour.programmes.btc-douvrin.seats": 60})
other = bv.run(more_seats, draws=DRAWS, seed=1)

difference = other.table("kpis")["output_2030_gwh"] - run.table("kpis")["output_2030_gwh"]
difference.describe().round(3)
