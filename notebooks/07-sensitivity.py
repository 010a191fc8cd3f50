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
# # Which figures matter?
#
# Partial rank correlations use a run that is there already: nothing is simulated again. Every
# effect has an interval, and with a thousand uncertain figures most of them cover zero.

# %%
import bvsim as bv
from bvsim.analysis import analyse, remarks

run = bv.run(bv.load("reference"), draws=32, seed=1)

# %%
found = analyse(run, "prcc", "output_2030_gwh")
found.round(2)

# %%
for remark in remarks(run, "prcc", found):
    print("-", remark)

# %% [markdown]
# Tables that are written into the run folder appear in its page when that is built again.

# %%
from bvsim.analysis import write_tables

write_tables(run.folder, {"prcc_output_2030_gwh": found})
bv.report.write_report(run)
