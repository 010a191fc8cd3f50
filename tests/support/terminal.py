"""A pseudo-terminal of a given width, to see what people see."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from pathlib import Path

CODES = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")


def typed(words: list[str], columns: int, folder: Path) -> tuple[int, str]:
    """Run `bvsim` on a terminal; return its exit code and the text, colours left out."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    hidden = {"COLUMNS", "LINES", "NO_COLOR", "CI"}
    settings = {name: text for name, text in os.environ.items() if name not in hidden}
    command = subprocess.Popen(
        [sys.executable, "-m", "bvsim", *words],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**settings, "TERM": "xterm"},
        cwd=folder,
    )
    os.close(theirs)
    text = b"".join(iter(lambda: _read(ours), b"")).decode()
    os.close(ours)
    return command.wait(), CODES.sub("", text).replace("\r\n", "\n")


def _read(end: int) -> bytes:
    """Return what there is; nothing when the other side has closed."""
    try:
        return os.read(end, 65536)
    except OSError:
        return b""
