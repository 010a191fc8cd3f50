"""Build hook: `BVSIM_COMPILE=1 pip install .` installs the valley compiled to C by mypyc.

The compiled modules are the very files of `src/bvsim/valley`; nothing is written twice, and the
files are installed beside them, so that hashes of the code and tracebacks stay the same. Without
the variable nothing is compiled, and the wheel serves every machine. `bvsim --version` says which
of the two is installed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SWITCH = "BVSIM_COMPILE"
COMPILER = ("mypy>=2.4", "setuptools")
NATIVE = "librt>=0.17"
"""What compiled modules read rows of floats with; interpreted ones do without."""
READ = ("schema", "valley")
"""Rooms that the compiler reads: the valley, and the figures whose types it computes with."""
INTERPRETED = (
    *("__init__.py", "ground/environment.py", "ground/errors.py", "ground/rows.py"),
    "ground/seeds.py",
    "valley/regions/outside.py",
)
"""Modules of the valley left as they are, by the ends of their paths: mypyc compiles no exceptions
with attributes, no classes of bases that are not compiled, and none that others stand on;
and a list stands for a native row wherever files run as they are."""
LIBRARIES = ("*.so", "*.pyd")
EDITABLE = (
    f"{SWITCH} is set, and compiles nothing: an editable installation runs the files as they "
    "are. For a compiled valley install without -e."
)
FAILED = (
    "The valley could not be compiled; what the compiler said stands above. A C compiler is "
    f"needed. Without {SWITCH} the same valley is installed to run interpreted."
)


def modules_of(source: Path) -> list[str]:
    """Return the modules to be compiled, as paths from a source folder."""
    valley = (source / "bvsim" / "valley").rglob("*.py")
    names = sorted(module.relative_to(source).as_posix() for module in valley)
    return [name for name in names if not name.endswith(INTERPRETED)]


def compile_valley(project: Path, folder: Path) -> list[Path]:
    """Compile a copy of the valley in an empty folder; return the libraries made there.

    They belong where they stand in relation to the folder.

    Raises
    ------
    subprocess.CalledProcessError
        When there is no C compiler, or it fails.
    """
    package = folder / "bvsim"
    for room in READ:
        ignored = shutil.ignore_patterns("__pycache__", *LIBRARIES)
        shutil.copytree(project / "src" / "bvsim" / room, package / room, ignore=ignored)
    (package / "__init__.py").touch()
    compiler = str(project / "tools" / "compile_valley.py")
    subprocess.run([sys.executable, compiler, *modules_of(folder)], cwd=folder, check=True)
    return built(folder)


def built(folder: Path) -> list[Path]:
    """Return the libraries that stand beside the sources, not those left in `build`."""
    places = (folder.glob, (folder / "bvsim").rglob)
    return sorted(found for place in places for end in LIBRARIES for found in place(end))


class ValleyCompiler(BuildHookInterface[Any]):
    """Puts the compiled valley into the wheel when asked to."""

    PLUGIN_NAME = "custom"

    def _wanted(self) -> bool:
        return os.environ.get(SWITCH, "") not in ("", "0") and self.target_name == "wheel"

    def dependencies(self) -> list[str]:
        """Return what the build needs besides hatchling."""
        return list(COMPILER) if self._wanted() else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile before the wheel is put together."""
        if not self._wanted():
            return
        if version == "editable":
            self.app.display_warning(EDITABLE)
            return
        self._folder = Path(tempfile.mkdtemp(prefix="bvsim-compiled-"))
        for library in self._compiled():
            build_data["force_include"][str(library)] = str(library.relative_to(self._folder))
        build_data["pure_python"], build_data["infer_tag"] = False, True
        build_data.setdefault("dependencies", []).append(NATIVE)

    def _compiled(self) -> list[Path]:
        try:
            return compile_valley(Path(self.root), self._folder)
        except subprocess.CalledProcessError:
            shutil.rmtree(self._folder)
            self.app.abort(FAILED)
            raise

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove what the compiler left."""
        if hasattr(self, "_folder"):
            shutil.rmtree(self._folder)
