"""Joining the shards of a run: the tables come out as if one process had made them."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Sequence
from pathlib import Path

from bvsim.ensemble.design.shard import Shard
from bvsim.ensemble.store import folder
from bvsim.ensemble.store.folder import RunError
from bvsim.ensemble.store.manifest import MANIFEST, Manifest, differences, write_manifest
from bvsim.ensemble.store.results import Run, open_run
from bvsim.ensemble.store.seals import seal
from bvsim.reading.whole_files import write_bytes

_PARTS = ".merging"
"""Where a merge puts its files until all of them are there."""


def merge(shards: Sequence[str | Path], out: str | Path) -> Run:
    """Join the shards of a run into one run folder.

    Parameters
    ----------
    shards : sequence of path
        The folder of each shard, in any order.
    out : path
        The new run folder.

    Raises
    ------
    RunError
        When shards are missing, unfinished, or of different runs; when the folder is in use.
    """
    target = Path(out)
    if not _is_free(target):
        raise RunError(f"{target} is not empty: choose another folder")
    found = _checked([open_run(path) for path in shards])
    target.mkdir(parents=True, exist_ok=True)
    with folder.locked(target):
        _build(found, target)
    return open_run(target)


def _is_free(target: Path) -> bool:
    """Tell whether a folder is empty, or holds only what a killed merge left without a manifest."""
    unfinished = (target / _PARTS).exists() and not (target / MANIFEST).exists()
    return folder.is_free(target) or unfinished


def _build(runs: list[Run], target: Path) -> None:
    """Write the whole aside, and move it into place when all of it is there: the manifest last."""
    parts = target / _PARTS
    shutil.rmtree(parts, ignore_errors=True)
    parts.mkdir()
    files: dict[str, str] = {}
    try:
        _write_tables(runs, parts)
        for name in ("scenario.yaml", "draws.parquet"):
            write_bytes(parts / name, (runs[0].folder / name).read_bytes())
        files = {path.name: seal(path) for path in sorted(parts.iterdir())}
        write_manifest(parts, {**_manifest(runs), "files": files})
        for name in (*files, MANIFEST):
            (parts / name).replace(target / name)
    except BaseException:
        if not (target / MANIFEST).exists():
            for name in files:
                (target / name).unlink(missing_ok=True)
        raise
    finally:
        shutil.rmtree(parts, ignore_errors=True)


def _checked(runs: list[Run]) -> list[Run]:
    """Return the shards in order, after making sure that they are all there and fit."""
    if not runs:
        raise RunError("no shards to merge")
    first = runs[0]
    by_number: dict[int, Run] = {}
    for each in runs:
        wrong = differences(first.manifest, each.manifest, ("draws", "per_draw"), word="against")
        shard = _shard(each)
        if shard.of != _shard(first).of:
            wrong.append(f"shard: {_shard(first)} against {shard}")
        if wrong:
            raise RunError(
                f"{first.folder} and {each.folder} are no parts of one run: {'; '.join(wrong)}"
            )
        if each.status not in ("complete", "failed"):
            raise RunError(f"{each.folder} is {each.status}: finish it first (--resume)")
        if each.rows + len(each.failures) != each.planned:
            raise RunError(
                f"{each.folder} has {each.rows} rows and {len(each.failures)} failures of "
                f"{each.planned}: finish it first (--resume)"
            )
        if shard.number in by_number:
            twice = by_number[shard.number].folder
            raise RunError(f"{twice} and {each.folder} are both shard {shard}")
        by_number[shard.number] = each
    missing = sorted(set(range(1, _shard(first).of + 1)) - set(by_number))
    if missing:
        of = _shard(first).of
        raise RunError(f"shards are missing: {', '.join(f'{number}/{of}' for number in missing)}")
    return [by_number[number] for number in sorted(by_number)]


def _shard(run: Run) -> Shard:
    """Return which part of a run a folder holds."""
    return Shard(*(run.manifest.get("shard") or (1, 1)))


def _write_tables(runs: list[Run], target: Path) -> None:
    """Write each table from the shards that have rows."""
    from bvsim.ensemble.store.tables import ParquetTable, layout_of, merge_sources
    from bvsim.ensemble.work import differing

    made = [run for run in runs if run.manifest["tables"]]
    for name in made[0].manifest["tables"] if made else ():
        paths = [run.folder / f"{name}.parquet" for run in made]
        layout = layout_of(paths[0])
        for path in paths[1:]:
            if differing({name: layout}, {name: layout_of(path)}):
                raise RunError(f"{paths[0]} and {path} have other labels")
        with contextlib.ExitStack() as stack:
            sources = [ParquetTable(path, layout) for path in paths]
            for source in sources:
                stack.callback(source.close)
            merge_sources(target / f"{name}.parquet", layout, sources)


def _manifest(runs: list[Run]) -> Manifest:
    """Return the manifest of the whole: of the first shard, with what all of them did."""
    manifests = [run.manifest for run in runs]
    failures = [failure for manifest in manifests for failure in manifest["failures"]]
    tables: list[str] = max((manifest["tables"] for manifest in manifests), key=len)
    return {
        **manifests[0],
        "shard": None,
        "merged": len(runs),
        "tables": list(tables),
        "status": "complete" if tables else "failed",
        "failures": sorted(failures, key=lambda row: (row["draw"], row["replication"])),
        "started": min(manifest["started"] for manifest in manifests),
        "elapsed_s": round(sum(manifest["elapsed_s"] for manifest in manifests), 3),
    }
