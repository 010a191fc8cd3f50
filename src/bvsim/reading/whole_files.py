"""Files that are whole or not there, whatever stops whoever writes them."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path


@contextlib.contextmanager
def together() -> Iterator[Callable[[Path], Path]]:
    """Give temporary paths beside those of several files; all take their places, or none does.

    Raises
    ------
    OSError
        When a folder is where a file should be, or there is no folder to put it in.
    """
    places: dict[Path, Path] = {}

    def beside(path: Path) -> Path:
        if path.is_dir():
            raise OSError(errno.EISDIR, "a folder is where a file is to be written", str(path))
        if not path.parent.is_dir():
            raise OSError(errno.ENOENT, "there is no such folder", str(path.parent))
        places[path] = path.with_name(f".{path.name}.tmp")
        return places[path]

    try:
        yield beside
        for temporary in places.values():
            with temporary.open("rb+") as file:
                os.fsync(file.fileno())
        for path, temporary in places.items():
            temporary.replace(path)
    finally:
        for temporary in places.values():
            temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def atomic(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path`, which takes its place when all went well."""
    with together() as beside:
        yield beside(path)


def write_text(path: Path, text: str) -> None:
    """Write a text file atomically, in UTF-8."""
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file atomically."""
    with atomic(path) as temporary:
        temporary.write_bytes(data)
