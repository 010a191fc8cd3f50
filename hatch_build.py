"""Build hook: `BVSIM_COMPILE=1 pip install .` installs the valley compiled to C by mypyc.

The compiled modules are the very files of `src/bvsim/valley`; nothing is written twice, and the
files are installed beside them, so that hashes of the code and tracebacks stay the same. Without
the variable nothing is compiled, and the wheel serves every machine.
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
COMPILER = ("mypy>=1.11", "setuptools")
TYPED = ("numpy", "pydantic", "scipy", "simpy")
"""Dependencies of bvsim that the valley's types refer to."""
INTERPRETED = {"__init__.py", "errors.py", "seeds.py"}
"""Modules left as they are: mypyc compiles no exceptions with attributes, and no classes of
bases that are not compiled."""
LIBRARIES = ("*.so", "*.pyd")

_BUILD = """
import sys
from mypyc.build import mypycify
from setuptools import setup
setup(name="bvsim-compiled", packages=[], ext_modules=mypycify(sys.argv[4:], opt_level="2"),
      script_args=sys.argv[1:4])
"""


def compile_valley(project: Path, folder: Path) -> list[Path]:
    """Copy the sources into a folder and compile the valley there; return the libraries.

    Fused multiply-adds, which some compilers use by themselves, are switched off: results
    stay those of the interpreted files, bit for bit.

    Raises
    ------
    subprocess.CalledProcessError
        When there is no C compiler, or it fails.
    """
    ignored = shutil.ignore_patterns("__pycache__", *LIBRARIES)
    shutil.copytree(project / "src", folder / "src", ignore=ignored, dirs_exist_ok=True)
    shutil.copy(project / "pyproject.toml", folder)
    source = folder / "src"
    modules = sorted((source / "bvsim" / "valley").rglob("*.py"))
    paths = [str(m.relative_to(source)) for m in modules if m.name not in INTERPRETED]
    flags = os.environ.get("CFLAGS", "") + " -ffp-contract=off"
    command = [sys.executable, "-c", _BUILD, "--quiet", "build_ext", "--inplace", *paths]
    subprocess.run(command, cwd=source, check=True, env={**os.environ, "CFLAGS": flags})
    return sorted(found for pattern in LIBRARIES for found in built(source, pattern))


def built(source: Path, pattern: str) -> list[Path]:
    """Return the libraries that stand beside the sources, not those left in `build`."""
    inside = (source / "bvsim" / "valley").rglob(pattern)
    return [*source.glob(pattern), *inside]


class ValleyCompiler(BuildHookInterface[Any]):
    """Puts the compiled valley into the wheel when asked to."""

    PLUGIN_NAME = "custom"

    def _wanted(self) -> bool:
        return os.environ.get(SWITCH, "") not in ("", "0") and self.target_name == "wheel"

    def dependencies(self) -> list[str]:
        """Return what the build needs besides hatchling."""
        if not self._wanted():
            return []
        ours = self.metadata.core.dependencies
        return [*COMPILER, *(each for each in ours if each.startswith(TYPED))]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile before the wheel is put together."""
        if not self._wanted() or version == "editable":
            return
        self._folder = tempfile.mkdtemp(prefix="bvsim-compiled-")
        source = Path(self._folder) / "src"
        for library in compile_valley(Path(self.root), Path(self._folder)):
            build_data["force_include"][str(library)] = str(library.relative_to(source))
        build_data["pure_python"], build_data["infer_tag"] = False, True

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove what the compiler left."""
        if hasattr(self, "_folder"):
            shutil.rmtree(self._folder)
