"""What there is: scenarios, levers, key figures, figures, programmes and sites, by word."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bvsim.analysis.kpi_names import names_of
from bvsim.analysis.kpis import kpi_of
from bvsim.reading.levers import Lever, load_levers
from bvsim.reading.scenario_file import inherit, read_chain

if TYPE_CHECKING:
    from bvsim.reading.scenario import Scenario


@dataclass(frozen=True)
class Item:
    """One thing that there is.

    Parameters
    ----------
    name, unit, says : str
        What it is called, its unit if it has one, and a sentence.
    """

    name: str
    unit: str
    says: str

    def has(self, words: tuple[str, ...]) -> bool:
        """Tell whether all words stand in it, in any case."""
        text = f"{self.name} {self.unit} {self.says}".lower()
        return all(word.lower() in text for word in words)


def catalogue(kind: str, scenario: Scenario, words: tuple[str, ...] = ()) -> list[Item]:
    """Return what there is of a kind, by name.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    scenario : Scenario
        Whose levers, key figures, figures, programmes and sites.
    words : tuple of str
        Only what holds all of them.
    """
    return [item for item in KINDS[kind](scenario) if item.has(words)]


def _scenarios(_: Scenario) -> Iterator[Item]:
    from bvsim.reading.datafiles import scenario_names

    for name in scenario_names():
        chain, _problems = read_chain(name)
        story, _link = inherit(chain[-1:], "story")
        yield Item(name, "", " ".join(str(story.value).split()) if story else "")


def _levers(scenario: Scenario) -> Iterator[Item]:
    for name, lever in load_levers(scenario).items():
        yield Item(name, "", f"{lever.title}; {said_of(lever)}")


def said_of(lever: Lever) -> str:
    """Say from when a lever acts, how far it can be turned, and what it costs."""
    others = ", ".join(f"{each:g}" for each in lever.tried if each != 1.0)
    at = f", or at {others}" if others else ""
    far = "any strength" if lever.rule == "proportional" else f"on or off{at}"
    if lever.unpriced:
        price = f"no price: {lever.unpriced}"
    elif lever.booked:
        price = f"its cost is booked in {lever.booked}"
    else:
        price = getattr(lever.total or lever.per_year, "describe", str)()
    return f"from {lever.since}, {far}; {price}"


def _kpis(scenario: Scenario) -> Iterator[Item]:
    for name in sorted(names_of(scenario)):
        kpi = kpi_of(name)
        entity = name.partition(".")[2]
        says = (kpi.meaning if kpi else "") + (f" ({entity})" if entity else "")
        yield Item(name, kpi.unit if kpi else "", says)


def _figures(scenario: Scenario) -> Iterator[Item]:
    for path, figure in scenario.figures():
        says = f"{figure.describe()} [{', '.join(figure.vintage.sources)}]"
        yield Item(path, figure.unit.symbol, says)


def _programmes(scenario: Scenario) -> Iterator[Item]:
    for name, each in sorted(scenario.model.labour.programmes.items()):
        to = each.destination or "any plant"
        seats = each.seats.describe().removesuffix(" count")
        yield Item(
            name, "seats", f"{each.skill} for {to}, taught in {each.basin}; {seats} a cohort"
        )


def _sites(scenario: Scenario) -> Iterator[Item]:
    for name, site in sorted(scenario.model.sites.items()):
        blocks = ", ".join(
            f"{block} {each.nameplate.describe()}" for block, each in sorted(site.blocks.items())
        )
        yield Item(name, "", f"{site.title}, basin {site.basin}{f': {blocks}' if blocks else ''}")


KINDS: dict[str, Callable[[Scenario], Iterator[Item]]] = {
    "scenarios": _scenarios,
    "levers": _levers,
    "kpis": _kpis,
    "figures": _figures,
    "programmes": _programmes,
    "sites": _sites,
}
"""What can be listed, and what lists it."""
