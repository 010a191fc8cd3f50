from datetime import date

import numpy as np
import pytest
from pydantic_core import PydanticCustomError

from bvsim.schema.figure import Figure, FigureContext, day_number
from bvsim.schema.grammar import parse_figure
from bvsim.schema.unit import Timed, Unit

MONTHS, SHARE, DATE = Unit("months", 0), Unit("share", 0, 1), Unit("date")
COUNT, SEATS = Unit("count", 0, whole=True), Unit("count", 0, whole=True, timed=True)
SOURCES = {"old": date(2021, 3, 31), "new": date(2025, 1, 15), "judged": None}
SAID = {"source": ["judged"], "confidence": "judgement"}


def read(raw, unit=MONTHS, as_of=date(2026, 3, 31)):
    return parse_figure(raw, unit, FigureContext(SOURCES, as_of))


def wrong(raw, unit=MONTHS, as_of=date(2026, 3, 31)):
    with pytest.raises(PydanticCustomError) as caught:
        read(raw, unit, as_of)
    return [(".".join(map(str, path)), text) for path, text in caught.value.context["problems"]]


def test_python_may_give_plain_numbers_but_files_may_not():
    timed = Timed((), (1.0,))
    assert parse_figure(3, MONTHS) == 3
    assert parse_figure(timed, SEATS) is timed
    assert "bare number needs a source" in wrong(3)[0][1]
    assert "months" in wrong(3)[0][1]
    with pytest.raises(PydanticCustomError):
        parse_figure(True, MONTHS)
    with pytest.raises(PydanticCustomError):
        parse_figure("3", MONTHS)


def test_all_vintages_are_kept_and_the_newest_known_is_in_force():
    raw = [
        {"value": 1, "unit": "months", **SAID},
        {"value": 3, "unit": "months", **SAID, "source": "new"},
        {"value": 2, "unit": "months", **SAID, "known_from": date(2023, 5, 30)},
    ]
    for day, value in [
        (date(2020, 1, 1), 1), (date(2023, 5, 29), 1), (date(2023, 5, 30), 2),
        (date(2025, 1, 14), 2), (date(2025, 1, 15), 3),
    ]:  # fmt: skip
        figure = read(raw, as_of=day)
        assert figure.distribution.median == value
        assert len(figure.vintages) == 3
    assert read(raw, as_of=None).distribution.median == 3


def test_a_figure_known_only_later_is_refused():
    raw = {"value": 3, "unit": "months", **SAID, "source": ["judged", "new"]}
    assert "known only from 2025-01-15" in wrong(raw, as_of=date(2023, 12, 31))[0][1]
    assert read(raw).vintage.known_from == date(2025, 1, 15)


def test_vintages_of_one_date_are_refused():
    raw = [{"value": i, "unit": "months", **SAID} for i in (1, 2)]
    assert "same date" in wrong(raw)[0][1]


@pytest.mark.parametrize(
    ("raw", "unit", "path", "words"),
    [
        ({"value": 3, **SAID}, MONTHS, "", "no unit"),
        ({"value": 3, "unit": "years", **SAID}, MONTHS, "unit", "months here, not years"),
        ({"value": 3, "unit": "months", "confidence": "seed"}, MONTHS, "", "no source"),
        ({"value": 3, **SAID, "source": ["jugded"]}, COUNT, "source.0", "mean 'judged'"),
        ({"value": 3, **SAID, "confidence": "sure"}, COUNT, "confidence", "one of seed"),
        ({"value": 3, "source": "judged"}, COUNT, "", "no confidence"),
        ({"triangle": [1, 2, 3], **SAID}, COUNT, "triangle", "mean 'triangular'"),
        ({**SAID}, COUNT, "", "no value"),
        ({"value": 3, "uniform": [1, 2], **SAID}, COUNT, "uniform", "one is enough"),
        ({"value": "3,5", **SAID}, SHARE, "value", "decimal point"),
        ({"value": 2.5, **SAID}, COUNT, "value", "whole number"),
        ({"value": 1.2, **SAID}, SHARE, "value", "between 0 and 1"),
        ({"uniform": [-0.1, 0.5], **SAID}, SHARE, "uniform", "out of bounds"),
        ({"triangular": [0.1, 0.5], **SAID}, SHARE, "triangular", "3 values"),
        ({"triangular": [0.5, 0.1, 0.7], **SAID}, SHARE, "triangular", "ascend"),
        ({"triangular": [0.5, "x", 0.7], **SAID}, SHARE, "triangular.1", "not a number"),
        ({"lognormal": {"median": 0.5, "sd": 2}, **SAID}, SHARE, "lognormal.sd", "unknown key"),
        ({"beta": {"mean": 0.5}, **SAID}, SHARE, "beta", "mean: ..., n: ..."),
        ({"value": 2025, **SAID}, DATE, "value", "YYYY-MM-DD"),
        ({"lognormal": {"median": 1, "gsd": 2}, **SAID}, DATE, "lognormal", "a date cannot"),
        ({"value": 0.3, "truncate": [0, 1], **SAID}, SHARE, "truncate", "cannot be truncated"),
        ({"value": 3, **SAID, "known_from": 2025}, COUNT, "known_from", "YYYY-MM-DD"),
        ([3], COUNT, "0", "bare number"),
        ([], COUNT, "", "not a figure"),
        ({"changes": [{"times": 2}]}, COUNT, "", "none is given here"),
    ],
)
def test_one_mistake_gives_one_message_with_its_path(raw, unit, path, words):
    found = wrong(raw, unit)
    assert len(found) == 1
    assert found[0][0] == path
    assert words in found[0][1]


def test_all_mistakes_of_a_figure_are_told_at_once():
    raw = {"uniform": [5, 1], "unit": "weeks", "source": "nil", "confidence": "low", "nte": 1}
    assert {path for path, _ in wrong(raw)} == {"uniform", "unit", "source", "confidence", "nte"}


def test_spreads_are_cut_at_physical_bounds():
    figure = read({"normal": {"mean": 0.9, "sd": 0.2}, **SAID}, SHARE)
    assert figure.distribution.support == (0, 1)
    assert figure.distribution.quantile(np.array([1 - 1e-9]))[0] <= 1
    assert read({"lognormal": {"median": 1, "gsd": 2}, "unit": "months", **SAID}).distribution.kind


def test_dates_are_drawn_as_days_and_written_as_dates():
    days = [date(2025, 1, 1), date(2025, 6, 1), date(2026, 1, 1)]
    figure = read({"triangular": days, **SAID}, DATE)
    assert figure.distribution.support == (day_number(days[0]), day_number(days[2]))
    assert figure.describe() == "triangular 2025-01-01, 2025-06-01, 2026-01-01"


@pytest.mark.parametrize(
    ("change", "unit", "words"),
    [
        ({"times": 2, "from": date(2027, 1, 1)}, COUNT, "one value for a whole run"),
        ({"times": 2, "from": date(2026, 3, 31)}, SEATS, "facts stay"),
        ({"times": 2, "plus": 1}, SEATS, "exactly one"),
        ({"multiply": 2}, SEATS, "unknown key"),
        ({"times": -2}, SEATS, "negative"),
        ({"to": -2}, SEATS, "at least 0"),
        ({"times": 2}, DATE, "cannot be multiplied"),
    ],
)
def test_levers_that_cannot_act_are_refused(change, unit, words):
    value = date(2025, 1, 1) if unit is DATE else 3
    found = wrong({"value": value, **SAID, "changes": [change]}, unit)
    assert len(found) == 1
    assert words in found[0][1]


def test_a_figure_is_read_once():
    figure = read({"value": 3, **SAID}, COUNT)
    assert isinstance(figure, Figure)
    assert read(figure, COUNT) is figure
