"""Baselines: what scenarios gave when somebody last looked and agreed, as files.

For each scenario NAME a folder holds ``NAME.json`` (key figures by row, digests of events)
and ``NAME.trace.gz`` (the dated events of the first row, one a line).
"""

from __future__ import annotations

import gzip
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bvsim.analysis.regression.measure import Metric, ScenarioMetrics
from bvsim.analysis.traced import TracedRows, TraceLine

SCHEMA_VERSION = 1
FOLDER = "baselines"
_DIGITS = 12


class BaselineError(ValueError):
    """A baseline cannot be read or written; the message says which."""


@dataclass(frozen=True)
class Files:
    """The files of one scenario's baseline."""

    folder: Path
    name: str

    @property
    def figures(self) -> Path:
        """Key figures and digests."""
        return self.folder / f"{self.name}.json"

    @property
    def trace(self) -> Path:
        """The events of the first row."""
        return self.folder / f"{self.name}.trace.gz"


def names_in(folder: Path) -> list[str]:
    """Return the names of the scenarios that have a baseline in a folder."""
    return sorted(path.stem for path in folder.glob("*.json"))


def read(files: Files) -> ScenarioMetrics | None:
    """Return what a baseline holds; None when there is none.

    Raises
    ------
    BaselineError
        When its files cannot be read.
    """
    if not files.figures.is_file():
        return None
    try:
        data = json.loads(files.figures.read_text(encoding="utf-8"))
        if data["schema_version"] > SCHEMA_VERSION:
            raise BaselineError(f"{files.figures} was written by a later bvsim")
        return _measured(data, _read_trace(files.trace))
    except BaselineError:
        raise
    except (OSError, EOFError, ValueError, KeyError, TypeError, AttributeError) as error:
        said = " ".join(str(error).split())
        message = f"the baseline of {files.name} cannot be read ({type(error).__name__}: {said}): "
        raise BaselineError(f"{message}restore {files.figures} and {files.trace}") from None


def _read_trace(path: Path) -> tuple[TraceLine, ...]:
    text = gzip.decompress(path.read_bytes()).decode("utf-8")
    return tuple(TraceLine.of_text(line) for line in text.splitlines())


def _measured(data: dict[str, Any], trace: tuple[TraceLine, ...]) -> ScenarioMetrics:
    rows = TracedRows(data["seed"], data["rows"], data["traced"], tuple(data["years"]))
    metrics = {
        name: Metric(entry["unit"], np.array([_number(x) for x in entry["rows"]]))
        for name, entry in data["metrics"].items()
    }
    if any(len(metric.rows) != rows.number for metric in metrics.values()):
        raise ValueError(f"a metric has not {rows.number} rows")
    digests = tuple(dict(each) for each in data["events"])
    return ScenarioMetrics(data["scenario"], data["model_hash"], rows, metrics, trace, digests)


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)


def write(files: Files, measured: ScenarioMetrics) -> None:
    """Write a baseline; each metric is a line, so that a reviewer can read what changed.

    Raises
    ------
    BaselineError
        When rows failed: nothing is written then.
    """
    if measured.failures:
        raise BaselineError(f"{files.name} has rows that failed: {measured.failures[0]}")
    from bvsim.reading.whole_files import atomic, write_text

    files.folder.mkdir(parents=True, exist_ok=True)
    write_text(files.figures, to_json(measured))
    text = "".join(f"{line.text()}\n" for line in measured.trace)
    with atomic(files.trace) as temporary:
        temporary.write_bytes(gzip.compress(text.encode("utf-8"), mtime=0))


def to_json(measured: ScenarioMetrics) -> str:
    """Return the text of the file of figures."""
    rows = measured.rows
    head: dict[str, object] = {
        "schema_version": SCHEMA_VERSION,
        "scenario": measured.scenario,
        "model_hash": measured.model_hash,
        "seed": rows.seed,
        "rows": rows.number,
        "traced": rows.traced,
        "years": list(rows.years),
    }
    parts = [
        f"  {json.dumps(key)}: {json.dumps(value, allow_nan=False)}" for key, value in head.items()
    ]
    events = ",\n".join(
        f"    {json.dumps(dict(each), allow_nan=False)}" for each in measured.digests
    )
    parts.append(f'  "events": [\n{events}\n  ]')
    metrics = ",\n".join(
        f"    {json.dumps(name)}: {json.dumps(_entry(metric), allow_nan=False)}"
        for name, metric in sorted(measured.metrics.items())
    )
    parts.append(f'  "metrics": {{\n{metrics}\n  }}')
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _entry(metric: Metric) -> dict[str, object]:
    rows = [_plain(float(value)) for value in metric.rows]
    kept = Metric(metric.unit, np.array([_number(value) for value in rows]))
    return {"unit": kept.unit, "mean": _plain(kept.mean), "sd": _plain(kept.sd), "rows": rows}


def _plain(value: float) -> float | None:
    return float(f"{value:.{_DIGITS}g}") if math.isfinite(value) else None
