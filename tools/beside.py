"""Runs bvsim with the compiled valley where there is one, and has one built beside it otherwise.

    python tools/beside.py FOLDER run reference ...

is what `make run` calls. The first run starts at once, with the files as they are. Where a C
compiler is found the valley is compiled in the background as soon as the run has shown its first
numbers, and has the cores to itself: a compiled row takes a tenth of the time, so that the run
ends sooner the sooner that is ready. Then the run is ended in good order, its rows kept, and the
compiled valley goes on where it stood: rows are the same bits either way. Each state of the
sources has a folder of its own in FOLDER, so that files that were changed are never run as they
were. Models and scenarios are those of the checkout.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
from collections.abc import Sequence
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
OUT = "--out"
STOPPED = (130, -signal.SIGTERM)
"""Exit codes of a run that was ended: in good order, or before it had begun."""
BUILT, LOG = "built", "log.txt"
"""The file that says that a folder is complete, and the one that says how it came about."""
POLL_S, NICE = 0.5, 10
"""Seconds between looks at a run, and how far the interpreted run stands back from the compiler."""
FIRST_ROWS, PATIENCE_S = 64, 60.0
"""Rows that a run has for itself before anything is compiled, as its first numbers are of those,
and the seconds after which it is compiled all the same."""
BEGUN = "The valley is compiled beside this run, which goes on with it when it is ready ({log})."
NOT_YET = "The valley is still being compiled, or could not be: {log} says which."
READY = "The compiled valley is ready, and takes the run over."
NEVER = "Without a C compiler the valley runs interpreted, some times slower."


def sources() -> list[Path]:
    """Return the files that make a compiled valley what it is."""
    package = sorted((PROJECT / "src/bvsim").rglob("*.py"))
    return [*package, PROJECT / "hatch_build.py", PROJECT / "tools/compile_valley.py"]


def state() -> str:
    """Return a name for the sources as they are, for this Python."""
    digest = hashlib.sha256(sys.version.encode())
    for file in sources():
        digest.update(str(file.relative_to(PROJECT)).encode() + file.read_bytes())
    return digest.hexdigest()[:16]


def compiler() -> str | None:
    """Return the C compiler that Python would use; None where there is none."""
    named = os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc"
    return shutil.which(named.split()[0]) or shutil.which("cc")


def build(folder: Path) -> None:
    """Make a wheel with the valley compiled, in an environment of pip's own; unpack it."""
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    wheels = folder / "wheels"
    asked = {**os.environ, "BVSIM_COMPILE": "1"}
    make = [*pip, "wheel", "--no-deps", "--wheel-dir", str(wheels), str(PROJECT)]
    subprocess.run(make, env=asked, check=True)
    wheel = next(wheels.glob("bvsim-*.whl"))
    into = ["--target", str(folder / "src")]
    subprocess.run([*pip, "install", "--no-deps", *into, str(wheel)], check=True)
    subprocess.run([*pip, "install", *into, "librt"], check=True)
    shutil.rmtree(folder / "src/bvsim/_data")
    for part in ("models", "scenarios"):
        (folder / part).symlink_to(PROJECT / part)
    (folder / BUILT).touch()


def may_begin(folder: Path) -> bool:
    """Take a folder for a compiled valley, once for a state of the sources; say what comes.

    Returns whether this process is to have one built there.
    """
    log = os.path.relpath(folder / LOG)
    if compiler() is None:
        print(NEVER, flush=True)
        return False
    try:
        folder.mkdir(parents=True)
    except FileExistsError:
        print(NOT_YET.format(log=log), flush=True)
        return False
    print(BEGUN.format(log=log), flush=True)
    return True


def begin(folder: Path) -> None:
    """Have a compiled valley built in the background, whatever becomes of this process.

    Ctrl-C does not reach a group of processes of its own; a session of its own would be given as
    much of the cores as the run's, however far that stands back.
    """
    again = [sys.executable, __file__, "--build", str(folder)]
    apart = {} if os.name == "nt" else {"preexec_fn": os.setpgrp}
    with (folder / LOG).open("wb") as into:
        # whoever reads from a terminal in the background is stopped
        words = {"stdin": subprocess.DEVNULL, "stdout": into, "stderr": into, **apart}
        subprocess.Popen(again, **words)  # type: ignore[call-overload]


def simulate(words: Sequence[str], source: Path | None = None) -> subprocess.Popen[bytes]:
    """Start bvsim from a folder of compiled modules; or as it is, standing back."""
    command = [sys.executable, "-m", "bvsim", *words]
    if source is not None:
        return subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(source)})
    polite = {} if os.name == "nt" else {"preexec_fn": lambda: os.nice(NICE)}
    return subprocess.Popen(command, **polite)  # type: ignore[call-overload, no-any-return]


def hand_over(words: Sequence[str], folder: Path) -> int:
    """Run bvsim as it is until the compiled valley is ready, then that; return the exit code.

    The second goes on in the run folder of the first. Who names a folder is left to run to the
    end.
    """
    to_build = may_begin(folder)
    began, first = time.time() - POLL_S, simulate(words)  # clocks of files are coarser
    try:
        if to_build:
            wait_for_numbers(first, began)
    except KeyboardInterrupt:
        return ended(first)
    finally:
        if to_build:
            begin(folder)
    named = any(word.startswith(OUT) for word in words)
    if os.name == "nt" or named or not ready_while(first, folder):
        return ended(first)
    print(f"\n{READY}", flush=True)
    first.terminate()
    try:
        code = first.wait()
    except KeyboardInterrupt:
        return ended(first)
    if code not in STOPPED:
        return code
    kept = run_since(began)
    return ended(
        simulate([*words, *([OUT, str(kept), "--resume"] if kept else [])], folder / "src")
    )


def wait_for_numbers(process: subprocess.Popen[bytes], began: float) -> None:
    """Wait until a run has its first numbers or has ended, but not for ever."""
    while process.poll() is None and time.time() - began < PATIENCE_S:
        kept = run_since(began)
        if kept is not None and rows_in(kept) >= FIRST_ROWS:
            return
        time.sleep(POLL_S)


def rows_in(folder: Path) -> int:
    """Return how many rows a run that is under way has laid aside; 0 when it merges them."""
    from pyarrow import ipc, memory_map

    rows = 0
    try:
        for shard in folder.glob("shards/*.arrow"):
            with memory_map(str(shard)) as source, ipc.open_file(source) as file:
                rows += sum(file.get_batch(at).num_rows for at in range(file.num_record_batches))
    except (OSError, ValueError):
        return 0
    return rows


def run_since(moment: float) -> Path | None:
    """Return the run folder that was last written, if that was after a moment."""
    written = {file.stat().st_mtime: file.parent for file in Path("runs").glob("*/manifest.json")}
    return written[max(written)] if written and max(written) >= moment else None


def ready_while(process: subprocess.Popen[bytes], folder: Path) -> bool:
    """Wait for the compiled valley; return whether it is ready before a process has ended."""
    try:
        while process.poll() is None and not (folder / BUILT).exists():
            time.sleep(POLL_S)
    except KeyboardInterrupt:
        return False
    return process.poll() is None


def ended(process: subprocess.Popen[bytes]) -> int:
    """Wait for a process, which alone answers Ctrl-C; return its exit code."""
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue


def main() -> int:
    """Run bvsim, compiled as soon as it can be."""
    if sys.argv[1] == "--build":
        build(Path(sys.argv[2]))
        return 0
    folder, words = Path(sys.argv[1]).absolute() / state(), sys.argv[2:]
    if (folder / BUILT).exists():
        return ended(simulate(words, folder / "src"))
    return hand_over(words, folder)


if __name__ == "__main__":
    sys.exit(main())
