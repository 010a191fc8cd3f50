"""Registered forecasts: quarters counted by hand, and facts held against what was said."""

from datetime import date
from types import SimpleNamespace

import pytest

from pages import forecasts


@pytest.mark.parametrize(
    ("as_of", "first"),
    [
        (date(2026, 3, 31), 2026.5),
        (date(2026, 1, 15), 2026.25),
        (date(2025, 9, 30), 2026.0),
        (date(2025, 12, 31), 2026.25),
    ],
)
def test_the_first_quarter_is_the_one_that_a_day_has_not_ended(as_of, first):
    ends = forecasts.quarters_after(as_of)
    assert ends == [first + i / 4 for i in range(8)]


def window(good, known):
    distribution = SimpleNamespace(median=good)
    return SimpleNamespace(
        first=date(2026, 1, 1),
        last=date(2026, 12, 31),
        known_from=known,
        good=SimpleNamespace(distribution=distribution),
    )


def test_facts_are_held_against_what_was_said():
    said = {
        "as_of": "2026-03-31",
        "quarters": [2026.5, 2026.75, 2027.0],
        "good_gwh": {"mill": {"2026": [0.5, 1.0, 2.0]}},
        "sop_by_quarter": {"mill.one": [0.1, 0.4, 0.7]},
    }

    def scored(good, known):
        block = SimpleNamespace(
            project=SimpleNamespace(started=date(2026, 8, 1)),
            output={"year": window(good, date(2027, 1, 31))},
        )
        model = SimpleNamespace(sites={"mill": SimpleNamespace(blocks={"one": block})})
        return list(forecasts.score(said, model, known))

    late = date(2027, 3, 31)
    sop = ("mill.one, SOP", "40% by that quarter", "2026-08-01", "-")
    assert scored(1.5, late) == [sop, ("mill, GWh 2026", "1 (0.5 to 2)", "1.5", "yes")]
    assert scored(2.5, late)[1][-1] == "**no**"
    assert scored(1.5, date(2026, 12, 31)) == [sop]  # the year is not known yet
    assert scored(1.5, date(2026, 7, 31)) == []
