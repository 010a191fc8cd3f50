"""A small model with one of everything, for the tests of the spec room."""

from __future__ import annotations

from dataclasses import field
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from bvsim.reading.shapes import Ref
from bvsim.reading.templates import Template
from bvsim.schema.part import part
from bvsim.schema.sources import Source
from bvsim.schema.units import Count, Days, GwhPerYear, Months, OnDate, Share, TimedCount


@part
class Ramp:
    t50: Months
    scrap: Share


@part
class Reading:
    known_from: date
    scrap: Share


@part
class Site:
    basin: Annotated[str, Ref("labour.basins")]
    nameplate: GwhPerYear
    lines: Count
    ramp: Ramp
    sop: OnDate | None = None
    open: bool = True
    built: date | None = None
    readings: dict[str, Reading] = field(default_factory=dict)


@part
class Programme:
    seats: TimedCount
    length: Days


@part
class Labour:
    basins: dict[str, Share]
    programmes: dict[str, Programme]


@part
class Maker:
    kind: Literal["maker"]
    sop: OnDate | None = None


@part
class Importer:
    kind: Literal["importer"]
    delay: Days


@part
class Model:
    title: str
    sites: dict[str, Site]
    labour: Labour
    cathode: dict[str, Annotated[Maker | Importer, Field(discriminator="kind")]]
    sources: dict[str, Source]


TEMPLATES = (Template("ramp", "classes", Ramp),)

FILES = {
    "models/small/model.yaml": "title: A small valley\n",
    "models/small/classes.yaml": """\
novice:
  t50: {triangular: [24, 38, 60], unit: months, source: [judged], confidence: judgement}
  scrap: {beta: {mean: 0.3, n: 10}, unit: share, source: [judged], confidence: judgement}
""",
    "models/small/sites/alpha.yaml": """\
basin: north
nameplate:
  - {value: 8, unit: GWh/yr, known_from: 2020-11-01, source: [old], confidence: published}
  - {normal: {mean: 13.4, sd: 1}, unit: GWh/yr, source: [new], confidence: published}
lines: {uniform: [2, 6], source: [judged], confidence: judgement}
ramp: {like: novice}
sop: {triangular: [2025-01-01, 2025-06-01, 2026-01-01], source: [judged], confidence: judgement}
readings:
  summer: {known_from: 2025-09-01, scrap: {uniform: [0.2, 0.3], source: [new], confidence: derived}}
""",
    "models/small/sites/beta.yaml": """\
basin: south
nameplate: {lognormal: {median: 10, gsd: 1.2}, unit: GWh/yr, source: [old], confidence: derived}
lines: {value: 3, source: [old], confidence: derived}
ramp:
  like: novice
  scrap: {value: 0.1, unit: share, source: [old], confidence: derived, note: "its own"}
""",
    "models/small/labour.yaml": """\
basins:
  north: {value: 0.5, unit: share, source: [judged], confidence: judgement}
  south: {value: 0.5, unit: share, source: [judged], confidence: judgement}
programmes:
  first:
    seats: {uniform: [10, 30], unit: count, source: [judged], confidence: judgement}
    length: {pert: [60, 80, 120], unit: days, source: [judged], confidence: judgement}
  second:
    seats: {value: 20, unit: count, source: [old], confidence: published}
    length:
      {discrete: {values: [60, 90], weights: [0.25, 0.75]}, unit: days, source: [old],
       confidence: published}
""",
    "models/small/cathode.yaml": """\
mill: {kind: maker}
port:
  kind: importer
  delay: {lognormal: {median: 60, gsd: 1.5}, truncate: [20, 200], unit: days, source: [judged],
          confidence: judgement}
""",
    "models/small/sources/all.yaml": """\
judged: {title: Our own judgement}
old: {title: Old news, publisher: The Paper, date: 2021-03}
new: {title: New news, publisher: The Paper, date: 2025-01-15}
""",
    "scenarios/base.yaml": """\
name: base
story: As things stand.
model: small
as_of: 2026-03-31
plan_as_of: 2025-10-01
start: 2023-01-01
end: 2040-12-31
""",
    "scenarios/back-then.yaml": "name: back-then\nextends: base\nas_of: 2023-12-31\n",
    "scenarios/more.yaml": """\
name: more
extends: base
set:
  labour.programmes.*.seats: {times: 2, from: 2027-01-01}
  cathode.mill.sop: 2029-06-01
""",
}


def write(root: Path, changed: dict[str, str] | None = None) -> Path:
    """Write the files, some of them changed, below a folder; return it."""
    for name, text in {**FILES, **(changed or {})}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return root
