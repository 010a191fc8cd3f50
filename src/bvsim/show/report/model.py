"""What the page takes from the scenario of a run: titles, dates that are facts, sources."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from bvsim.analysis.tables import REGION, RunLike
from bvsim.show import words
from bvsim.show.names import scenario_of, short_title
from bvsim.show.words import Data

if TYPE_CHECKING:
    from bvsim.reading.scenario import Scenario
    from bvsim.schema.figure import Figure
    from bvsim.schema.sources import Source

CONFIDENCES = ("seed", "published", "derived", "background", "judgement")


@dataclass(frozen=True)
class Facts:
    """Titles, dates and sources of a scenario; empty for a run whose scenario is not at hand.

    Parameters
    ----------
    titles, basins, caveats : mapping
        By entity.
    started : mapping of str to float
        Start of production that has happened, by block, as a decimal year.
    confidence : mapping of str to Counter
        Number of figures by section of the model and confidence.
    sources : list of dict
        Title, publisher, date, how much was read, and how many figures rest on each.
    uncertain : int
        Number of uncertain figures.
    regions : mapping of str to str
        Titles of the regions, where there are several, by name.
    sites : mapping of str to tuple of str
        The sites of each of them.
    """

    titles: Mapping[str, str] = field(default_factory=dict)
    basins: Mapping[str, str] = field(default_factory=dict)
    caveats: Mapping[str, str] = field(default_factory=dict)
    started: Mapping[str, float] = field(default_factory=dict)
    confidence: Mapping[str, Counter[str]] = field(default_factory=dict)
    sources: list[Data] = field(default_factory=list)
    uncertain: int = 0
    regions: Mapping[str, Any] = field(default_factory=dict)
    sites: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def title(self, entity: str) -> str:
        """Return what an entity is called: ``Alpha Works, block-2``."""
        name, _, part = entity.partition(".")
        if name == REGION and part in self.regions:
            return str(self.regions[part].en)
        text = self.titles.get(name, name)
        return f"{text}, {part}" if part else text


def facts_of(run: RunLike) -> Facts:
    """Read the facts of a run's scenario.

    A scenario that is missing, or that this version no longer reads, gives no facts: the
    tables still make a page.
    """
    scenario: Scenario | None = scenario_of(run)
    if scenario is None:
        return Facts()
    model = scenario.model
    actors = {**model.sites, **model.cathode, **model.recyclers}
    figures = list(scenario.figures())
    return Facts(
        titles={
            name: short_title(getattr(actor, "title", "") or name) for name, actor in actors.items()
        },
        basins={name: actor.basin for name, actor in actors.items() if hasattr(actor, "basin")},
        caveats={name: site.caveat for name, site in model.sites.items() if site.caveat},
        started=_started(model.sites, scenario.as_of),
        confidence=_confidence(figures),
        sources=_sources(model.sources, figures),
        uncertain=len(scenario.paths),
        regions={
            name: words.Both(each.model.title, each.model.title_fr or each.model.title)
            for name, each in scenario.regions.items()
        },
        sites={name: tuple(sorted(each.model.sites)) for name, each in scenario.regions.items()},
    )


def _started(sites: Mapping[str, Any], as_of: date) -> dict[str, float]:
    found = {}
    for name, site in sites.items():
        for label, block in site.blocks.items():
            when = getattr(block.project, "started", None)
            if isinstance(when, date) and when <= as_of:
                found[f"{name}.{label}"] = round(
                    when.year + (when.timetuple().tm_yday - 1) / 365, 2
                )
    return found


def _confidence(figures: list[tuple[str, Figure]]) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {}
    for path, figure in figures:
        section = path.split(".", 1)[0]
        found.setdefault(section, Counter())[figure.vintage.confidence] += 1
    return found


def _sources(sources: Mapping[str, Source], figures: list[tuple[str, Figure]]) -> list[Data]:
    uses: Counter[str] = Counter()
    for _, figure in figures:
        uses.update(figure.vintage.sources)
    rows: list[Data] = [
        {
            "id": name,
            "title": source.title,
            "publisher": source.publisher,
            "date": source.date or "",
            "read": source.read,
            "url": source.url if str(source.url or "").startswith("https://") else "",
            "figures": uses[name],
        }
        for name, source in sources.items()
    ]
    return sorted(rows, key=lambda row: (-uses[str(row["id"])], str(row["id"])))
