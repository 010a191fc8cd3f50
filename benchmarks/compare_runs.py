"""Compare two run folders bit for bit.

python benchmarks/compare_runs.py RUN_A RUN_B [--json]

Every Parquet table of either folder is compared: columns, rows in their order, and the bits of
each value (two empty cells are the same, two NaN are the same only with the same bits). Exit code
0: the same; 1: something differs, and a line says what; 2: not a run folder.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq


def bits(column: pa.ChunkedArray) -> np.ndarray:
    """Return the values of a floating-point column as integers, empty cells as zeros."""
    width = {pa.float64(): np.uint64, pa.float32(): np.uint32}[column.type]
    filled = pc.fill_null(column, 0.0)
    return filled.to_numpy().view(width)


def differing_rows(a: pa.ChunkedArray, b: pa.ChunkedArray) -> np.ndarray:
    """Return the positions at which two columns of one length and type differ."""
    empty_a, empty_b = a.is_null().to_numpy(), b.is_null().to_numpy()
    if pa.types.is_floating(a.type):
        return np.flatnonzero((bits(a) != bits(b)) | (empty_a != empty_b))
    if pa.types.is_dictionary(a.type):
        a, b = (pa.chunked_array([c.combine_chunks().dictionary_decode()]) for c in (a, b))
    same = pc.fill_null(pc.equal(a, b), False).to_numpy()
    return np.flatnonzero(~(same | (empty_a & empty_b)))


def compare_tables(name: str, a: pa.Table, b: pa.Table) -> list[str]:
    """Return a line for each way in which two tables differ."""
    if a.num_rows != b.num_rows:
        return [f"{name}: {a.num_rows} rows against {b.num_rows}"]
    lines = [f"{name}: column {c} only in A" for c in a.column_names if c not in b.column_names]
    lines += [f"{name}: column {c} only in B" for c in b.column_names if c not in a.column_names]
    common = [c for c in a.column_names if c in b.column_names]
    if not lines and a.column_names != b.column_names:
        lines.append(f"{name}: the columns stand in another order")
    for column in common:
        left, right = a.column(column), b.column(column)
        if left.type != right.type:
            lines.append(f"{name}.{column}: {left.type} against {right.type}")
            continue
        rows = differing_rows(left, right)
        if len(rows):
            row = int(rows[0])
            first = f"row {row}: {left[row].as_py()!r} against {right[row].as_py()!r}"
            lines.append(f"{name}.{column}: {len(rows)} rows differ, first {first}")
    return lines


def compare_runs(a: Path, b: Path) -> list[str]:
    """Return a line for each way in which two run folders differ; none when they are the same."""
    names = sorted({path.name for folder in (a, b) for path in folder.glob("*.parquet")})
    if not names:
        raise FileNotFoundError(f"no tables in {a} or {b}")
    lines = []
    for name in names:
        missing = [str(folder) for folder in (a, b) if not (folder / name).is_file()]
        if missing:
            lines.append(f"{name}: not in {missing[0]}")
            continue
        left, right = (pq.read_table(folder / name) for folder in (a, b))
        lines += compare_tables(Path(name).stem, left, right)
    settings = [folder / "scenario.yaml" for folder in (a, b)]
    texts = [path.read_bytes() if path.is_file() else None for path in settings]
    if texts[0] != texts[1]:
        lines.append("scenario.yaml differs")
    return lines


def main() -> int:
    """Compare the two folders named on the command line."""
    parser = argparse.ArgumentParser(description="Compare two run folders bit for bit.")
    parser.add_argument("a", type=Path)
    parser.add_argument("b", type=Path)
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    options = parser.parse_args()
    try:
        lines = compare_runs(options.a, options.b)
    except (OSError, pa.ArrowException) as error:
        print(error, file=sys.stderr)
        return 2
    if options.json:
        print(json.dumps({"same": not lines, "differences": lines}))
    else:
        print("\n".join(lines) if lines else "the same, bit for bit")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
