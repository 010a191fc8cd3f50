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
# # A first run
#
# Load the reference valley, run a few dozen of its possible futures, and look at what they deliver
# and at what holds them back. It takes about a minute.

# %%
import bvsim as bv

scenario = bv.load("reference")
scenario

# %% [markdown]
# A scenario is a model at a date, with everything set. It never changes.
#
# ## Run it
#
# A *draw* is one set of values for everything nobody knows. Sixteen show how it works; use 512 or
# more for numbers to quote. The same seed gives the same numbers.

# %%
DRAWS = 16
run = bv.run(scenario, draws=DRAWS, seed=1)
run

# %% [markdown]
# ## What will the valley deliver?
#
# Good cells in GWh a year. Half of the futures lie below `p50`, one in ten below `p10`.

# %%
run.quantiles("good_gwh", by="year").round(1)

# %%
bv.plot.fan(run, "good_gwh")

# %% [markdown]
# **How to read it.** The title says how much of the plan for 2030 comes. Between the edges of the
# pale band lie eight futures in ten. Shaded years have been observed: there is no doubt in them, so
# the band is thin. It opens to the right because doubt adds up, and its lower edge stays low
# because plants may close and do not come back.
#
# ## How likely is a target?
#
# A median is no promise. What a planner asks is how often a target is reached, and how sure so few
# draws can be.

# %%
bv.plot.exceedance(run, "output_2035_gwh", threshold=30)

# %% [markdown]
# **How to read it.** Walk up from 30 GWh to the curve and left to the chance. The band is the 95%
# interval: with sixteen draws it is wide, and an honest answer is the whole interval.
#
# ## Where does the announced plan go?
#
# Every GWh of the plan is either made or lost to exactly one cause, so the steps add up. Averages
# over the draws:

# %%
ax = bv.plot.waterfall(run, year=2030)

# %% [markdown]
# **How to read it.** The first greys are losses of the plan itself: blocks that are never built, or
# late. Only what stands further down can be won back by people who run plants. A step says what
# bound *first*: if it were lifted, the next would take part of what it frees.
#
# ## And what holds each site back?

# %%
bv.plot.heat_strip(run)

# %% [markdown]
# **How to read it.** A column is a year, and its colours the shares of futures in which each cause
# takes most. White means that nothing binds, or that nothing was planned. Sites differ: one lever
# does not fit all.
#
# ## Change something
#
# `with_values` returns another scenario. Both runs share their draws and their luck, so the
# difference in each draw is the effect of the seats alone.

# %%
more_seats = scenario.with_values({"labour.programmes.btc-douvrin.seats": 60})
other = bv.run(more_seats, draws=DRAWS, seed=1)
bv.compare(run, other)

# %% [markdown]
# **How to read it.** An interval that covers zero says that these draws cannot tell the seats from
# nothing. That is a result: where something else binds, seats free little. Notebook 02 compares
# policies, 07 asks what does matter.
#
# ## Exercises
#
# 1. Draw the fan of one site: `bv.plot.fan(run, entity="aesc-douai")`. Is its band wider than the
#    valley's, as a share of the median? Why might it be?
# 2. Move the threshold of the exceedance to 20 and to 40 GWh. How fast does the chance fall?
# 3. Run with `seed=2`. Which of your conclusions survive? Then with 64 draws: which intervals
#    shrink, and by how much?
