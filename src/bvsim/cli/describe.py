"""Commands about files: `show`, `schema`, `sources` and `init`."""

from __future__ import annotations

import re
import shutil
import sys
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bvsim.cli.options import (
    changed,
    changes_options,
    echo_json,
    json_option,
    scenario_argument,
    site_option,
    year_option,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bvsim.reading.scenario import Scenario
    from bvsim.reading.sourcebook import Entry

DATES = ("as_of", "plan_as_of", "start", "end")


@click.command()
@scenario_argument("scenario")
@click.argument("words", nargs=-1, metavar="[WORD]...")
@site_option
@year_option
@changes_options
@click.option("--diff", "base", metavar="BASE", help="Show only what differs from this scenario.")
def show(
    scenario: str,
    words: tuple[str, ...],
    *,
    site: str | None,
    year: int | None,
    sets: Mapping[str, object],
    levers: tuple[str, ...],
    base: str | None,
) -> None:
    """Print SCENARIO resolved: nothing inherited, nothing left out.

    Its story stands first, as comments: the whole is a scenario file. With a site, a year or WORDs
    only the figures that they fit, a line each.
    """
    from bvsim import reading

    loaded = changed(scenario, sets, levers)
    kept = Kept(site, year, words)
    if base is not None:
        print_lines(line for line in difference(reading.load(base), loaded) if kept.text(line))
    elif not kept.everything:
        print_lines(kept.figures(loaded))
    else:
        click.echo(f"{comments(loaded)}{loaded.to_yaml()}", nl=False)


def comments(scenario: Scenario) -> str:
    """Tell a scenario's story as comments of YAML: what it asks, when, and what it sets."""
    count = len(scenario.paths)
    lines = [
        *textwrap.wrap(f"{scenario.name}: {scenario.story}", 98),
        f"Known {scenario.as_of}, plan of {scenario.plan_as_of}; "
        f"{scenario.start} to {scenario.end}; {count} uncertain figures.",
    ]
    figures = dict(scenario.figures())
    for path, each in sorted(scenario.overrides.items()):
        value = figures[path].describe() if path in figures else each.new
        lines.append(" ".join(f"{each.origin} sets {path}: {value}".split()))
    return "".join(f"# {line}\n" for line in lines)


def difference(base: Scenario, other: Scenario) -> list[str]:
    """Return a line for each date, figure or choice that two scenarios do not share."""
    sides = [_facts(base, other), _facts(other, base)]
    lines = []
    for path in sorted({*sides[0], *sides[1]}):
        old, new = (side.get(path, "(none)") for side in sides)
        if old != new:
            lines.append(f"{path}: {old} -> {new}")
    return lines


def _facts(scenario: Scenario, beside: Scenario) -> dict[str, str]:
    """Write dates, figures with units and sources, and the choices that either scenario sets."""
    facts = {name: str(getattr(scenario, name)) for name in DATES}
    for first, second, rank in scenario.correlations:
        facts[f"rank correlation of {first} and {second}"] = f"{rank:g}"
    figures = dict(scenario.figures())
    for path, figure in figures.items():
        facts[path] = f"{figure.describe()} [{', '.join(figure.vintage.sources)}]"
    for path in {*scenario.overrides, *beside.overrides}:
        if path in figures or any(figure.startswith(f"{path}.") for figure in figures):
            continue
        here = scenario.overrides.get(path)
        facts[path] = str(here.new if here else beside.overrides[path].old)
    return facts


@click.command()
def schema() -> None:
    """Print the JSON Schema of model files, for editors."""
    from bvsim.reading.json_schema import schema_json

    click.echo(schema_json(), nl=False)


@click.command()
@scenario_argument("scenario", default="reference")
@click.argument("words", nargs=-1, metavar="[WORD]...")
@site_option
@year_option
@click.option("--csv", "as_csv", is_flag=True, help="Print a CSV file.")
@json_option
def sources(
    scenario: str,
    words: tuple[str, ...],
    *,
    site: str | None,
    year: int | None,
    as_csv: bool,
    as_json: bool,
) -> None:
    """List every figure of SCENARIO with unit, vintages, source and confidence.

    How many there are, and on what they rest, stands first. A site, a year and WORDs choose.
    """
    from bvsim import reading
    from bvsim.reading.sourcebook import entries, sourcebook

    loaded, kept = reading.load(scenario), Kept(site, year, words)
    if as_csv:
        click.echo(sourcebook(loaded, as_csv=True, keep=lambda e: kept.text(e.text())), nl=False)
        return
    found = [entry for entry in entries(loaded) if kept.text(entry.text())]
    if as_json:
        echo_json(sources_json(loaded, found))
        return
    print_lines([overview(loaded.name, found), "", *(entry.text() for entry in found)])


def sources_json(scenario: Scenario, found: Sequence[Entry]) -> dict[str, object]:
    """Return figures, and the publications that they cite, as plain Python types."""
    figures = [{**asdict(entry), "sources": entry.sources.split()} for entry in found]
    cited = sorted({source for entry in found for source in entry.sources.split()})
    known = scenario.model.sources
    return {
        "schema_version": 1,
        "scenario": scenario.name,
        "figures": figures,
        "sources": {name: asdict(known[name]) for name in cited if name in known},
    }


def overview(name: str, found: Sequence[Entry]) -> str:
    """Say how many figures there are and on what they rest."""
    paths = {entry.path for entry in found}
    cited = {source for entry in found for source in entry.sources.split()}
    ranked = Counter(entry.confidence for entry in found if entry.in_force).most_common()
    rest = ", ".join(f"{count} {confidence}" for confidence, count in ranked)
    said = f"{name}: {len(paths)} figures in {len(found)} vintages from {len(cited)} sources"
    return f"{said}; in force {rest}." if rest else f"{said}."


@dataclass(frozen=True)
class Kept:
    """Which lines about figures are shown.

    Parameters
    ----------
    site : str or None
        A part of their path: a site, a plant, a programme.
    year : int or None
        A year that they speak of, or in which they became known.
    words : tuple of str
        Each must stand in the line, in any case.
    """

    site: str | None
    year: int | None
    words: tuple[str, ...]

    @property
    def everything(self) -> bool:
        """Whether nothing is left out."""
        return self.site is None and self.year is None and not self.words

    def text(self, line: str) -> bool:
        """Tell whether a line ``path: what is said of it`` is shown."""
        path, _, _ = line.partition(":")
        in_site = self.site is None or self.site in path.split(".")
        in_year = self.year is None or re.search(rf"(?<!\d){self.year}(?!\d)", line) is not None
        return in_site and in_year and all(word.lower() in line.lower() for word in self.words)

    def figures(self, scenario: Scenario) -> Iterator[str]:
        """Yield the figures of a scenario, a line each."""
        for path, figure in scenario.figures():
            line = f"{path}: {figure.describe()} [{', '.join(figure.vintage.sources)}]"
            if self.text(line):
                yield line


def print_lines(lines: Iterable[str]) -> None:
    """Print lines, folded on a terminal with what follows set in; a pipe gets them whole."""
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    for line in lines:
        folded = line if width is None else textwrap.fill(line, width, **_FOLDING)
        click.echo(folded)


_FOLDING: Any = {"subsequent_indent": "    ", "break_on_hyphens": False, "break_long_words": False}


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
def init(folder: Path) -> None:
    """Make a study FOLDER: copies of the model and the scenarios, to edit."""
    from bvsim.reading.study import init as make_study

    make_study(folder)
    click.echo(f"{folder} is ready; its README.md lists what is there.")
    click.echo(f"Next: cd {folder} && bvsim run reference")
