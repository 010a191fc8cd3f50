"""A calibration as files: its results, its scores, and the figures as classes have them."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from bvsim.analysis.truth.calibration.marginals import LEVELS, Marginal, Number
from bvsim.analysis.truth.calibration.run import Calibration
from bvsim.analysis.truth.calibration.scores import Scored, summarise
from bvsim.analysis.truth.calibration.summary import (
    BANDS,
    PART_OF,
    UNITS,
    GroupSummary,
    PlantSummary,
    counts,
    shared_figures,
)
from bvsim.reading.whole_files import together

SCHEMA_VERSION: Final = 1
SOURCE: Final = "bvsim-fit"
"""Id of the source that fitted figures cite."""
_CONFIDENCE: Final = "derived"


def results(done: Calibration) -> dict[str, object]:
    """Return what a calibration found, as JSON knows it."""
    diagnostics = done.posterior.diagnostics
    return {
        "schema_version": SCHEMA_VERSION,
        "as_of": done.table.as_of.isoformat(),
        "seed": done.seed,
        "digest": done.digest,
        "family": done.posterior.what.family,
        "without": sorted(done.posterior.without),
        "sampler": asdict(diagnostics),
        "counts": _counts(done),
        "levels": list(LEVELS),
        "bands": list(BANDS),
        "shared": {name: _marginal(m) for name, m in shared_figures(done.posterior).items()},
        "groups": {each.group.name: _group(each) for each in done.groups},
        "plants": {each.plant: _plant(each) for each in done.plants},
        "likeness": done.likeness,
        "left_out_rows": {each.id: each.reason for each in done.table.left_out},
        "scores": scores(done),
    }


def _counts(done: Calibration) -> dict[str, dict[str, list[int]]]:
    found: dict[str, dict[str, list[int]]] = {}
    for (ramp, part), numbers in counts(done.table).items():
        found.setdefault(ramp, {})[part] = list(numbers)
    return found


def _marginal(found: Marginal) -> dict[str, object]:
    return {**found.entry, "sampled": list(found.sampled), "worst": found.worst}


def _group(each: GroupSummary) -> dict[str, object]:
    return {
        "middle": {name: _marginal(m) for name, m in each.middle.items()},
        "plant": {name: _marginal(m) for name, m in each.plant.items()},
        "middle_ranks": [list(pair) for pair in each.middle_ranks],
        "plant_ranks": [list(pair) for pair in each.plant_ranks],
        "share": {str(month): list(band) for month, band in each.share.items()},
        "scrap": {str(month): list(band) for month, band in each.scrap.items()},
        "staffed": {str(month): list(band) for month, band in each.staffed.items()},
    }


def _plant(each: PlantSummary) -> dict[str, object]:
    return {
        "group": each.group.name,
        "sop_kind": each.kind,
        "rows": dict(each.rows),
        "figures": {name: _marginal(m) for name, m in each.figures.items()},
        "ranks": [list(pair) for pair in each.ranks],
        "share": {str(month): list(band) for month, band in each.share.items()},
        "scrap": {str(month): list(band) for month, band in each.scrap.items()},
    }


def scores(done: Calibration) -> dict[str, Any]:
    """Return forecasts of plants from the others, and their scores, as JSON knows them."""
    how = {each.plant: each for each in done.left_out}
    output = [each for each in done.scored if each.row.part in ("share", "scrap")]
    return {
        "plants": {
            plant: {
                "pareto_k": each.pareto_k,
                "refitted": each.refitted,
                "log_density": each.log_density,
            }
            for plant, each in how.items()
        },
        "figures": [_scored(each) for each in done.scored],
        "summary": {name: asdict(summarise(found)) for name, found in _parts(output)},
    }


def _parts(output: list[Scored]) -> Iterator[tuple[str, list[Scored]]]:
    """Yield the figures of output and scrap together, by part, and by class and part."""
    if output:
        yield "all", output
    for part in sorted({each.row.part for each in output}):
        own = [each for each in output if each.row.part == part]
        yield part, own
        for ramp in sorted({each.row.ramp for each in own}):
            yield f"{part}, {ramp}", [each for each in own if each.row.ramp == ramp]


def _scored(each: Scored) -> dict[str, object]:
    row = each.row
    numbers = {
        name: _plain(getattr(each, name))
        for name in ("low", "middle", "high", "rank", "crps_log", "judged_rank", "judged_crps_log")
    }
    return {
        "id": row.id,
        "plant": row.plant,
        "class": row.ramp,
        "part": row.part,
        "months": row.months,
        "value": row.value,
        "covered": each.covered,
        **numbers,
    }


def _plain(x: float) -> float | None:
    return x if math.isfinite(x) else None


def fragment(done: Calibration) -> str:
    """Return the figures of middle plants as ``classes.yaml`` has them, and the spreads.

    Each group is a template; each figure a vintage with unit, source, confidence, and how many
    plants and rows of the class inform it.
    """
    known = counts(done.table)
    lines = [f"# Fitted to the plants known on {done.table.as_of}, seed {done.seed}"]
    for each in done.groups:
        lines.append(f"{each.group.name}:")
        for name, found in each.middle.items():
            plants, rows = known[each.group.ramp, PART_OF[name]]
            lines.append(_line(name, found, done, f"{plants} plants and {rows} rows of the class"))
    lines.append("spreads:")
    for name, found in shared_figures(done.posterior).items():
        lines.append(_line(name, found, done, "common to all classes"))
    return "\n".join(lines) + "\n"


def _line(name: str, found: Marginal, done: Calibration, note: str) -> str:
    ((family, numbers),) = found.entry.items()
    inside = ", ".join(f"{key}: {_number(value)}" for key, value in numbers.items())
    unit = UNITS.get(name, "months" if name.startswith("offset") else "1")
    since = done.table.as_of.isoformat()
    return (
        f"  {name}: {{{family}: {{{inside}}}, unit: {_quoted(unit)}, source: [{SOURCE}],"
        f' confidence: {_CONFIDENCE}, note: "fitted, vintage {since}: {note}"}}'
    )


def _number(value: Number) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(f"{each:g}" for each in value) + "]"
    return f"{value:g}"


def _quoted(unit: str) -> str:
    return f'"{unit}"' if unit == "1" else unit


def write(done: Calibration, folder: Path) -> list[Path]:
    """Write results and figures of a calibration into a folder, named by vintage."""
    since = done.table.as_of.isoformat()
    paths = [folder / f"calibration-{since}.json", folder / f"calibration-{since}.txt"]
    with together() as beside:
        text = json.dumps(results(done), indent=1, allow_nan=False)
        beside(paths[0]).write_text(f"{text}\n", "utf-8")
        beside(paths[1]).write_text(fragment(done), "utf-8")
    return paths
