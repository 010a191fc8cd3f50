"""Seals: the checksums by which a manifest knows the files beside it, and itself.

Tables change together. A writer puts the new ones beside the old (`coming`), then writes the
manifest that knows them, and only then moves them. Killed before the manifest, it leaves what was
there; killed after it, whoever opens the folder next finishes the moves (`settle`).
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from bvsim.ensemble.store.folder import RunError

Seals = Mapping[str, str]
"""Checksums by the name of a file in the folder."""
_BYTES = 16


class DamageError(RunError):
    """A file is not as it was written; the message names it."""


def seal(path: Path) -> str:
    """Return the checksum of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=_BYTES)).hexdigest()


def seal_of(content: Mapping[str, object]) -> str:
    """Return the checksum of what JSON holds, however it is laid out."""
    text = json.dumps(content, sort_keys=True, allow_nan=False)
    return hashlib.blake2b(text.encode(), digest_size=_BYTES).hexdigest()


def coming(path: Path) -> Path:
    """Return where the next version of a file waits for its place."""
    return path.with_name(f".{path.name}.next")


def drop_coming(folder: Path) -> None:
    """Delete next versions that no manifest knows."""
    for path in folder.glob(".*.next"):
        path.unlink(missing_ok=True)


def settle(folder: Path, seals: Seals) -> None:
    """Move into place what the manifest knows and a writer was kept from moving."""
    for name, known in seals.items():
        path = coming(folder / name)
        with contextlib.suppress(FileNotFoundError):  # nothing waits, or another was quicker
            if seal(path) == known:
                path.replace(folder / name)


def check_files(folder: Path, seals: Seals, names: Iterable[str] | None = None) -> None:
    """Compare files with their checksums.

    Raises
    ------
    DamageError
        When a file is missing or is not as it was written.
    """
    for name in seals if names is None else names:
        path = folder / name
        if not path.is_file():
            raise DamageError(f"{path} is missing, though the manifest knows it")
        if seal(path) != seals[name]:
            raise DamageError(
                f"{path} is damaged: its checksum is not that in manifest.json; "
                "take it from a copy, or make the run again"
            )
