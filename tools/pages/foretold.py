"""Plants foretold from the others, as the stored calibrations have it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from bvsim.schema.pages import ForetoldPage
from pages import table_lines

TAILS: Final = (0.1, 0.9)
WIDTH_MONTH: Final = "24"
_BINS: Final = 5


def foretold_lines(vintages: Mapping[str, Mapping[str, Any]], page: ForetoldPage) -> Iterator[str]:
    """Yield the part of the page on plants foretold from the others.

    Parameters
    ----------
    vintages : mapping
        What ``bvsim calibrate --write`` left, by day, the oldest first.
    page : ForetoldPage
        Plants of the region that the fit has seen.
    """
    day, newest = list(vintages.items())[-1]
    yield "### Plants foretold from the others, one left out at a time"
    yield ""
    yield from _summary(vintages)
    yield from _pit(newest["scores"]["figures"])
    yield ""
    yield from _figures(day, newest)
    yield ""
    yield f"### {page.called}, with and without their own figures"
    yield ""
    yield from _own(newest, page.sites)


def _summary(vintages: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    head = ("vintage", "figures of", "plants", "points", "in the 80% band", "CRPS of ln", "judged")
    yield from table_lines(
        (*head, "ratio"),
        (
            (
                day,
                name,
                str(part["plants"]),
                str(part["points"]),
                _interval(part["coverage"]),
                f"{part['crps_log']:.3f}",
                f"{part['judged_crps_log']:.3f}",
                _interval(part["ratio"]),
            )
            for day, found in vintages.items()
            for name, part in found["scores"]["summary"].items()
        ),
    )
    yield ""
    yield (
        "Intervals resample plants (95%). CRPS of ln(max(x, 0.001)), averaged within plants first; "
        "judged: the classes as they were written down before, most of these plants in view; "
        "ratio: below 1 where the fit foretells better."
    )
    yield ""


def _interval(triple: Sequence[float | None]) -> str:
    value, low, high = triple
    if value is None or math.isnan(value):
        return "-"
    return f"{value:.2f} ({low:.2f} to {high:.2f})"


def _pit(figures: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    ranks = [each["rank"] for each in figures if each["part"] in ("share", "scrap")]
    counts = [0] * _BINS
    for rank in ranks:
        counts[min(int(rank * _BINS), _BINS - 1)] += 1
    shown = ", ".join(str(count) for count in counts)
    yield (
        f"Ranks of what happened among the forecasts (PIT), {len(ranks)} figures in fifths from "
        f"low to high: {shown}; even would be {len(ranks) / _BINS:.1f} each."
    )


def _figures(day: str, found: Mapping[str, Any]) -> Iterator[str]:
    yield f"Figure by figure, vintage {day}; shares of nameplate, scrap as a share of starts:"
    yield ""
    head = ("plant, figure, month", "published", "P50", "80% band", "in", "rank", "judged rank")
    yield from table_lines(head, (_row(each) for each in found["scores"]["figures"]))


def _row(each: Mapping[str, Any]) -> tuple[str, ...]:
    judged = each["judged_rank"]
    return (
        f"{each['plant']}, {each['part']}, {each['months']:g}",
        _short(each["value"]),
        _short(each["middle"]),
        f"{_short(each['low'])} to {_short(each['high'])}",
        "yes" if each["covered"] else "**no**",
        f"{each['rank']:.2f}",
        "-" if judged is None else f"{judged:.2f}",
    )


def _own(found: Mapping[str, Any], sites: Sequence[str]) -> Iterator[str]:
    without = {each["id"]: each for each in found["scores"]["figures"]}
    ranks = [
        (row, rank, without[row]["rank"] if row in without else None)
        for site in sites
        for row, rank in sorted(found["plants"][site]["rows"].items())
    ]
    head = ("figure", "rank with the plant in the fit", "rank without it")
    yield from table_lines(
        head, ((row, f"{a:.2f}", "-" if b is None else f"{b:.2f}") for row, a, b in ranks)
    )
    yield ""
    outside = sum(not TAILS[0] <= a <= TAILS[1] for _, a, _ in ranks)
    yield f"With the plant, {outside} of {len(ranks)} ranks lie outside {TAILS[0]} to {TAILS[1]}."
    yield ""
    bands = found["bands"]
    low, high = bands.index(TAILS[0]), bands.index(TAILS[1])
    for site in sites:
        plant = found["plants"][site]
        own, new = (
            plant["share"][WIDTH_MONTH],
            found["groups"][plant["group"]]["share"][WIDTH_MONTH],
        )
        yield (
            f"- {site}: share of nameplate at month {WIDTH_MONTH}, 80% band {own[low]:.2f} to "
            f"{own[high]:.2f}; of a new plant of its class {new[low]:.2f} to {new[high]:.2f}."
        )


def _short(value: float) -> str:
    return f"{value:.3g}"
