"""The run folder: one writer at a time, files that are whole or not there, the manifest."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
import sys
import time
from collections.abc import Iterator, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

SCHEMA_VERSION = 1
_LOCK_PATIENCE_SECONDS = 2.0
_PACKAGES = ("numpy", "scipy", "simpy", "pydantic", "pyyaml", "pandas", "pyarrow")
_CODE = ("schema", "reading", "valley", "ensemble")


class RunError(ValueError):
    """A run cannot be made or opened as asked; the message says what to do."""


@contextlib.contextmanager
def atomic(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path`, which takes its place when all went well."""
    temporary = path.with_name(f".{path.name}.tmp")
    try:
        yield temporary
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write a text file atomically, in UTF-8."""
    with atomic(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def write_manifest(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Write the manifest of a run folder."""
    write_text(folder / "manifest.json", json.dumps(manifest, indent=2, allow_nan=False) + "\n")


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read the manifest of a run folder.

    Raises
    ------
    RunError
        When the folder holds no run, or one of a later schema.
    """
    path = folder / "manifest.json"
    try:
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RunError(f"{folder} holds no run: it has no manifest.json") from None
    except ValueError as error:
        raise RunError(f"{path} cannot be read: {error}") from None
    if manifest.get("schema_version", 0) > SCHEMA_VERSION:
        raise RunError(f"{folder} was written by a later bvsim ({manifest.get('bvsim')})")
    return manifest


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the lock of a run folder; the system releases it when the process ends.

    Raises
    ------
    RunError
        When another process holds it.
    """
    path = folder / ".lock"
    deadline = time.monotonic() + _LOCK_PATIENCE_SECONDS
    while (descriptor := _try_lock(path)) is None:
        if time.monotonic() > deadline:
            raise RunError(f"another run is writing into {folder}")
        time.sleep(0.05)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):  # where an open file cannot be removed it stays
            path.unlink()
        os.close(descriptor)


def _try_lock(path: Path) -> int | None:
    """Return the descriptor of a lock file that is now ours, or None."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT)
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # its holder may have removed the file between our opening and locking it
            if os.fstat(descriptor).st_ino != path.stat().st_ino:
                raise OSError("the lock file was replaced")
    except OSError:
        os.close(descriptor)
        return None
    return descriptor


def version() -> str:
    """Return the version of bvsim."""
    return metadata.version("bvsim")


def packages() -> dict[str, str]:
    """Return the versions of the packages that the numbers depend on."""
    return {name: metadata.version(name) for name in _PACKAGES}


def platform_facts() -> dict[str, str]:
    """Return what machine and Python the numbers come from."""
    return {
        "python": platform.python_version(),
        "system": platform.system(),
        "release": platform.release(),
        "machine": platform.machine(),
    }


def code_hash() -> str:
    """Return a hash of the program's own text, as far as numbers depend on it."""
    package = Path(__file__).parents[2]
    digest = hashlib.blake2b(digest_size=8)
    for room in _CODE:
        for path in sorted((package / room).rglob("*.py")):
            digest.update(path.relative_to(package).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()
