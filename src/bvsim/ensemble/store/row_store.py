"""The row store: rows by content, so that none is simulated twice by whatever asks for it.

A row is what a job makes of values and a key. The store has a folder for each job, named by all
that its numbers depend on beside those (`Job.mark`), with shards as a run has them, keyed by a
hash of values and key. Files are named by their content and written whole; any number of
processes may add to a store at once.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bvsim.ensemble.work import Job, Layouts, Result, Row

if TYPE_CHECKING:
    import pyarrow as pa

_LOG = logging.getLogger(__name__)

VARIABLE = "BVSIM_STORE"
LIMIT_VARIABLE = "BVSIM_STORE_GB"
OFF = ("", "off", "0", "no")
FOLDER = Path("runs") / ".rows"
LIMIT_GB = 4.0
_PRUNED = 0.9
"""Where the limit is passed, what was used last is kept up to this share of it."""
ASKED = "asked"
"""The folder of what commands came to; see `bvsim.ensemble.asked`."""
_NAME_BYTES = 16
_ROW = "row"


def row_name(row: Row) -> bytes:
    """Return the name of what stands behind a row: its values and its key."""
    key = repr((row.key.seed, row.key.draw, row.key.replication, row.key.chance))
    values = np.ascontiguousarray(row.values, dtype=np.float64)
    return blake2b(key.encode() + values.tobytes(), digest_size=_NAME_BYTES).digest()


@dataclass(frozen=True)
class RowStore:
    """A folder of rows of many jobs.

    Parameters
    ----------
    folder : Path
        Where it is; made when the first row is kept.
    limit_gb : float
        Beyond this size, shards that were used longest ago are deleted.
    """

    folder: Path
    limit_gb: float = LIMIT_GB

    def shelf(self, job: Job) -> Shelf | None:
        """Return the rows of a job; None where the job does not say what its rows depend on."""
        mark = str(getattr(job, "mark", ""))
        if not mark:
            return None
        wider = str(getattr(job, "part_of", ""))
        return Shelf(self.folder / mark, self.folder / wider if wider else None)

    def prune(self) -> None:
        """Delete what was used longest ago, where the store has grown beyond its limit."""
        found = (*self.folder.glob("*/*.arrow"), *self.folder.glob(f"{ASKED}/*.json"))
        files = [(path, path.stat()) for path in found]
        size, limit = sum(stat.st_size for _, stat in files), self.limit_gb * 1e9
        if size <= limit:
            return
        for path, stat in sorted(files, key=lambda file: file[1].st_mtime):
            path.unlink(missing_ok=True)
            size -= stat.st_size
            if size <= _PRUNED * limit:
                return


def row_store() -> RowStore | None:
    """Return the store that the environment names; None where it is switched off."""
    place = os.environ.get(VARIABLE)
    if place is not None and place.strip().lower() in OFF:
        return None
    try:
        limit = float(os.environ.get(LIMIT_VARIABLE, LIMIT_GB))
    except ValueError:
        _LOG.warning("%s is not a number: the limit is %g GB", LIMIT_VARIABLE, LIMIT_GB)
        limit = LIMIT_GB
    return RowStore(Path(place) if place else FOLDER, limit)


class Shelf:
    """The rows of one job.

    Parameters
    ----------
    folder : Path
        Where they are.
    wider : Path, optional
        The rows of a job that makes the same tables and more, which serve as well.
    """

    def __init__(self, folder: Path, wider: Path | None = None) -> None:
        self.folder, self._wider = folder, wider

    @property
    def exists(self) -> bool:
        """Whether anything is kept."""
        return any(place.is_dir() for place in self._places)

    @property
    def _places(self) -> list[Path]:
        return [place for place in (self.folder, self._wider) if place is not None]

    def recall(self, rows: Iterable[Row], tables: Sequence[str] = ()) -> Iterator[Result]:
        """Yield those of some rows that are kept, by shards.

        Parameters
        ----------
        rows : iterable of Row
            What is asked for.
        tables : sequence of str
            The tables wanted; all by default.
        """
        wanted = {row_name(row): (row.draw, row.replication) for row in rows}
        for place in self._places:
            if not wanted:
                return
            for result, names in _read(place, wanted, tables):
                for name in names:
                    del wanted[name]
                yield result

    def keep(self, rows: Sequence[Row], result: Result) -> None:
        """Keep the rows of a result; a store that cannot be written costs no row.

        Parameters
        ----------
        rows : sequence of Row
            What stands behind each row of the result, in its order.
        result : Result
            What became of them.
        """
        if not rows:
            return
        try:
            _write(self.folder, [row_name(row) for row in rows], result)
        except OSError as error:
            _LOG.debug("%s: rows are not kept: %s", self.folder, error)


def _write(folder: Path, names: Sequence[bytes], result: Result) -> None:
    import pyarrow as pa

    from bvsim.ensemble.store import shard_files
    from bvsim.reading.whole_files import write_bytes

    if not (folder / shard_files.LABELS).exists():
        folder.mkdir(parents=True, exist_ok=True)
        shard_files.write_layouts(folder, result.layouts)
    keys = {_ROW: pa.array(names, pa.binary(_NAME_BYTES))}
    data = shard_files.packed(keys, result.tables)
    write_bytes(folder / f"{shard_files.digest(data)}.arrow", data)


Wanted = dict[bytes, tuple[int, int]]
"""Draw and replication of each row asked for, by name."""


def _read(
    folder: Path, wanted: Wanted, tables: Sequence[str]
) -> Iterator[tuple[Result, list[bytes]]]:
    """Yield the rows of a folder that are wanted, a shard at a time; what is damaged goes."""
    import pyarrow as pa

    from bvsim.ensemble.store.shard_files import read_layouts, read_shard

    try:
        layouts = read_layouts(folder)
    except FileNotFoundError:
        return
    except (OSError, ValueError):
        _LOG.warning("%s is damaged: its rows are simulated again", folder)
        _clear(folder)
        return
    kept = {name: layouts[name] for name in tables or layouts}
    for path in sorted(folder.glob("*.arrow")):
        try:
            if not any(name in wanted for name in read_shard(path, [_ROW])[_ROW].to_pylist()):
                continue
            data = read_shard(path, [_ROW, *kept], known=path.stem)
            found = _picked(data, kept, wanted)
        except FileNotFoundError:  # another process has pruned it
            continue
        except (pa.ArrowException, OSError, KeyError, ValueError):
            _LOG.warning("%s is damaged: its rows are simulated again", path)
            path.unlink(missing_ok=True)
            continue
        os.utime(path)
        yield found


def _picked(data: pa.Table, layouts: Layouts, wanted: Wanted) -> tuple[Result, list[bytes]]:
    """Return the rows of a shard that are wanted, each once."""
    from bvsim.ensemble.store.shard_files import numbers

    at: dict[bytes, int] = {}
    for i, name in enumerate(data[_ROW].to_pylist()):
        if name in wanted:
            at.setdefault(name, i)
    keys = np.array([wanted[name] for name in at], dtype=np.int64).reshape(-1, 2)
    rows = np.fromiter(at.values(), dtype=np.int64)
    values = {name: numbers(data[name], layout)[rows] for name, layout in layouts.items()}
    return Result(keys[:, 0], keys[:, 1], layouts, values, (), 0.0), list(at)


def _clear(folder: Path) -> None:
    for path in (*folder.glob("*.arrow"), *folder.glob("*.json")):
        path.unlink(missing_ok=True)
