"""A stored run simulated anew from what its folder holds, and held against it bit for bit."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bvsim.analysis.samples import DRAWN, sample_of
from bvsim.ensemble.design.points import TABLE
from bvsim.ensemble.experiment import Given
from bvsim.ensemble.run import run as simulate_run
from bvsim.ensemble.store.folder import RunError
from bvsim.ensemble.store.manifest import Manifest
from bvsim.ensemble.store.results import Run, open_run

if TYPE_CHECKING:
    import pyarrow as pa

_VERSIONS = ("bvsim", "code_hash", "compiled", "packages", "platform")


@dataclass(frozen=True)
class Reproduction:
    """What simulating a run anew gave.

    Parameters
    ----------
    again : Run
        The new run.
    differences : tuple of str
        A line for each column or table that differs; none when all is equal bit for bit.
    largest : float
        The largest relative difference of a number that both runs have.
    versions : dict of str to (then, now)
        Versions, machine and build that differ.
    """

    again: Run
    differences: tuple[str, ...]
    largest: float
    versions: dict[str, tuple[object, object]]

    @property
    def equal(self) -> bool:
        """Whether the tables are equal bit for bit."""
        return not self.differences


def reproduce(folder: str | Path, out: str | Path, **options: Any) -> Reproduction:
    """Simulate the run of a folder anew and compare their tables.

    Parameters
    ----------
    folder : path
        The stored run; nothing in it changes.
    out : path
        Where the new run goes.
    **options
        Who simulates, as for `run`.

    Raises
    ------
    RunError
        When the run is not complete, its scenario was changed since, or its rows were made for
        a sensitivity analysis.
    """
    from bvsim import reading

    stored = _whole(open_run(folder))
    then = stored.manifest
    scenario = reading.load(str(stored.folder / "scenario.yaml"))
    if scenario.model_hash != then["model_hash"]:
        raise RunError(f"{stored.folder / 'scenario.yaml'} is not the scenario of this run")
    words = _asked(stored) | options
    again = simulate_run(scenario, then["draws"], then["seed"], out=out, fresh=True, **words)
    lines, largest = _compared(stored.folder, again.folder, then["tables"])
    return Reproduction(again, tuple(lines), largest, _versions(then, again.manifest))


def _whole(run: Run) -> Run:
    if sample_of(run)["kind"] not in DRAWN:
        raise RunError(f"{run.folder} holds the rows of an analysis: run the analysis again")
    if run.status != "complete":
        raise RunError(f"{run.folder} is {run.status}: finish it first (bvsim run ... --resume)")
    return run.require_rows()


def _asked(run: Run) -> dict[str, Any]:
    """Return how the rows of a run were made."""
    then = run.manifest
    shard = then.get("shard")
    found: dict[str, Any] = {
        "per_draw": then["per_draw"],
        "years": then["years"],
        "monthly": then["monthly"],
        "shard": "/".join(map(str, shard)) if shard else None,
    }
    if then["design"] != TABLE:
        return {**found, "design": then["design"]}
    values = np.array([run.values(draw) for draw in range(then["draws"])])
    return {**found, "kind": Given(values, then["table"])}


def _versions(then: Manifest, now: Manifest) -> dict[str, tuple[object, object]]:
    a, b = _flat(then), _flat(now)
    return {
        name: (a.get(name), b.get(name)) for name in sorted(a | b) if a.get(name) != b.get(name)
    }


def _flat(manifest: Manifest) -> dict[str, object]:
    """Return versions by one name each: ``packages.numpy``."""
    found: dict[str, object] = {}
    for name in _VERSIONS:
        value = manifest.get(name)
        inner = value.items() if isinstance(value, dict) else ()
        found |= {f"{name}.{key}": item for key, item in inner} or {name: value}
    return found


def _compared(then: Path, now: Path, names: list[str]) -> tuple[list[str], float]:
    """Return what differs between the tables of two folders, and by how much at most."""
    import pyarrow.parquet as pq

    lines, largest = [], 0.0
    for name in sorted(names):
        paths = [folder / f"{name}.parquet" for folder in (then, now)]
        if not paths[1].is_file():
            lines.append(f"{name}: not made again")
            continue
        found, size = compare_tables(name, *(pq.read_table(path) for path in paths))
        lines += found
        largest = max(largest, size)
    return lines, largest


def compare_tables(name: str, then: pa.Table, now: pa.Table) -> tuple[list[str], float]:
    """Return a line for each way in which two tables differ, and the largest relative difference.

    Two empty cells are the same; two numbers are when their bits are.
    """
    if then.num_rows != now.num_rows:
        return [f"{name}: {then.num_rows} rows then, {now.num_rows} now"], 0.0
    lines, largest = [], 0.0
    for column in dict.fromkeys([*then.column_names, *now.column_names]):
        if column not in then.column_names or column not in now.column_names:
            lines.append(
                f"{name}.{column}: only {'then' if column in then.column_names else 'now'}"
            )
            continue
        a, b = then.column(column), now.column(column)
        rows = _differing(a, b)
        pairs = [(a[int(row)].as_py(), b[int(row)].as_py()) for row in rows]
        if pairs:
            lines.append(
                f"{name}.{column}: {len(pairs)} cells, first {pairs[0][0]} -> {pairs[0][1]}"
            )
            largest = max(largest, *(_relative(*pair) for pair in pairs))
    return lines, largest


def _differing(then: pa.ChunkedArray, now: pa.ChunkedArray) -> np.ndarray[Any, Any]:
    """Return the rows in which two columns differ; all of them for other types."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if then.type != now.type:
        return np.arange(len(then))
    empty = then.is_null().to_numpy() | now.is_null().to_numpy()
    one_empty = then.is_null().to_numpy() ^ now.is_null().to_numpy()
    if pa.types.is_float64(then.type):
        bits = [pc.fill_null(side, 0.0).to_numpy().view(np.uint64) for side in (then, now)]
        unequal = bits[0] != bits[1]
    else:
        if pa.types.is_dictionary(then.type):
            then, now = (side.cast(then.type.value_type) for side in (then, now))
        unequal = ~pc.fill_null(pc.equal(then, now), False).to_numpy()
    return np.flatnonzero(one_empty | (unequal & ~empty))


def _relative(then: object, now: object) -> float:
    """Return the relative difference of two numbers; 0 where one of them is none."""
    if not (isinstance(then, int | float) and isinstance(now, int | float)):
        return 0.0
    return abs(then - now) / (max(abs(then), abs(now)) or 1.0)
