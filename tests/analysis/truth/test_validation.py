"""The validation page: scores, rivals and what is compared, against cases solved by hand."""

from datetime import date
from types import SimpleNamespace

import numpy as np
import pytest

from bvsim import reading
from bvsim.analysis.truth.classes import ramp_classes
from bvsim.analysis.truth.hindcast import Ensemble, FigureForecast, forecasts, published
from bvsim.analysis.truth.observations import Observation, months_after, observations
from bvsim.analysis.truth.rivals import (
    RampPoint,
    Step,
    planned_on,
    planned_output,
    planned_start,
    read_points,
    reference_class,
    share_at,
)
from bvsim.reading.datafiles import shipped_root
from pages import validation

AS_OF = date(2023, 12, 31)
FOLDER = shipped_root() / "models" / "hauts-de-france"
PLAN = (
    Step("alpha.block-1", date(2024, 1, 1), 8.0),
    Step("alpha.block-1", date(2025, 1, 1), 10.0),
    Step("alpha.block-2", date(2030, 1, 1), 5.0),
    Step("beta.block-1", date(2025, 1, 1), 20.0),
)


def seen(kind="output", entity="alpha", first=date(2024, 1, 1), last=date(2024, 12, 31), **more):
    given = {"since_start": False, "value": 1.0, "low": 0.9, "high": 1.2, **more}
    return Observation(kind, entity, first, last, **given)


def point(plant, first, last, value, ramp="incumbent-abroad", scrap=False):
    return RampPoint(plant, ramp, scrap, first, last, value, "a paper", "")


# -- rivals ----------------------------------------------------------------------------------


def test_a_later_step_of_a_plan_replaces_the_earlier_one():
    days = (date(2023, 12, 31), date(2024, 6, 1), date(2025, 1, 1), date(2031, 1, 1))
    assert [planned_on(PLAN, "alpha", day) for day in days] == [0.0, 8.0, 10.0, 15.0]
    assert planned_on(PLAN, "region", date(2026, 1, 1)) == 30.0


def test_a_plan_makes_its_nameplate():
    year = planned_output(PLAN, seen(), AS_OF)
    assert year == pytest.approx(8.0 * 366 / 365.25)
    half = planned_output(PLAN, seen(first=date(2024, 7, 1)), AS_OF)
    assert half == pytest.approx(8.0 * 184 / 365.25)
    assert planned_start(PLAN, "beta.block-1", AS_OF) == pytest.approx(12.057, abs=1e-3)
    assert planned_start(PLAN, "gamma.block-1", AS_OF) is None


def test_a_plants_share_lies_between_its_points():
    points = [point("x", 12, 12, 0.2), point("x", 18, 30, 0.8), point("x", 20, 20, 0.3, scrap=True)]
    assert share_at(points, 6, 6) == pytest.approx(0.1)
    assert share_at(points, 18, 18) == pytest.approx(0.5)
    assert share_at(points, 60, 60) == pytest.approx(0.8)
    assert share_at(points, 0, 12) == pytest.approx(0.1, rel=1e-3)
    assert share_at(points, -12, 12) == pytest.approx(0.05, rel=1e-2)
    assert share_at(points, -12, -6) == 0.0


def test_the_reference_class_has_a_member_a_plant():
    points = [point("slow", 24, 24, 0.1), point("quick", 24, 24, 1.0)]
    window = seen(first=date(2025, 1, 1), last=date(2025, 12, 31), entity="beta")
    made = reference_class(points, PLAN, window, AS_OF)
    # twenty GWh a year, along a line from nothing to 0.1 or 1.0 in two years: a quarter of it
    assert made == pytest.approx([20 * 0.025, 20 * 0.25], rel=0.01)


def test_the_published_points_are_read():
    points = read_points(FOLDER.parent / "common" / "history" / "ramps-before-2024.csv")
    by_label = {each.label: each.value for each in points}
    assert by_label["giga-nevada, share of nameplate, month 18"] == pytest.approx(20 / 35)
    assert by_label["giga-nevada, share of nameplate, months 0 to 24"] == pytest.approx(11 / 70)
    quarter = by_label["northvolt-ett, share of nameplate, months 18 to 21"]
    assert quarter == pytest.approx(0.013 * 4 / 16)
    assert all(each.source for each in points)


def test_an_unknown_quantity_is_refused(tmp_path):
    file = tmp_path / "x.csv"
    file.write_text(
        "plant,class,nameplate_gwh,quantity,month_first,month_last,value,source,note\n"
        "x,y,1,wh,0,1,1,s,\n"
    )
    with pytest.raises(ValueError, match="unknown quantity"):
        read_points(file)


# -- classes ---------------------------------------------------------------------------------


def test_classes_have_the_vintages_of_their_day():
    then, now = (ramp_classes(FOLDER, day) for day in (AS_OF, date(2026, 3, 31)))
    assert set(then) >= {"incumbent-abroad", "new-entrant"}
    assert then["new-entrant"].t50 != now["new-entrant"].t50


# -- what was observed, and the hindcast -----------------------------------------------------


def test_blocks_seen_in_the_same_span_are_one_figure_of_their_site():
    model = reading.load("hungary-reference").model
    found = [each for each in observations(model, AS_OF) if each.kind == "output"]
    assert len({each.label for each in found}) == len(found)
    blocks = model.sites["samsung-god"].blocks
    parts = [
        windows["year-2024"].good.distribution.median
        for windows in (block.output for block in blocks.values())
        if "year-2024" in windows
    ]
    assert len(parts) == 2
    (year,) = [e for e in found if e.entity == "samsung-god" and e.last.year == 2024]
    assert year.value == pytest.approx(sum(parts))
    assert year.counted
    (both,) = [e for e in found if e.entity == "samsung-god" and not e.counted]
    assert (both.first.year, both.since_start) == (2024, False)


def test_observations_are_the_later_facts_of_the_files():
    found = observations(reading.load("reference").model, AS_OF)
    by_label = {each.label: each for each in found}
    assert by_label["aesc-douai.block-1, SOP"].value == pytest.approx(14.46, abs=0.01)
    window = by_label["acc-douvrin, GWh 2025-01-01 to 2025-12-31"]
    assert window.low < window.value < window.high
    total = by_label["acc-douvrin, GWh to 2026-03-31 (a sum)"]
    parts = [e for e in found if e.entity == "acc-douvrin" and e.kind == "output" and e.counted]
    assert total.value == pytest.approx(sum(each.value for each in parts))
    assert not total.counted
    assert all(each.last > AS_OF for each in found)


@pytest.fixture
def two_draws():
    """Two draws over four months of 2024: one makes 1 GWh a month, one nothing."""
    months = tuple(date(2024, month, 1) for month in (1, 2, 3, 4))
    good = {"alpha": np.array([[1.0] * 4, [0.0] * 4]), "beta": np.array([[0.5] * 4, [0.5] * 4])}
    heads = {"alpha": np.array([[100.0, 200.0, 300.0, 400.0], [0.0] * 4])}
    starts = ({"alpha.block-1": 31.0}, {})
    return Ensemble(
        date(2024, 1, 1), date(2024, 4, 30), date(2024, 1, 1), months, good, heads, starts
    )


def test_windows_take_months_by_their_days(two_draws):
    assert two_draws.output("alpha", date(2024, 1, 1), date(2024, 2, 29)) == pytest.approx([2, 0])
    half = two_draws.output("alpha", date(2024, 4, 16), date(2024, 4, 30))
    assert half == pytest.approx([0.5, 0.0])
    both = two_draws.output("region", date(2024, 3, 1), date(2024, 3, 31))
    assert both == pytest.approx([1.5, 0.5])


def test_heads_lie_between_the_ends_of_months(two_draws):
    assert two_draws.heads_on("alpha", date(2024, 3, 1)) == pytest.approx([200.0, 0.0])
    assert two_draws.heads_on("alpha", date(2024, 4, 16))[0] == pytest.approx(350.0)


def test_a_start_beyond_the_horizon_stands_at_its_end(two_draws):
    limit = months_after(date(2024, 1, 1), date(2024, 4, 30))
    assert two_draws.start_of("alpha.block-1") == pytest.approx([31 / (365.25 / 12), limit])


def test_a_forecast_is_scored():
    given = FigureForecast(seen(value=3.0), np.arange(11.0), 5.0, np.array([3.0]))
    assert given.band == pytest.approx((1.0, 9.0))
    assert given.covered
    assert given.rank == pytest.approx(3.5 / 11)
    model, plan, plants = given.scores
    assert plan == 2.0
    assert plants == 0.0
    assert 0.0 < model < 2.0
    assert FigureForecast(seen(value=9.5), np.arange(11.0), None, np.empty(0)).scores[1:] == (
        None,
        None,
    )


@pytest.mark.slow
def test_the_page_is_made_of_a_real_hindcast():
    lines = list(validation.lines(3))
    text = "\n".join(lines)
    for words in ("aesc-douai.block-1, SOP", "CRPS", "in their 80% band", "northvolt-ett"):
        assert words in text
    tables = [line for line in lines if line.startswith("|")]
    assert len(tables) > 25


# -- the page --------------------------------------------------------------------------------


def test_only_what_stands_between_the_markers_is_rewritten():
    page = f"above\n{validation.BEGIN}\nold\n{validation.END}\nbelow\n"
    new = validation.rewrite(page, "new\n")
    assert new == f"above\n{validation.BEGIN}\nnew\n{validation.END}\nbelow\n"
    assert validation.rewrite(new, "new") == new
    for broken in ("", f"{validation.END}{validation.BEGIN}", page + page):
        with pytest.raises(ValueError, match="the page needs"):
            validation.rewrite(broken, "new")


def test_the_shipped_page_has_its_markers():
    page = shipped_root() / "docs" / "background" / "validation.md"
    if page.is_file():
        assert validation.BEGIN in validation.rewrite(page.read_text("utf-8"), "new")


def test_misses_are_told_with_their_side():
    low = FigureForecast(seen(value=0.5), np.arange(1.0, 12.0), 5.0, np.empty(0))
    told = "\n".join(validation.misses([low]))
    assert "below the band's edge of 2" in told
    assert "No figure" in next(validation.misses([]))


def test_a_lean_is_told():
    high = FigureForecast(seen(value=10.0), np.arange(1.0, 12.0), 5.0, np.empty(0))
    early = FigureForecast(seen("sop", value=2.0), np.arange(1.0, 12.0), 5.0, np.empty(0))
    told = validation.lean([high, high, early])
    assert "Of 2 figures of output and heads 2 came out above" in told
    assert "of 1 starts 1 before" in told


def test_coverage_says_how_little_it_proves():
    told = next(validation.coverage_lines(10, 8))
    assert "8 of 10" in told
    assert "44% to 97%" in told
    assert "nothing to compare" in next(validation.coverage_lines(0, 0))


def test_forecasts_come_with_both_rivals(two_draws):
    figure = lambda value: SimpleNamespace(distribution=SimpleNamespace(median=value))  # noqa: E731
    step = SimpleNamespace(begins=date(2024, 2, 1), nameplate=figure(12.0))
    plan = SimpleNamespace(
        known_from=date(2024, 1, 1),
        published=date(2024, 1, 1),
        blocks={"alpha.block-1": {"s": step}},
    )
    site = SimpleNamespace(staffing=SimpleNamespace(heads_per_unit=figure(50.0)))
    scenario = SimpleNamespace(
        plan_as_of=date(2024, 1, 1), model=SimpleNamespace(plan={"p": plan}, sites={"alpha": site})
    )
    facts = [
        seen(first=date(2024, 2, 1), last=date(2024, 2, 29), low=1.0, high=1.0),
        seen("heads", first=date(2024, 4, 1), last=date(2024, 4, 1)),
        seen("sop", "alpha.block-1", date(2024, 3, 1), date(2024, 3, 1)),
    ]
    output, heads, sop = forecasts(two_draws, scenario, facts, [point("x", 12, 12, 0.5)])
    assert output.plan == pytest.approx(12.0 * 29 / 365.25)
    assert heads.plan == 600.0
    assert sop.plan == pytest.approx(months_after(date(2024, 1, 1), date(2024, 2, 1)))
    assert output.members == pytest.approx([1.0, 0.0])
    assert len(output.plants) == 1


def test_what_is_published_of_a_truth_spreads_like_its_error():
    """A truth of 10 whose figure is known to -20% and +50%: the mirror of that, at P10 and P90."""
    figure = seen(value=1.0, low=0.8, high=1.5)
    said = published(np.full(9999, 10.0), figure)
    low, middle, high = np.quantile(said, (0.1, 0.5, 0.9))
    assert (low, middle, high) == pytest.approx((10 / 1.5, 10.0, 10 / 0.8), rel=1e-3)
    exact = seen(value=1.0, low=1.0, high=1.0)
    assert published(np.arange(3.0), exact).tolist() == [0.0, 1.0, 2.0]
