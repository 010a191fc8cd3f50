"""Draws that are given: a table of values, one row a draw."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bvsim.ensemble.design.draws import Scenario, width_of
from bvsim.ensemble.store.folder import RunError
from bvsim.ensemble.work import FloatArray
from bvsim.reading.card import shorten

if TYPE_CHECKING:
    import pandas as pd


def read_values(scenario: Scenario, table: str | Path | pd.DataFrame) -> FloatArray:
    """Return the values of a scenario's uncertain figures from a table.

    Parameters
    ----------
    scenario : Scenario
        Whose figures.
    table : path or pandas.DataFrame
        A CSV or Parquet file, or a frame: a column for each figure by its dotted path, in the
        figure's unit (dates as YYYY-MM-DD or days since 1970-01-01), a row for each draw. A
        figure without a column keeps its median; a column ``draw`` is left out.

    Returns
    -------
    array, shape (rows, figures)

    Raises
    ------
    RunError
        When a column is no uncertain figure, or a value is missing, not a number, or
        beyond what the figure can be.
    """
    import pandas as pd

    frame = table if isinstance(table, pd.DataFrame) else _read(Path(table))
    frame = frame.drop(columns="draw", errors="ignore")
    unknown = [str(name) for name in frame.columns if name not in scenario.paths]
    if unknown:
        name = shorten(unknown[0])
        raise RunError(f"the table of draws has a column {name!r}: no uncertain figure")
    if not len(frame):
        raise RunError("the table of draws has no rows")
    median = np.asarray(scenario.quantile(np.full((1, width_of(scenario)), 0.5)), dtype=np.float64)
    values = np.repeat(median, len(frame), axis=0)
    for i, path in enumerate(scenario.paths):
        if path in frame.columns:
            values[:, i] = _numbers(frame[path], path)
    _check_bounds(scenario, values)
    return values


def table_hash(values: FloatArray) -> str:
    """Return a hash of the values of all draws."""
    return hashlib.blake2b(np.ascontiguousarray(values).tobytes(), digest_size=8).hexdigest()


def _read(path: Path) -> pd.DataFrame:
    """Read a file by what it is: Parquet, or CSV as programs of either decimal mark write it."""
    import pandas as pd

    if not path.is_file():
        raise RunError(f"there is no table of draws {path}")
    kind = path.suffix.lower()
    if kind not in (".csv", ".parquet"):
        raise RunError(f"{path} is no table of draws: save it as CSV (UTF-8) or Parquet")
    try:
        if kind == ".parquet":
            return pd.read_parquet(path)
        with path.open(encoding="utf-8-sig") as file:
            head, first = file.readline(), file.readline()
        apart, decimal = (";", ",") if ";" in head else (",", ".")
        frame = pd.read_csv(path, encoding="utf-8-sig", sep=apart, decimal=decimal)
    except UnicodeDecodeError:
        raise RunError(f"{path} is no text in UTF-8: save it as CSV UTF-8") from None
    except (ValueError, OSError) as error:
        raise RunError(f"{path} cannot be read as a table: {shorten(str(error))}") from None
    if first and first.count(apart) != head.count(apart):
        raise RunError(
            f"{path} has another number of fields in its first row than columns: where decimals "
            "have a comma, ';' parts the columns (one column alone: write a point)"
        )
    return frame


def _numbers(column: pd.Series, path: str) -> FloatArray:
    """Return the numbers of a column; dates as days since 1970-01-01."""
    import pandas as pd

    if not pd.api.types.is_numeric_dtype(column):
        days = pd.to_datetime(column, format="%Y-%m-%d", errors="coerce")
        column = (days - pd.Timestamp(0)) / pd.Timedelta(days=1)
    numbers = column.to_numpy(dtype=np.float64)
    if not np.isfinite(numbers).all():
        row = int(np.flatnonzero(~np.isfinite(numbers))[0])
        raise RunError(f"the table of draws has no number for {path} in row {row + 1}")
    return numbers


def _check_bounds(scenario: Scenario, values: FloatArray) -> None:
    """Refuse values that a figure cannot take, such as a share above one."""
    figures = dict(getattr(scenario, "figures", tuple)())
    for i, path in enumerate(scenario.paths):
        if path not in figures:
            continue
        unit = figures[path].unit
        low, high = values[:, i].min(), values[:, i].max()
        wrong = low if low < unit.lower else high
        if low < unit.lower or high > unit.upper:
            raise RunError(
                f"the table of draws has {wrong:g} for {path}: "
                f"it lies within {unit.lower:g}..{unit.upper:g} {unit.symbol}"
            )
