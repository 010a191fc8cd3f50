"""Estimates as files: kept by content beside the rows, or shipped with the scenarios.

A file is the very text that the page reads, packed. Effects are whole numbers of steps, of which
the largest effect on a figure has 32,767: what is lost is far below what an estimate is off by.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np

from bvsim.analysis.policy.added import Badge, Effects
from bvsim.analysis.policy.estimates import Asked, Estimate, prepare
from bvsim.analysis.progress import Bar, no_bar
from bvsim.ensemble.store.row_store import row_store
from bvsim.ensemble.work import FloatArray
from bvsim.ensemble.workers.engine import HERE, Engine
from bvsim.reading.datafiles import SCENARIOS, roots
from bvsim.reading.turning import Turn

FOLDER = "estimates"
_STEPS = 32767


def to_json(estimate: Estimate, mark: str) -> dict[str, Any]:
    """Return an estimate as plain Python types.

    Parameters
    ----------
    estimate : Estimate
        The estimate.
    mark : str
        What it belongs to (`Asked.mark`).
    """
    effects = estimate.effects
    return {
        "mark": mark,
        "turns": [
            [t.name, t.strength, t.since.isoformat() if t.since else None] for t in effects.turns
        ],
        "days": {name: day.isoformat() for name, day in effects.days.items()},
        "between": sorted(effects.between),
        "pairs": [list(pair) for pair in effects.pairs],
        "effects": _numbers(effects),
        "means": _numbers(estimate.means),
        "badges": [asdict(badge) | {"holds": badge.holds} for badge in estimate.badges],
    }


def of_json(kept: Mapping[str, Any]) -> Estimate:
    """Return what `to_json` has written."""
    turns = tuple(
        Turn(name, strength, date.fromisoformat(since) if since else None)
        for name, strength, since in kept["turns"]
    )
    days = {name: date.fromisoformat(day) for name, day in kept["days"].items()}
    pairs = tuple((a, b) for a, b in kept["pairs"])
    between = frozenset(kept["between"])

    def effects(numbers: Mapping[str, Any]) -> Effects:
        figures = tuple(numbers["figures"])
        scale = np.array(numbers["scale"])
        shape = (-1, numbers["rows"], len(figures))
        added, joint = (_steps(numbers[part]).reshape(shape) * scale for part in ("added", "joint"))
        base = np.frombuffer(base64.b64decode(numbers["base"]), dtype="<f4").astype(float)
        return Effects(figures, base.reshape(shape[1:]), turns, added, days, between, pairs, joint)

    named = [{k: v for k, v in each.items() if k != "holds"} for each in kept["badges"]]
    found = tuple(Badge(**each) for each in named)
    return Estimate(effects(kept["effects"]), effects(kept["means"]), found)


def _numbers(effects: Effects) -> dict[str, Any]:
    every = np.concatenate([effects.added, effects.joint])
    scale = np.maximum(np.abs(every).max(axis=(0, 1)), 1e-12) / _STEPS
    return {
        "figures": list(effects.figures),
        "rows": len(effects.base),
        "scale": scale.tolist(),
        "base": _text(effects.base.astype("<f4")),
        "added": _text(np.round(effects.added / scale).astype("<i2")),
        "joint": _text(np.round(effects.joint / scale).astype("<i2")),
    }


def _text(values: Any) -> str:
    return base64.b64encode(values.tobytes()).decode()


def _steps(text: str) -> FloatArray:
    return np.frombuffer(base64.b64decode(text), dtype="<i2").astype(float)


def write(estimate: Estimate, mark: str, path: Path) -> None:
    """Write an estimate, the same bytes for the same numbers."""
    from bvsim.reading.whole_files import write_bytes

    text = json.dumps(to_json(estimate, mark), separators=(",", ":"), allow_nan=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_bytes(path, gzip.compress(text.encode(), mtime=0))


def read(path: Path, mark: str) -> Estimate | None:
    """Return the estimate of a file; None where it is none, or belongs to something else."""
    try:
        kept = json.loads(gzip.decompress(path.read_bytes()))
        return of_json(kept) if kept["mark"] == mark else None
    except (OSError, EOFError, ValueError, KeyError, TypeError):
        return None


def shipped_path(asked: Asked, root: Path | None = None) -> Path:
    """Return where the estimate of a scenario lies beside the scenarios of a study."""
    folder = root or next(iter(roots()))
    return folder / SCENARIOS / FOLDER / f"{asked.scenario.name}.json.gz"


def known(asked: Asked) -> Estimate | None:
    """Return the estimate, if it was made before here, or is shipped."""
    places = [shipped_path(asked, root) for root in roots()]
    own = _kept_path(asked)
    found = (read(path, asked.mark) for path in ([own] if own else []) + places)
    return next((estimate for estimate in found if estimate is not None), None)


def made(asked: Asked, engine: Engine = HERE, bar: Bar = no_bar) -> Estimate:
    """Return the estimate: as it was made before, or anew, and then kept."""
    if (before := known(asked)) is not None:
        return before
    estimate = prepare(asked, engine, bar)
    path = _kept_path(asked)
    if path is not None:
        write(estimate, asked.mark, path)
    return of_json(to_json(estimate, asked.mark))


def _kept_path(asked: Asked) -> Path | None:
    """Return where it lies in the row store, named by its content and the program."""
    store = row_store()
    if store is None:
        return None
    job: Any = asked.experiment().simulator
    name = blake2b(f"{asked.mark} {job.mark}".encode(), digest_size=16).hexdigest()
    return store.folder / FOLDER / f"{name}.json.gz"
