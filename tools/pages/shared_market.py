"""The tables of the page on regions in one market, from a run of all and runs without one each.

    python -m pages.shared_market RUN WITHOUT ... --page PAGE

rewrites what stands between the two markers of that page; without ``--page`` it prints.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bvsim.show.names import scenario_of
from pages import insert, table_lines

if TYPE_CHECKING:
    from bvsim.analysis.policy.compare import Difference
    from bvsim.ensemble.store.results import Run

BEGIN, END = "<!-- market:begin -->", "<!-- market:end -->"


def lines(run: Run, others: Sequence[Run]) -> Iterator[str]:
    """Yield the lines of the page's generated part."""
    titles = {name: each.model.title for name, each in scenario_of(run).regions.items()}
    manifest = run.manifest
    yield f"{manifest['draws']} draws, seed {manifest['seed']}: mean, and 8 of 10 draws."
    yield ""
    yield from _by_year(run, titles)
    for other in others:
        here = scenario_of(other).regions
        gone = [title for name, title in titles.items() if name not in here]
        yield ""
        yield f"Without {', '.join(gone)}, draw by draw (mean and its 95% interval):"
        yield ""
        yield from _differences(run, other, {name: titles[name] for name in here})


def _by_year(run: Run, titles: dict[str, str]) -> Iterator[str]:
    kpis = run.table("kpis")
    named = {f"output_{{}}_gwh.{name}": f"{title} (GWh)" for name, title in titles.items()}
    named |= {
        "output_{}_gwh": "all regions (GWh)",
        "nameplate_{}_gwh": "nameplate of released lines (GWh/yr)",
        "market_demand_{}_gwh": "batteries of the market's electric cars (GWh)",
        "market_share_{}": "made in the regions, for cars (share)",
    }
    rows = []
    for year in run.manifest["years"]:
        cells = []
        for pattern in named:
            values = kpis[pattern.format(year)]
            form = ".2f" if "share" in pattern else ".0f"
            middle, low, high = values.mean(), values.quantile(0.1), values.quantile(0.9)
            cells.append(f"{middle:{form}} ({low:{form}} to {high:{form}})")
        rows.append([str(year), *cells])
    yield from table_lines(["year", *named.values()], rows)


def _differences(run: Run, other: Run, titles: dict[str, str]) -> Iterator[str]:
    import bvsim

    pair = bvsim.compare(run, other)
    rows = []
    for year in run.manifest["years"]:
        found = [pair.difference(f"output_{year}_gwh.{name}") for name in titles]
        rows.append([str(year), *map(_written, found)])
    yield from table_lines(["year", *(f"{title} (GWh)" for title in titles.values())], rows)


def _written(found: Difference) -> str:
    """Write a difference with its interval; years that are facts have none."""
    if found.chance_equal == 1.0:
        return "none"
    return f"{found.mean:+.1f} ({found.ci95_lo:+.1f} to {found.ci95_hi:+.1f})"


def main(arguments: Sequence[str] | None = None) -> None:
    """Write or print the tables."""
    import bvsim

    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("run", type=Path)
    parser.add_argument("without", type=Path, nargs="*")
    parser.add_argument("--page", type=Path)
    given = parser.parse_args(arguments)
    made = list(lines(bvsim.open_run(given.run), [bvsim.open_run(f) for f in given.without]))
    if given.page is None:
        print("\n".join(made))
    else:
        page = given.page.read_text("utf-8")
        given.page.write_text(insert(page, BEGIN, END, "\n" + "\n".join(made) + "\n"), "utf-8")


if __name__ == "__main__":
    main()
