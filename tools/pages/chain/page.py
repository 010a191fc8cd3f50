"""The page of figures: a row for each kind, with its equation, code and tests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from pages import table_lines
from pages.chain import Kind, Spot
from pages.chain.guards import Guard, guards
from pages.chain.kinds import Described, described, written
from pages.chain.reads import reads
from pages.chain.users import test_of

PAGE = "reference/figures.md"
SHOWN = 2
"""Places that a row shows of each kind."""

HEAD = """\
---
hide: [toc]
---

# Figures: equation, code, test

Every kind of figure that a model file may hold, by the path under which it stands there. A row
leads to a line of the shipped models that holds it, to where it enters [the model](../model.md),
to the code that reads it, and to tests that guard it. Rows are made with the site: the code is
found by the types that mypy infers, a test by what it sets. **A number by hand** is a line of a
table of mechanisms, whose result was worked out on paper; a test that **sets it** gives it a
value and looks at what follows; where only **its world has it**, the test would notice that the
mechanism is gone, and may not notice a wrong value.

"""


@dataclass(frozen=True)
class Chain:
    """What one kind of figure leads to; each list has the best first."""

    kind: Kind
    about: Described
    held: Sequence[Spot]
    equation: str
    code: Sequence[Spot]
    tests: Sequence[Guard]

    @property
    def anchor(self) -> str:
        """The id of its row."""
        return f"{self.kind.part}-{self.kind.field}".lower()

    @property
    def recorded(self) -> bool:
        """Whether it is kept for the record, and nothing reads it."""
        return not self.code and self.about.meaning.startswith("For the record")


@cache
def chains() -> tuple[Chain, ...]:
    """Return the chain of every kind of figure."""
    kinds = described()
    said, found, read = equations(), guards(kinds), reads()
    held = written()
    made = []
    for kind, about in kinds.items():
        equation = said["equations"].get(str(kind)) or said["equations"].get(kind.part, "")
        by_hand = test_of(said["guards"].get(str(kind), ""))
        tests = [Guard("sets it", by_hand)] if by_hand else found.get(kind, [])
        code = read.get(kind) or (() if _kept(about) else read.get(Kind(kind.part, ""), ()))
        made.append(Chain(kind, about, held.get(kind, []), equation, code, tests))
    return tuple(made)


def _kept(about: Described) -> bool:
    return about.meaning.startswith("For the record")


def equations() -> dict[str, dict[str, str]]:
    """Return the anchor of each part or figure, and the tests named by hand."""
    said = yaml.safe_load(Path(__file__).with_name("equations.yaml").read_text(encoding="utf-8"))
    anchors = {name: anchor for anchor, names in said["equations"].items() for name in names}
    return {"equations": anchors, "guards": said["guards"]}


def rows_of_lines() -> Mapping[str, Mapping[int, Mapping[str, str]]]:
    """Return, by model file, line and key, the row of the figure that stands there."""
    found: dict[str, dict[int, dict[str, str]]] = {}
    for chain in chains():
        for spot in chain.held:
            key = spot.name.rpartition(".")[2]
            found.setdefault(spot.file, {}).setdefault(spot.line, {})[key] = chain.anchor
    return found


def files() -> set[str]:
    """Return the files that the page leads to."""
    spots = [spot for chain in chains() for spot in (*chain.held, *_shown(chain), chain.about.said)]
    return {spot.file for spot in spots}


def page() -> str:
    """Return the page."""
    return HEAD + "\n".join(_sections())


def _shown(chain: Chain) -> tuple[Spot, ...]:
    tests = tuple(each.spot for each in chain.tests[:SHOWN])
    return (*chain.code[:SHOWN], *tests)


def _sections() -> Iterator[str]:
    by_section: dict[str, list[Chain]] = {}
    for chain in chains():
        by_section.setdefault(min(chain.about.paths).partition(".")[0], []).append(chain)
    for name, rows in by_section.items():
        yield f"\n## {name}\n"
        head = ("figure", "in a model", "equation", "code", "tests")
        yield from table_lines(head, map(_row, rows))


def _row(chain: Chain) -> list[str]:
    about = chain.about
    first, *others = sorted(about.paths, key=lambda path: (len(path), path))
    more = f" and {len(others)} more" if others else ""
    place = " ".join(chain.equation.partition("#")[2].removeprefix("eq-").split("-"))
    code = [_link(spot, _short(spot)) for spot in chain.code[:SHOWN]]
    tests = [f"{_link(each.spot, each.spot.name)} ({each.how})" for each in chain.tests[:SHOWN]]
    return [
        f'<a id="{chain.anchor}"></a>`{first}`{more}, {about.unit}<br>{_meaning(chain)}',
        ", ".join(_link(spot, _short(spot)) for spot in chain.held[:1]) or "in scenarios",
        f"[{place}](../{chain.equation})",
        "<br>".join(code) or "for the record: nothing reads it",
        "<br>".join(tests) or "none of its own",
    ]


def _meaning(chain: Chain) -> str:
    words = chain.about.meaning.replace("|", "\\|")
    return f"{words} ({_link(chain.about.said, 'schema')})".lstrip()


def _link(spot: Spot, words: str) -> str:
    return f"[{words}](../source/{spot.file}.html#L{spot.line})"


def _short(spot: Spot) -> str:
    return f"{Path(spot.file).name}:{spot.line}"
