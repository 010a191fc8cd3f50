"""Fitted figures of ramp-up, written into the files of a model.

    python -m fitted              # after: bvsim calibrate --write

Takes what ``bvsim calibrate --write`` left in the model's history, vintage by vintage, and
rewrites the lines that cite it: figures of classes, figures of sites whose own output or scrap
was seen, and the rank correlations between them. Everything else in these files is left as it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from bvsim.analysis.truth.calibration.run import history_of
from bvsim.reading.datafiles import model_folder
from bvsim.reading.folder import folders_of

UNITS: Final = {
    "t50": "months",
    "steepness": '"1"',
    "mature": "share",
    "scrap_start": "share",
    "scrap_knee": "share",
    "scrap_mature": "share",
    "scrap_time": "months",
    "scrap_slow_time": "months",
}
"""The fitted figures of a class, in the order of its file, with their units."""
USUAL: Final = "incumbent-abroad-1"
"""The makers' experience that plain ``incumbent-abroad`` stands for: most had ramped one."""
_FAMILIES: Final = ("lognormal", "beta", "normal", "quantiles")
_PART_OF: Final = {name: "scrap" if name.startswith("scrap") else "share" for name in UNITS}

Vintages = dict[str, dict[str, Any]]


def read_vintages(model: Path) -> Vintages:
    """Return the stored calibrations of a model by their day, the oldest first."""
    paths = sorted(history_of(model).glob("calibration-*.json"))
    return {path.stem.removeprefix("calibration-"): json.loads(path.read_text()) for path in paths}


# -- figures ------------------------------------------------------------------------------------


def class_lines(vintages: Vintages, group: str, indent: str = "  ") -> list[str]:
    """Return the lines of a group's fitted figures, one vintage below another."""
    return [
        line
        for name in UNITS
        for line in _figure(
            name,
            [
                (day, found["groups"][group]["plant"][name], _evidence(found, group, name))
                for day, found in vintages.items()
            ],
            indent,
        )
    ]


def site_lines(vintages: Vintages, site: str, ramp: str, indent: str = "  ") -> list[str]:
    """Return the lines of a site's own figures: its class's, until it was seen itself."""
    lines = [f"{indent}like: {ramp}"]
    for name in UNITS:
        entries = []
        for day, found in vintages.items():
            if site in found["plants"]:
                own = found["plants"][site]
                note = f"the plant's own, given its rows; counted from its {own['sop_kind']}"
                entries.append((day, own["figures"][name], note))
            else:
                plant = found["groups"][ramp]["plant"][name]
                entries.append((day, plant, _evidence(found, ramp, name)))
        lines += _figure(name, entries, indent)
    return lines


def _figure(name: str, entries: list[tuple[str, Any, str]], indent: str) -> Iterator[str]:
    yield f"{indent}{name}:"
    for day, marginal, note in entries:
        family = next(each for each in _FAMILIES if each in marginal)
        yield (
            f"{indent}  - {{{family}: {_mapping(marginal[family])}, unit: {UNITS[name]},"
            f' source: [{source_of(day)}], confidence: derived, note: "{note}"}}'
        )


def source_of(day: str) -> str:
    """Return the id of the source that figures fitted at a day cite."""
    return f"bvsim-fit-{day[:4]}"


def _mapping(numbers: Mapping[str, Any]) -> str:
    return "{" + ", ".join(f"{key}: {_number(x)}" for key, x in numbers.items()) + "}"


def _number(x: Any) -> str:
    return "[" + ", ".join(map(_number, x)) + "]" if isinstance(x, list) else f"{x:.6g}"


def _evidence(found: Mapping[str, Any], group: str, name: str) -> str:
    ramp = re.sub(r"-\d$", "", group)
    plants, rows = found["counts"][ramp][_PART_OF[name]]
    return f"{plants} plants, {rows} rows of the class"


# -- correlations -------------------------------------------------------------------------------


HEAD: Final = (
    "# yaml-language-server: $schema=../../models/schemas/correlations.json",
    "# Fitted with the figures (bvsim calibrate, then python -m fitted): those of a class hold",
    "# in every site that takes it over; from its own vintage on a site has its own.",
)


def class_pairs(vintages: Vintages) -> list[str]:
    """Return the lines of the correlations of classes."""
    lines: list[str] = []
    groups = list(next(iter(vintages.values()))["groups"])
    for name in [*groups, "incumbent-abroad"]:
        group = USUAL if name == "incumbent-abroad" else name
        found = {day: each["groups"][group]["plant_ranks"] for day, each in vintages.items()}
        lines += _pairs(name, f"classes.{name}", found)
    return lines


def site_pairs(vintages: Vintages, sites: Iterable[str]) -> list[str]:
    """Return the lines of the correlations of sites that have figures of their own."""
    lines: list[str] = []
    for site in sites:
        own = {d: v["plants"][site]["ranks"] for d, v in vintages.items() if site in v["plants"]}
        lines += _pairs(site, f"sites.{site}.ramp", own, every=True)
    return lines


def _pairs(
    label: str, path: str, found: Mapping[str, list[Any]], *, every: bool = False
) -> Iterator[str]:
    """Yield the entries of a class or site; a pair that an earlier vintage had is taken back."""
    yield f"{label}:"
    before = {(a, b) for a in UNITS for b in UNITS if a < b} if every else set()
    for day, ranks in found.items():
        large = {(a, b): rank for a, b, rank in ranks if {a, b} <= set(UNITS)}
        for pair in sorted(before | set(large)):
            rank = large.get(pair, 0.0)
            figures = ", ".join(f"{path}.{figure}" for figure in pair)
            yield (
                f"  - {{figures: [{figures}], rank: {rank:g}, known_from: {day},"
                f" source: [{source_of(day)}]}}"
            )
        before |= set(large)


def other_pairs(text: str, fitted: Iterable[str]) -> str:
    """Return what a file of correlations holds beside the fitted ones."""
    entries = re.split(r"^(?=[\w-]+:)", text, flags=re.MULTILINE)[1:]
    return "".join(each for each in entries if each.partition("\n")[0] not in set(fitted))


# -- files --------------------------------------------------------------------------------------


def replace_block(text: str, key: str, lines: list[str], names: set[str]) -> str:
    """Return a file with the fitted figures under a top-level key written anew.

    Lines of other figures under the key stay, below the fitted ones.
    """
    found = re.search(rf"^{re.escape(key)}:.*\n((?:[ #].*\n|\n(?=[ #]))*)", text, re.MULTILINE)
    if found is None:
        return f"{text.rstrip()}\n{key}:\n" + "\n".join(lines) + "\n"
    kept, skipping = [], False
    for line in found[1].splitlines():
        name = re.match(r"  ([\w-]+):", line)
        if name:
            skipping = name[1] in names
        if not skipping:
            kept.append(line)
    body = "\n".join([*lines, *kept])
    return f"{text[: found.start()]}{key}:\n{body}\n{text[found.end() :]}"


def write(model: Path) -> list[Path]:
    """Write the fitted figures into the files of a model and of what it extends; return these."""
    vintages = read_vintages(model)
    newest = list(vintages.values())[-1]
    common = next(each for each in folders_of(model) if (each / "classes.yaml").is_file())
    classes = common / "classes.yaml"
    text = classes.read_text("utf-8")
    names = set(UNITS)
    for group in newest["groups"]:
        if group.startswith("incumbent-abroad-"):
            like = ["  like: incumbent-abroad", *class_lines(vintages, group)]
            text = replace_block(text, group, like, {*names, "like"})
        else:
            text = replace_block(text, group, class_lines(vintages, group), names)
    text = replace_block(text, "incumbent-abroad", class_lines(vintages, USUAL), names)
    classes.write_text(text, "utf-8")
    written, own = [classes], {}
    for path in sorted((model / "sites").glob("*.yaml")):
        if path.stem in newest["plants"]:
            own[path.stem] = newest["plants"][path.stem]["group"]
            lines = site_lines(vintages, path.stem, own[path.stem])
            site = replace_block(path.read_text("utf-8"), "ramp", lines, {*names, "like"})
            path.write_text(site, "utf-8")
            written.append(path)
    pairs = {common: class_pairs(vintages)}
    pairs[model] = [*pairs.get(model, ()), *site_pairs(vintages, own)]
    for folder, lines in pairs.items():
        correlations = folder / "correlations.yaml"
        kept = other_pairs(correlations.read_text("utf-8"), lines)
        correlations.write_text("\n".join([*HEAD, *lines]) + f"\n{kept}", "utf-8")
        written.append(correlations)
    return written


if __name__ == "__main__":
    for file in write(model_folder()):
        print(file)
