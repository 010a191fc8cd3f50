"""A run folder described in standard forms: a Process Run Crate and a data package.

Both are written beside the manifest and say what it says: RO-Crate 1.1 with the profile
Process Run Crate 0.5 of Workflow Run RO-Crate (what ran, on what, with what result), and Data
Package (the columns of each table with their units). They hold no date of their own: described
twice, a run has the same files.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from bvsim.ensemble.store.manifest import MANIFEST
from bvsim.reading.whole_files import write_text
from bvsim.show.export.files import describe

if TYPE_CHECKING:
    from bvsim.ensemble.store.results import Run

CRATE: Final = "ro-crate-metadata.json"
PACKAGE: Final = "datapackage.json"
CONTEXT: Final = "https://w3id.org/ro/crate/1.1/context"
PROFILE: Final = "https://w3id.org/ro/wfrun/process/0.5"
_RIGHTS: Final = "No licence is stated here: whoever made the run decides on it."
_PARQUET: Final = "application/vnd.apache.parquet"
_FORMATS: Final = {
    ".json": "application/json",
    ".yaml": "application/yaml",
    ".html": "text/html",
    ".png": "image/png",
    ".parquet": _PARQUET,
}

Entity = dict[str, Any]


def write_crate(run: Run) -> Path:
    """Describe a run folder in `ro-crate-metadata.json` and `datapackage.json` inside it.

    Parameters
    ----------
    run : Run
        A finished run.

    Returns
    -------
    pathlib.Path
        The first of them.
    """
    package = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": _slug(run.scenario_name),
        "title": _title(run),
        "version": str(run.manifest["bvsim"]),
        "created": _ended(run),
        "resources": list(_resources(run)),
    }
    crate = {"@context": CONTEXT, "@graph": [_self(), *_graph(run)]}
    for name, tree in ((PACKAGE, package), (CRATE, crate)):
        text = json.dumps(tree, indent=2, ensure_ascii=False, allow_nan=False)
        write_text(run.folder / name, f"{text}\n")
    return run.folder / CRATE


def _title(run: Run) -> str:
    return f"bvsim run of {run.scenario_name}"


def _slug(name: str) -> str:
    """Return a name in the letters that a data package allows."""
    return "".join(letter if letter.isalnum() else "-" for letter in name.lower()).strip("-")


def _ended(run: Run) -> str:
    began = datetime.fromisoformat(run.manifest["started"])
    return (began + timedelta(seconds=round(run.manifest["elapsed_s"]))).isoformat()


# -- the crate -----------------------------------------------------------------------


def _self() -> Entity:
    about = {"about": {"@id": "./"}, "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"}}
    return {"@id": CRATE, "@type": "CreativeWork", **about}


def _graph(run: Run) -> Iterator[Entity]:
    """Yield what the crate speaks of: the folder, its files, and what made them."""
    files = [_file(path) for path in _results(run.folder)]
    yield {
        "@id": "./",
        "@type": "Dataset",
        "name": _title(run),
        "description": " ".join(run.manifest["story"].split()) or _title(run),
        "datePublished": _ended(run),
        "license": {"@id": "#rights"},
        "conformsTo": {"@id": PROFILE},
        "hasPart": [_ref(_scenario()), *map(_ref, files), {"@id": PACKAGE}],
        "mentions": {"@id": "#run"},
    }
    yield {"@id": "#rights", "@type": "CreativeWork", "name": "rights", "description": _RIGHTS}
    yield {"@id": PROFILE, "@type": "CreativeWork", "name": "Process Run Crate", "version": "0.5"}
    yield _scenario()
    yield from files
    yield {**_file(Path(PACKAGE)), "description": "Columns of the tables, with their units."}
    yield from _action(run, files)


def _results(folder: Path) -> list[Path]:
    """Return the files of a run, those that describe it and its scenario left out."""
    known = {CRATE, PACKAGE, "scenario.yaml"}
    found = (path for path in folder.iterdir() if path.is_file() and path.suffix in _FORMATS)
    return sorted(path for path in found if path.name not in known and path.name[0] != ".")


def _file(path: Path) -> Entity:
    size = {"contentSize": str(path.stat().st_size)} if path.is_file() else {}
    kind = {"encodingFormat": _FORMATS[path.suffix]}
    return {"@id": path.name, "@type": "File", "name": path.name, **kind, **size}


def _scenario() -> Entity:
    said = "The scenario, resolved: nothing inherited, nothing left out."
    return {**_file(Path("scenario.yaml")), "description": said}


def _action(run: Run, files: list[Entity]) -> Iterator[Entity]:
    """Yield the run as an action: what it took, with which program, and what came out."""
    manifest = run.manifest
    names = ("draws", "per_draw", "seed", "design", "model_hash", "code_hash")
    values = [
        {"@id": f"#{name}", "@type": "PropertyValue", "name": name, "value": str(manifest[name])}  # type: ignore[literal-required]
        for name in names
    ]
    packages = [
        {"@id": f"#{name}", "@type": "SoftwareApplication", "name": name, "softwareVersion": number}
        for name, number in sorted(manifest["packages"].items())
    ]
    state = "CompletedActionStatus" if run.status == "complete" else "FailedActionStatus"
    yield {
        "@id": "#run",
        "@type": "CreateAction",
        "name": _title(run),
        "description": f"{run.rows} of {run.planned} rows; {MANIFEST} has all of it.",
        "instrument": {"@id": "#bvsim"},
        "object": [_ref(_scenario()), *map(_ref, values)],
        "result": list(map(_ref, files)),
        "startTime": manifest["started"],
        "endTime": _ended(run),
        "actionStatus": f"http://schema.org/{state}",
    }
    yield {
        "@id": "#bvsim",
        "@type": "SoftwareApplication",
        "name": "bvsim",
        "description": "The Battery Valley simulator.",
        "softwareVersion": manifest["bvsim"],
        "softwareRequirements": list(map(_ref, packages)),
    }
    yield from (*values, *packages)


def _ref(entity: Entity) -> Entity:
    return {"@id": entity["@id"]}


# -- the data package ----------------------------------------------------------------


def _resources(run: Run) -> Iterator[Entity]:
    """Yield each table with its columns."""
    for table in run.tables:
        path = run.folder / f"{table}.parquet"
        if path.is_file():
            fields = [_field(table, field) for field in pq.read_schema(path)]
            form = {"format": "parquet", "mediatype": _PARQUET, "bytes": path.stat().st_size}
            yield {"name": table, "path": path.name, **form, "schema": {"fields": fields}}


def _field(table: str, field: pa.Field) -> Entity:
    entry = describe(table, field)
    said = {"description": entry.meaning} if entry.meaning else {}
    return {"name": field.name, "type": _type(field.type), "unit": entry.unit, **said}


def _type(kind: pa.DataType) -> str:
    """Return the name of a type in Table Schema."""
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    tests = {
        "boolean": pa.types.is_boolean,
        "integer": pa.types.is_integer,
        "number": pa.types.is_floating,
        "date": pa.types.is_date,
        "string": pa.types.is_string,
    }
    return next((name for name, fits in tests.items() if fits(kind)), "any")
