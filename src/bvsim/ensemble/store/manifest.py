"""The manifest of a run folder: what was run, with what, and how it went."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypedDict

from bvsim.ensemble.store.folder import RunError
from bvsim.ensemble.store.seals import DamageError, seal_of
from bvsim.reading.whole_files import write_text

SCHEMA_VERSION = 1
MANIFEST = "manifest.json"
CHECKSUM = "checksum"
_SEALS = frozenset({"files", CHECKSUM})
"""A manifest has both or, of 0.1.0, none: one damaged letter cannot make it look old."""
PLAIN = "plain"
"""The kind of an ordinary run: each row is a draw of all figures."""
_LONGEST = 60
_IDENTITY = (
    "scenario",
    "model_hash",
    "seed",
    "design",
    "table",
    "years",
    "monthly",
    "bvsim",
    "code_hash",
)
"""What must be the same, beside the sample, for rows to belong to one run."""


class Sample(TypedDict, total=False):
    """What a run of rows of another kind was made for; `kind` is always there."""

    kind: str
    bases: int
    rows_per_base: int
    groups: dict[str, list[str]]
    constraints: list[str]
    dimensions: int
    columns: dict[str, list[int]]
    levels: int
    edge: float
    low: float
    high: float
    scenario: str
    model_hash: str
    seed: int
    design: str


class FailureEntry(TypedDict):
    """A row that could not be simulated: see `bvsim.ensemble.work.Failure`."""

    draw: int
    replication: int
    stage: str
    message: str


class TargetEntry(TypedDict):
    """How well a figure asked about with `--until-ci` is known."""

    target: str
    kpi: str
    quantile: float | None
    estimate: float | None
    half_width: float | None
    met: bool


class PrecisionEntry(TypedDict):
    """What was asked with `--until-ci`, and what was met."""

    met: bool
    met_since_draws: int | None
    max_draws: int
    look_ahead: float
    targets: list[TargetEntry]


class Manifest(TypedDict, total=False):
    """What ``manifest.json`` holds; all of it but `merged` and `precision` is always there.

    `files` are checksums of the finished files beside it, `checksum` is that of all the rest;
    folders of 0.1.0 have neither.
    """

    schema_version: int
    scenario: str
    model_hash: str
    seed: int
    design: str
    table: str
    years: list[int]
    monthly: bool
    bvsim: str
    code_hash: str
    sample: Sample | None
    story: str
    draws: int
    per_draw: int
    shard: list[int] | None
    merged: int
    levers: list[dict[str, object]]
    set: dict[str, str]
    dimensions: int
    width: int
    sites: list[str]
    packages: dict[str, str]
    platform: dict[str, str]
    compiled: bool
    tables: list[str]
    status: str
    failures: list[FailureEntry]
    started: str
    elapsed_s: float
    precision: PrecisionEntry
    files: dict[str, str]
    checksum: str


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest of a run folder, with its checksum."""
    rest = {name: value for name, value in manifest.items() if name != CHECKSUM}
    whole = {**rest, CHECKSUM: seal_of(rest)}
    write_text(folder / MANIFEST, json.dumps(whole, indent=2, allow_nan=False) + "\n")


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of a run folder.

    Raises
    ------
    RunError
        When the folder holds no run, or one of a later schema.
    DamageError
        When the manifest is not as it was written.
    """
    path = folder / MANIFEST
    try:
        manifest: Manifest = json.loads(path.read_text(encoding="utf-8"))
        version = manifest.get("schema_version", 0)
        whole = not _SEALS & manifest.keys() or _is_whole(manifest)
    except FileNotFoundError:
        raise RunError(f"{folder} holds no run: it has no manifest.json") from None
    except (ValueError, AttributeError, TypeError) as error:
        raise DamageError(f"{path} cannot be read: {error}") from None
    if whole and version > SCHEMA_VERSION:
        raise RunError(f"{folder} was written by a later bvsim ({manifest.get('bvsim')})")
    if not whole:
        raise DamageError(f"{path} is damaged: it does not fit the checksum in it")
    manifest.pop("checksum", None)  # of the file, not of what it says
    return manifest


def _is_whole(manifest: Manifest) -> bool:
    """Tell whether a manifest with checksums is as it was written."""
    rest = {name: value for name, value in manifest.items() if name != CHECKSUM}
    return "files" in rest and manifest.get(CHECKSUM) == seal_of(rest)


def planned(manifest: Manifest) -> int:
    """Return how many rows the run, or its shard, is to have."""
    number, of = manifest.get("shard") or (1, 1)
    return len(range(number - 1, manifest["draws"], of)) * manifest["per_draw"]


def picked(manifest: Manifest, names: Iterable[str]) -> dict[str, object]:
    """Return some entries of a manifest by name."""
    return {name: manifest.get(name) for name in names}


def differences(
    theirs: Manifest, ours: Manifest, more: Sequence[str] = (), *, word: str = "->"
) -> list[str]:
    """Return what makes rows of two runs no rows of one, ``name: theirs -> ours``.

    Parameters
    ----------
    theirs, ours : Manifest
        Manifests, or what is known of them.
    more : sequence of str
        Other entries that have to be the same.
    word : str
        What stands between the two sides.
    """
    a, b = (_flat(side, more) for side in (theirs, ours))
    names = [*b, *(name for name in a if name not in b)]
    pairs = {name: (a.get(name), b.get(name)) for name in names}
    return [f"{name}: {_short(x)} {word} {_short(y)}" for name, (x, y) in pairs.items() if x != y]


def _flat(manifest: Manifest, more: Sequence[str]) -> dict[str, object]:
    """Return what has to be the same; a sample may have more bases."""
    found = picked(manifest, (*_IDENTITY, *more))
    sample = manifest.get("sample") or Sample(kind=PLAIN)
    return found | {name: value for name, value in sample.items() if name != "bases"}


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
