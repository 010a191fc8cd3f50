"""The run folder: one writer at a time, files that are whole or not there."""

from __future__ import annotations

import contextlib
import hashlib
import os
import platform
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from bvsim.schema.plugins import plugin_files, plugins

_LOCK_PATIENCE_SECONDS = 2.0
_PACKAGES = ("numpy", "scipy", "simpy", "pydantic", "pyyaml", "pandas", "pyarrow")
_CODE = ("schema", "reading", "valley", "ensemble")


class RunError(ValueError):
    """A run cannot be made or opened as asked; the message says what to do."""


def is_free(folder: Path) -> bool:
    """Tell whether a folder is empty or not there, but for what a killed writer left over."""
    if not folder.exists():
        return True
    return folder.is_dir() and all(_is_left_over(path.name) for path in folder.iterdir())


def _is_left_over(name: str) -> bool:
    return name == ".lock" or (name.startswith(".") and name.endswith(".tmp"))


def holds_run(folder: Path) -> bool:
    """Tell whether a folder is that of a run, or of a sweep."""
    return any((folder / name).exists() for name in ("manifest.json", "sweep.json"))


def fresh_folder(name: str) -> Path:
    """Return a folder under ``runs``, named and dated, that does not exist yet."""
    base = Path("runs") / f"{name}-{datetime.now():%Y%m%d-%H%M%S}"
    path, number = base, 1
    while path.exists():
        number += 1
        path = base.with_name(f"{base.name}-{number}")
    return path


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
    """Return the versions of the packages that the numbers depend on, plug-ins among them."""
    return {name: metadata.version(name) for name in _PACKAGES} | plugins()


def platform_facts() -> dict[str, str]:
    """Return what machine and Python the numbers come from."""
    return {
        "python": platform.python_version(),
        "system": platform.system(),
        "release": platform.release(),
        "machine": platform.machine(),
    }


def code_hash() -> str:
    """Return a hash of the text that numbers depend on: the program's own, and of plug-ins."""
    package = Path(__file__).parents[2]
    digest = hashlib.blake2b(digest_size=8)
    for room in _CODE:
        for path in sorted((package / room).rglob("*.py")):
            digest.update(path.relative_to(package).as_posix().encode())
            digest.update(path.read_bytes())
    for name, number in plugins().items():
        digest.update(f"{name} {number}".encode())
    for path in plugin_files():
        digest.update(path.read_bytes())
    return digest.hexdigest()


def build_mark() -> str:
    """Return which build of the valley runs: its text, or when it was compiled."""
    spec = find_spec("bvsim.valley.valley")
    if spec is None or spec.origin is None or spec.origin.endswith(".py"):
        return "text"
    stat = Path(spec.origin).stat()
    return f"{stat.st_size} {stat.st_mtime_ns}"
