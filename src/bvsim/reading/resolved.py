"""Resolved scenarios: what they are as a file, and a hash of what they mean."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import is_dataclass

import yaml

from bvsim.schema.figure import Figure
from bvsim.schema.place import PlaceSpec
from bvsim.schema.sources import Source

_SCHEMA_LINE = "# A resolved bvsim scenario: nothing inherited, nothing left out.\n"


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    """Writes every value out, without anchors."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def write_yaml(header: Mapping[str, object], model: Mapping[str, object]) -> str:
    """Write a resolved scenario as YAML, its model by sorted keys."""
    top = _dump(dict(header), sort_keys=False)
    return f"{_SCHEMA_LINE}{top}{_dump({'model': dict(model)}, sort_keys=True)}"


def _dump(data: dict[str, object], *, sort_keys: bool) -> str:
    text: str = yaml.dump(
        data,
        Dumper=_Dumper,
        sort_keys=sort_keys,
        allow_unicode=True,
        width=100,
        default_flow_style=None,
    )
    return text


def fingerprint(model: object, more: Sequence[str]) -> str:
    """Return a hash of a model's meaning: the same whatever the order in files."""
    text = json.dumps([canonical(model), list(more)], sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def canonical(value: object) -> object:
    """Reduce a value to what decides on results: vintages in force, without their sources."""
    if isinstance(value, Figure):
        meant = [value.unit.symbol, repr(value.distribution), repr(value.changes)]
        return meant if value.before is None else [*meant, canonical(value.before)]
    if isinstance(value, (Source, PlaceSpec)):
        return None
    if isinstance(value, Mapping):
        return {str(key): canonical(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [canonical(item) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {key: canonical(item) for key, item in vars(value).items()}
    return value if value is None or isinstance(value, (bool, int, str)) else repr(value)
