"""Runs bvsim with the compiled valley where there is one, and has one built beside it otherwise.

    python tools/beside.py FOLDER run reference ...

is what `make run` calls. The first run starts at once, with the files as they are; where a C
compiler is found the valley is compiled meanwhile, in the background and politely, and is used
from the next run on. Each state of the sources has a folder of its own in FOLDER, so that files
that were changed are never run as they were. Models and scenarios are those of the checkout.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
BUILT = "built"
"""The file that says that a folder is complete."""
BEGUN = "The valley is compiled beside this run; the next one uses it, some times faster ({log})."
NOT_YET = "The valley is still being compiled, or could not be: {log} says which."
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


def begin(folder: Path) -> None:
    """Have a compiled valley built in the background, once for a state of the sources."""
    if compiler() is None:
        print(NEVER, flush=True)
        return
    log = folder / "log.txt"
    try:
        folder.mkdir(parents=True)
    except FileExistsError:
        print(NOT_YET.format(log=os.path.relpath(log)), flush=True)
        return
    again = [sys.executable, __file__, "--build", str(folder)]
    polite = {} if os.name == "nt" else {"preexec_fn": lambda: os.nice(19)}
    with log.open("wb") as into:
        subprocess.Popen(again, stdout=into, stderr=into, start_new_session=True, **polite)  # type: ignore[call-overload]
    print(BEGUN.format(log=os.path.relpath(log)), flush=True)


def main() -> int:
    """Run bvsim; build beside it what the next run uses."""
    if sys.argv[1] == "--build":
        build(Path(sys.argv[2]))
        return 0
    folder, environment = Path(sys.argv[1]).absolute() / state(), dict(os.environ)
    if (folder / BUILT).exists():
        environment["PYTHONPATH"] = str(folder / "src")
    else:
        begin(folder)
    command = [sys.executable, "-m", "bvsim", *sys.argv[2:]]
    return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
