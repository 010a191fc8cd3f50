"""The site of the docs, built once for all tests however many processes they run in."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 900


def build(folder: Path, config: Path = ROOT / "mkdocs.yml") -> subprocess.CompletedProcess[str]:
    """Build a site strictly, without executing notebooks: a test of their own does."""
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    return subprocess.run(
        [*command, "--config-file", str(config)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "BVSIM_NOTEBOOKS": "0", "NO_MKDOCS_2_WARNING": "1", "PYTHONPATH": PATH},
    )


PATH = os.pathsep.join(str(ROOT / each) for each in ("src", "tools"))


def built_once(temporary: Path) -> Path:
    """Return the site below a folder that all processes share; the first to come builds it."""
    site, claim = temporary / "site", temporary / "site-claimed"
    done = temporary / "site-done"
    try:
        claim.touch(exist_ok=False)
    except FileExistsError:
        end = time.monotonic() + PATIENCE_SECONDS
        while not done.exists() and time.monotonic() < end:
            time.sleep(0.5)
    else:
        made = build(site)
        done.write_text("" if made.returncode == 0 else made.stdout + made.stderr, "utf-8")
    assert done.read_text("utf-8") == ""
    return site


class _Silent(SimpleHTTPRequestHandler):
    def log_message(self, *_args: object) -> None:
        pass


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder on this machine, and give its address."""
    handler = functools.partial(_Silent, directory=str(folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
