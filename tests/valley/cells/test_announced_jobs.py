"""Jobs announced, from steps to key figures."""

from __future__ import annotations

from datetime import date

from bvsim.schema.plan import JobStep
from bvsim.valley.cells.plan import JOBS, AnnouncedJobs
from labour_case import context


def test_the_last_step_begun_holds_at_the_end_of_a_month():
    steps = {
        "later": JobStep(begins=date(2023, 2, 15), heads=500.0),
        "first": JobStep(begins=date(2023, 2, 1), heads=200.0),
    }
    ctx = context(years=1)
    jobs = AnnouncedJobs({"works": steps}, ctx)
    jobs.start()
    said = []
    for period, after in zip(ctx.calendar.periods, ctx.calendar.periods[1:], strict=False):
        if period.month != after.month:
            jobs.month_end(period)
            said.append(ctx.books.accounts["yearly", "works:plan"].now[JOBS.jobs_announced])
    assert said[:3] == [0.0, 500.0, 500.0]
