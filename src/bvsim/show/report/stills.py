"""Which still picture each chart of the page has, from the numbers that its scripts draw."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from markupsafe import Markup

from bvsim.show import plot, words
from bvsim.show.report.colours import PALETTE
from bvsim.show.report.still import SIZE, Still
from bvsim.show.words import Both, say

OUTPUT, GREY, GUIDE = plot.COLOURS["good"], "#7d858f", "#999933"
INK = "currentColor"
CONFIDENCE = {
    "seed": "#004488",
    "published": "#0072b2",
    "derived": "#88ccee",
    "background": "#ddcc77",
    "judgement": "#cc6677",
    "user": "#332288",
}
_ROW, _LETTER = 24.0, 6.6
"""Height of a row of names, and width of a letter."""
_LEAST = 0.05
_DASHES = ("", "6 3", "2 3", "8 3 2 3")
Data = Mapping[str, Any]
Part = tuple[Both, Sequence[float], str]
Drawn = Still | None


def stills(data: Data, year: int) -> dict[str, Markup]:
    """Return a still picture for each chart that has something to show, by the chart's name."""
    makers: dict[str, Callable[[], Drawn]] = {
        "fan": lambda: _fan(data, data["fan"], "gwh"),
        "odds": lambda: _odds(data, year),
        "beside": lambda: _beside(data),
        "waterfall": lambda: _waterfall(data, year),
        "bottlenecks": lambda: _stack(data, _by_cause(data["bottlenecks"]), "share", _percent, 1.0),
        "milestones": lambda: _milestones(data),
        "people": lambda: _stack(data, _by_name(data, data["people"]["heads"]), "heads"),
        "moves": lambda: _lines(data, _moves(data), "heads"),
        "graduates": lambda: _stack(data, _by_name(data, data["people"]["graduates"]), "heads"),
        "cathode": lambda: _stack(data, _origins(data), "tonnes"),
        "matter": lambda: _flows(data, year),
        "recycling": lambda: _fan(data, data["recycling"]["total"], "tonnes"),
        "confidence": lambda: _confidence(data["confidence"]),
    }
    makers |= _of_sites(data) | _of_analyses(data, year)
    drawn = {name: make() for name, make in makers.items()}
    return {name: still.svg() for name, still in drawn.items() if still is not None}


def _of_sites(data: Data) -> dict[str, Callable[[], Drawn]]:
    found: dict[str, Callable[[], Drawn]] = {}
    for name, site in data["sites"].items():
        found[f"site.fan.{name}"] = partial(_fan, data, site["fan"], "gwh")
        found[f"site.ledger.{name}"] = partial(_stack, data, _ledger(site), "gwh")
        found[f"site.heads.{name}"] = partial(_fan, data, site.get("heads", {}), "heads")
    return found


def _of_analyses(data: Data, year: int) -> dict[str, Callable[[], Drawn]]:
    found: dict[str, Callable[[], Drawn]] = {}
    for i, each in enumerate(data["sensitivities"]):
        rows = [(words.plain(name), each, at) for at, name in enumerate(each["names"])]
        found[f"sensitivity.{i}"] = partial(_effects, rows, words.plain(""))
    for i, each in enumerate(data["reliefs"]):
        found[f"relief.{i}"] = partial(_relief, each, year)
        found[f"shapley.{i}"] = partial(_shapley, data, each)
    return found


def _percent(share: float) -> Both:
    return words.percent(share)


def named(data: Data, name: str) -> Both:
    """Return what a plant, or an end of a flow, is called."""
    if name.startswith("@"):
        return say(f"chart.{name[1:]}")
    if all(name in data["names"][lang] for lang in words.LANGUAGES):
        return Both(*(data["names"][lang][name] for lang in words.LANGUAGES))
    return words.title(data["titles"].get(name, name))


def _points(data: Data, values: Sequence[float]) -> list[tuple[float, float]]:
    pairs = zip(data["years"], values, strict=True)
    return [(year, value) for year, value in pairs if value is not None]


def _ends(data: Data) -> tuple[float, float]:
    return float(data["years"][0]), float(data["years"][-1])


def _every(data: Data) -> int:
    return 1 + len(data["years"]) // 13


def _fan(data: Data, found: Data, unit: str) -> Drawn:
    if not found.get("p50"):
        return None
    lines = [("mean", "mean", OUTPUT, ""), ("plan", "announced", INK, "6 4")]
    lines += [("nameplate", "nameplate", GUIDE, "2 3"), ("capacity", "capacity", GUIDE, "2 3")]
    known = [line for line in lines if line[1] in found]
    most = max(*found["p90"], *(max(found[line[1]]) for line in known), _LEAST)
    still = Still(_ends(data), (0.0, most), right=20.0)
    bands = [("eight", "p10", "p90", 0.17), ("half", "p25", "p75", 0.3)]
    still.legend(
        [(say(f"chart.{name}"), OUTPUT, 2 * opacity) for name, _, _, opacity in bands]
        + [(say(f"chart.{name}"), colour, 1.0) for name, _, colour, _ in known]
    )
    still.heights(say(f"chart.{unit}"))
    still.years(data["years"], _every(data))
    for _, low, high, opacity in bands:
        still.area(_points(data, found[low]), _points(data, found[high]), OUTPUT, opacity)
    for _, key, colour, dash in known:
        still.line(_points(data, found[key]), colour, dash)
    return still


def _stack(
    data: Data,
    parts: Sequence[Part],
    unit: str,
    write: Callable[[float], Both] = words.number,
    most: float | None = None,
) -> Drawn:
    """Draw bars on each other by year; what is below zero hangs below it."""
    if not any(any(values) for _, values, _ in parts):
        return None
    columns = list(zip(*(values for _, values, _ in parts), strict=True))
    high = most or max(sum(v for v in column if v > 0) for column in columns)
    low = min(sum(v for v in column if v < 0) for column in columns)
    first, last = _ends(data)
    still = Still((first - 0.5, last + 0.5), (low, high))
    still.legend([(name, colour, 1.0) for name, _, colour in parts])
    still.heights(say(f"chart.{unit}"), write)
    still.years(data["years"], _every(data))
    for year, column in zip(data["years"], columns, strict=True):
        up = down = 0.0
        for (_, _, colour), value in zip(parts, column, strict=True):
            start = up if value > 0 else down
            if value:
                corners = [
                    (still.x(year + s), still.y(v))
                    for s, v in ((-0.4, start), (0.4, start + value))
                ]
                still.box(corners[0], corners[1], colour)
            up, down = up + max(value, 0.0), down + min(value, 0.0)
    return still


def _lines(data: Data, parts: Sequence[Part], unit: str) -> Drawn:
    known = [value for _, values, _ in parts for value in values if value is not None]
    if not known:
        return None
    still = Still(_ends(data), (0.0, max(*known, _LEAST)), right=20.0)
    still.legend([(name, colour, 1.0) for name, _, colour in parts])
    still.heights(say(f"chart.{unit}"))
    still.years(data["years"], _every(data))
    for i, (_, values, colour) in enumerate(parts):
        still.line(_points(data, values), colour, _DASHES[i % len(_DASHES)])
    return still


def _by_cause(found: Mapping[str, Sequence[float]]) -> list[Part]:
    return [(words.cause(name), values, plot.COLOURS[name]) for name, values in found.items()]


def _by_name(data: Data, found: Mapping[str, Sequence[float]], most: int = 7) -> list[Part]:
    """Return the largest entries in their own colours, the others together in grey."""
    names = sorted(found, key=lambda name: -sum(found[name]))
    parts = [(named(data, name), found[name], data["own"][name]) for name in names[:most]]
    rest = [found[name] for name in names[most:]]
    if rest:
        parts.append((say("chart.others"), [sum(v) for v in zip(*rest, strict=True)], "#b4bac2"))
    return parts


def _moves(data: Data) -> list[Part]:
    moves = data["people"]["moves"].items()
    return [(say(f"chart.{n}"), v, c) for (n, v), c in zip(moves, PALETTE, strict=False)]


def _origins(data: Data) -> list[Part]:
    found = data["cathode"]["origin"]
    return [(say(f"chart.{name}"), found[name], data["own"]["@" + name]) for name in found]


def _ledger(site: Data) -> list[Part]:
    steps = site["ledger"]
    order = ["good", *reversed([step for step in steps if step not in ("good", "beyond_plan")])]
    return [
        (words.cause(step), steps[step], plot.COLOURS[step]) for step in order if any(steps[step])
    ]


def _beside(data: Data) -> Drawn:
    parts: list[Part] = [(say("chart.own"), data["fan"]["mean"], OUTPUT)]
    for i, run in enumerate(data["beside"]):
        values = dict(zip(run["years"], run["mean"], strict=True))
        own = [values.get(year) for year in data["years"]]
        parts.append((words.plain(run["name"]), own, PALETTE[(i + 3) % len(PALETTE)]))  # type: ignore[arg-type]
    return _lines(data, parts, "gwh") if data["beside"] else None


def _odds(data: Data, year: int) -> Drawn:
    at = data["years"].index(year)
    shares, ends = data["odds"]["least"][at], data["odds"]["ends"][at]
    still = Still((0.0, float(max(len(shares) - 1, 1))), (0.0, 1.0), height=240, top=28, right=20)
    still.heights(say("tile.in_year", year=year), _percent)
    still.widths()
    low, high = ([(i, each[k]) for i, each in enumerate(ends) if each] for k in (0, 1))
    if low:
        still.area(low, high, OUTPUT, 0.2)
    still.line(list(enumerate(shares)), OUTPUT)
    return still


def _rows(names: Sequence[Both], across: tuple[float, float], right: float = 60.0) -> Still:
    """Return a picture with names at its left, one below the other."""
    height = _ROW * len(names) + 12 + SIZE * 2
    left = 12 + _LETTER * max(
        (len(text) for name in names for text in (name.en, name.fr)), default=0
    )
    still = Still(across, (len(names), 0.0), height=height, left=min(left, 330.0), right=right)
    for row, name in enumerate(names):
        still.text((still.left - 8, still.y(row + 0.5) + 4), name, "end")
    return still


def _bar(
    still: Still, row: int, ends: tuple[float, float], colour: str, opacity: float = 1
) -> None:
    (y0, y1) = (still.y(row + share) for share in (0.18, 0.82))
    x0, x1 = (still.x(end) for end in ends)
    still.box((x0, y0), (max(x1, x0 + 1.5), y1), colour, opacity)


def _waterfall(data: Data, year: int) -> Drawn:
    at, ends = data["years"].index(year), ("announced", "good")
    means = {step: data["stairs"][step]["mean"][at] for step in data["steps"]}
    shown = [step for step in means if step in ends or means[step] >= _LEAST]
    most = max(means["announced"] + means["beyond_plan"], means["good"], _LEAST)
    still = _rows([words.cause(step) for step in shown], (0.0, most))
    still.widths()
    level = 0.0
    for row, step in enumerate(shown):
        size = means[step]
        start = 0.0 if step in ends else level if step == "beyond_plan" else max(level - size, 0.0)
        level = start + size if step in (*ends, "beyond_plan") else start
        _bar(still, row, (start, start + size), plot.COLOURS[step])
        sign = "" if step in ends else "+" if step == "beyond_plan" else "\N{MINUS SIGN}"
        said = words.short(size)
        told = Both(sign + said.en, sign + said.fr)
        still.text((still.x(start + size) + 5, still.y(row + 0.5) + 4), told, kind="strong")
    return still


def _milestones(data: Data) -> Drawn:
    blocks = data["milestones"]
    if not blocks:
        return None
    first, last = _ends(data)
    still = _rows([_milestone_name(block) for block in blocks], (first, last + 1))
    still.years([year for year in data["years"] if (year - data["years"][0]) % 3 == 0])
    for row, block in enumerate(blocks):
        colour = plot.COLOURS["closure"] if block["kind"] == "close" else OUTPUT
        if block["p10"] is not None:
            _bar(still, row, (block["p10"], block["p90"]), colour, 0.2 + 0.5 * block["share"])
            _bar(still, row, (block["p50"], block["p50"]), colour)
        if block["planned"] is not None:
            x, y = still.x(block["planned"] + 0.5), still.y(row + 0.5)
            still.path(f"M{x - 6:g},{y:g}l6,-6l6,6l-6,6Z", INK, 0.75)
        if block["fact"]:
            still.line([(block["fact"], row + 0.2), (block["fact"], row + 0.8)], INK, wide=4)
        share = _percent(block["share"]) if block["share"] else words.plain(words.NOTHING)
        still.text((still.x(last + 1) + 8, still.y(row + 0.5) + 4), share, kind="mark")
    return still


def _milestone_name(block: Data) -> Both:
    name = words.title(block["title"])
    return words.listing([name, say("chart.closes")]) if block["kind"] == "close" else name


def _effects(rows: Sequence[tuple[Both, Data, int]], unit: Both) -> Drawn:
    """Draw dots with their intervals: rows of a name, a table of value, lo and hi, and where."""
    if not rows:
        return None
    known = [each[key][i] for _, each, i in rows for key in ("value", "lo", "hi")]
    inside = [0.0, *(value for value in known if value is not None)]
    still = _rows([name for name, _, _ in rows], (min(inside), max(inside)), right=24.0)
    still.widths()
    for row, (_, each, i) in enumerate(rows):
        colour = PALETTE[3] if each["value"][i] < 0 else OUTPUT
        if each["lo"][i] is not None:
            still.line([(each[end][i], row + 0.5) for end in ("lo", "hi")], colour)
        at = each["value"][i]
        x, y = still.x(at), still.y(row + 0.5)
        still.path(f"M{x - 5:g},{y:g}a5,5 0 1 0 10,0a5,5 0 1 0 -10,0Z", colour)
    still.text((0, still.height - 4), unit, kind="mark")
    return still


def _relief(found: Data, year: int) -> Drawn:
    if year not in found["years"]:
        return None
    rows = []
    for lifted in found["lifted"]:
        for measure in ("alone", "last", "shapley"):
            own = found[measure][lifted]
            name = words.listing([words.cause(lifted), say(f"chart.{measure}")])
            rows.append((name, {**own, "value": own["mean"]}, found["years"].index(year)))
    return _effects(rows, say("chart.freed"))


def _shapley(data: Data, found: Data) -> Drawn:
    parts = []
    for lifted in found["lifted"]:
        values = dict(zip(found["years"], found["shapley"][lifted]["mean"], strict=True))
        own = [values.get(year) or 0.0 for year in data["years"]]
        parts.append((words.cause(lifted), own, data["colours"][lifted]))
    return _stack(data, parts, "freed")


def _confidence(found: Mapping[str, Mapping[str, int]]) -> Drawn:
    if not found:
        return None
    kinds = [kind for kind in CONFIDENCE if any(own.get(kind) for own in found.values())]
    still = _rows([words.model_part(name) for name in found], (0.0, 1.0), right=20.0)
    still.widths(_percent)
    for row, own in enumerate(found.values()):
        level, whole = 0.0, sum(own.values())
        for kind in kinds:
            share = own.get(kind, 0) / whole
            if share:
                _bar(still, row, (level, level + share), CONFIDENCE[kind])
            level += share
    return still


def _flows(data: Data, year: int) -> Drawn:
    """Draw flows from sources through plants to ends, as wide as what flows."""
    at = data["years"].index(year)
    flows = [(source, target, values[at]) for source, target, values in data["matter"]["links"]]
    least = 0.004 * max((amount for *_, amount in flows), default=0.0)
    flows = [flow for flow in flows if flow[2] > max(least, 0.5)]
    if not flows:
        return None
    seen = {name for flow in flows for name in flow[:2]}
    columns = [[name for name in lane if name in seen] for lane in data["matter"]["lanes"]]
    size = {name: _through(flows, name) for column in columns for name in column}
    gap, height = 16.0, 400.0
    scale = min((height - gap * len(c) - 20) / sum(size[n] for n in c) for c in columns if c)
    still = Still((0.0, 1.0), (0.0, 1.0), height=height)
    place: dict[str, tuple[float, float]] = {}
    for x, column in zip((0.0, 145.0, 290.0, 435.0, 580.0), columns, strict=True):
        y = 6.0
        for name in column:
            place[name] = x, y
            y += size[name] * scale + gap
    left, right = ({name: y for name, (_, y) in place.items()} for _ in range(2))
    for source, target, amount in flows:
        wide = amount * scale
        x0, x1 = place[source][0] + 12, place[target][0]
        y0, y1, half = right[source], left[target], (place[source][0] + place[target][0]) / 2
        text = (
            f"M{x0:g},{y0:.1f}C{half:g},{y0:.1f} {half:g},{y1:.1f} {x1:g},{y1:.1f}v{wide:.1f}"
            f"C{half:g},{y1 + wide:.1f} {half:g},{y0 + wide:.1f} {x0:g},{y0 + wide:.1f}Z"
        )
        still.path(text, data["own"][source], 0.35)
        right[source], left[target] = y0 + wide, y1 + wide
    for name, (x, y) in place.items():
        still.box((x, y), (x + 12, y + size[name] * scale), data["own"][name])
        middle = y + size[name] * scale / 2
        still.text((x + 15, middle), named(data, name), kind="small")
        still.text((x + 15, middle + 11), words.number(size[name]), kind="small")
    return still


def _through(flows: Sequence[tuple[str, str, float]], name: str) -> float:
    """Return the larger of what enters and what leaves a node."""
    return max(sum(flow[2] for flow in flows if flow[end] == name) for end in (0, 1))
