"""Compiles modules to C and on to one extension library, beside the files they are written in.

    python tools/compile_valley.py MODULE...

is what `hatch_build.py` calls, in a folder that holds the sources; modules are paths from there.
All modules make one library, so that each calls and reads the others natively; each is a unit of
its own, so that units are compiled side by side. Needs mypy (which brings mypyc), setuptools and
a C compiler; none of bvsim's own dependencies.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import Executor, ThreadPoolExecutor
from itertools import chain
from pathlib import Path
from typing import Any

from mypyc.build import include_dir, mypycify
from setuptools import setup
from setuptools.command.build_ext import build_ext

TYPES = (
    "--config-file=",
    "--no-site-packages",
    "--follow-imports=silent",
    "--ignore-missing-imports",
)
"""How mypy reads the modules: types of other packages would change with their versions, and cost
ten times as long to read as those of the valley. What is called there is called the same way."""
OF_C = ("expm1", "log1p")
"""Functions of `math` that C has under the same names, and the compiler calls through Python: with
a name looked up, a box for the argument and one for the result, that is six times the cost."""
EXACT = "-ffp-contract=off"
"""No fused multiply-adds, which some compilers use by themselves: results stay bit for bit."""
LENIENT = "-Wno-error"
"""A compiler may warn of what those before it did not."""
HIDDEN = ("-fvisibility=hidden", "-fno-semantic-interposition")
"""Nobody else puts functions in place of the valley's own: they call each other directly."""

RARE = ("CPy_AddTraceback", "CPy_TypeErrorTraceback")
"""Functions of the compiler's runtime that every action which can fail leads to. Said to be rare,
they and the way to them stand apart, where they do not fill the processor's cache."""
RARE_FILE = "rare.h"

Compile = Callable[..., list[str]]


def call_natively() -> None:
    """Let the compiler call those functions as it calls `math.fabs`, unless it knows how by itself.

    The numbers are Python's own, which calls the same functions. Outside their domain C returns an
    infinity or NaN where Python raises: the valley calls neither there. A compiler that keeps its
    functions elsewhere calls them through Python, with the same numbers.
    """
    try:
        from mypyc.ir.ops import ERR_NEVER
        from mypyc.ir.rtypes import float_rprimitive
        from mypyc.primitives.registry import function_op, function_ops
    except ImportError:
        return
    for name in OF_C:
        if f"math.{name}" not in function_ops:
            function_op(
                name=f"math.{name}",
                arg_types=[float_rprimitive],
                return_type=float_rprimitive,
                c_function_name=name,
                error_kind=ERR_NEVER,
            )


def rare() -> list[str]:
    """Write a file in C that says which functions are rare; return the options that read it.

    A function that the runtime does not have, in another version, is left out.
    """
    declared = (Path(include_dir()) / "CPy.h").read_text(encoding="utf-8")
    lines = ["#include <Python.h>", "#include <CPy.h>"]
    for name in RARE:
        if f"{name}(" in declared:
            lines.append(f"extern __typeof__({name}) {name} __attribute__((cold));")
    file = Path(RARE_FILE).resolve()
    file.write_text("\n".join([*lines, ""]), encoding="utf-8")
    return ["-include", str(file)]


def side_by_side(pool: Executor, compile_: Compile) -> Compile:
    """Return a compiler of many units that compiles them at the same time."""

    def compile_all(sources: Iterable[str], **options: Any) -> list[str]:
        return list(chain(*pool.map(lambda source: compile_([source], **options), sources)))

    return compile_all


class Units(build_ext):
    """Compiles units side by side, where setuptools takes those of a library one by one."""

    def build_extensions(self) -> None:
        """Compile and link."""
        if self.compiler.compiler_type == "unix":
            for extension in self.extensions:
                named_only = include_dir() not in extension.include_dirs
                shared = extension.extra_compile_args  # by all of them
                own = [EXACT, LENIENT, *HIDDEN, *([] if named_only else rare())]
                extension.extra_compile_args = [*shared, *own]
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            self.compiler.compile = side_by_side(pool, self.compiler.compile)
            super().build_extensions()


def main(modules: list[str]) -> None:
    """Compile the modules, paths from the folder one is in."""
    call_natively()
    libraries = mypycify([*TYPES, *modules], opt_level="3", debug_level="0", multi_file=True)
    setup(
        name="bvsim-compiled",
        packages=[],
        ext_modules=libraries,
        cmdclass={"build_ext": Units},
        script_args=["--quiet", "build_ext", "--inplace", f"--parallel={os.cpu_count() or 1}"],
    )


if __name__ == "__main__":
    main(sys.argv[1:])
