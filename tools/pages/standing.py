"""What others foretell beside ours, and what our spread rests on, for the validation page.

    python -m pages.standing RUN SAMPLE

rewrites the second generated part of ``docs/background/validation.md``. RUN is a run of the
reference; SAMPLE was made by ``bvsim sensitivity reference --method sobol --by confidence``.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bvsim.analysis.groups import LUCK
from bvsim.analysis.sensitivity.sobol import sobol_indices
from bvsim.analysis.tables import RunLike
from pages import insert, read_rows, short, table_lines
from pages.validation import page_of

BEGIN, END = "<!-- standing:begin -->", "<!-- standing:end -->"
FILE = Path("history") / "projections.csv"
APART = 1.5
"""Medians that differ from a projection by this factor need a reason."""


@dataclass(frozen=True)
class Projection:
    """What somebody has published of the valley's future.

    Parameters
    ----------
    name : str
        Our key figure, or ``ENTITY/COLUMN/YEAR`` of the yearly table.
    low, high : float
        Theirs; equal where it is one number.
    who, published, why : str
        Whose, the day, and why ours differs.
    """

    name: str
    low: float
    high: float
    who: str
    published: str
    why: str


def read_projections(folder: Path) -> list[Projection]:
    """Return the projections of a model's folder."""
    return [
        Projection(
            row["kpi"],
            float(row["low"]),
            float(row["high"]),
            row["who"],
            row["published"],
            row["why"],
        )
        for row in read_rows(folder / FILE)
    ]


def ours(run: RunLike, name: str) -> NDArray[np.float64]:
    """Return our values of a projected figure, one a row, the defined ones."""
    if "/" not in name:
        values = run.table("kpis")[name]
    else:
        entity, column, year = name.split("/")
        yearly = run.table("yearly")
        values = yearly.loc[(yearly["entity"] == entity) & (yearly["year"] == int(year)), column]
    return values.dropna().to_numpy(dtype=np.float64)


def apart(projection: Projection, median: float) -> bool:
    """Return whether a median lies further from a projection's range than `APART` allows."""
    return median > APART * projection.high or median * APART < projection.low


def projection_lines(run: RunLike, projections: Sequence[Projection]) -> Iterator[str]:
    """Yield the table of published projections beside ours.

    Raises
    ------
    ValueError
        When a projection that ours differs from has no reason.
    """
    yield "### What others foretell, beside ours"
    yield ""
    yield from table_lines(
        ("figure", "who", "published", "theirs", "ours, P10, P50, P90", "why they differ"),
        (_projection(each, ours(run, each.name)) for each in projections),
    )
    yield ""
    yield f"A reason stands where our median is off by more than a factor of {APART}."


def _projection(each: Projection, values: NDArray[np.float64]) -> tuple[str, ...]:
    low, middle, high = np.quantile(values, (0.1, 0.5, 0.9))
    differs = apart(each, middle)
    if differs and not each.why:
        raise ValueError(f"{each.name}: ours is {middle:.3g}, theirs {each.low}: say why")
    theirs = (
        short(each.low) if each.low == each.high else f"{short(each.low)} to {short(each.high)}"
    )
    mine = ", ".join(short(float(value)) for value in (low, middle, high))
    return each.name, each.who, each.published, theirs, mine, each.why if differs else ""


def confidence_lines(sample: RunLike, headlines: Sequence[str]) -> Iterator[str]:
    """Yield the shares of each headline's variance by what its figures rest on."""
    indices = {name: sobol_indices(sample, name) for name in headlines}
    rests = sorted(set(next(iter(indices.values())).index) - {LUCK})
    yield "### What our spread rests on"
    yield ""
    yield from table_lines(
        ("figures that are", *headlines),
        (
            (name, *(_share(table.loc[name]) for table in indices.values()))
            for name in (*rests, LUCK)
        ),
    )
    yield ""
    n = int(next(iter(indices.values()))["n"].iloc[0])
    yield (
        "Total shares of the variance (Sobol indices, 95% by bootstrap; they add up to more than "
        f"one where groups act together), {n} base points. Figures that a correlation ties rest "
        "on the weakest of theirs; derived figures are those of the fit to plants, and sums of "
        "published ones."
    )


def _share(row: object) -> str:
    total, low, high = (getattr(row, name) for name in ("total", "total_lo", "total_hi"))
    return f"{total:.2f} ({max(low, 0.0):.2f} to {high:.2f})"


def main(arguments: Sequence[str] | None = None) -> None:
    """Rewrite the part of the page."""
    from bvsim import open_run
    from bvsim.reading.datafiles import model_folder

    parser = argparse.ArgumentParser(prog="python -m pages.standing", description=__doc__)
    parser.add_argument("run", type=Path)
    parser.add_argument("sample", type=Path)
    parser.add_argument("--page", type=Path, default=Path("docs/background/validation.md"))
    chosen = parser.parse_args(arguments)
    folder = model_folder()
    run = open_run(chosen.run)
    text = [
        *projection_lines(run, read_projections(folder)),
        "",
        *confidence_lines(open_run(chosen.sample), page_of(folder).headlines),
    ]
    page = insert(chosen.page.read_text(encoding="utf-8"), BEGIN, END, "\n".join(text))
    chosen.page.write_text(page, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
