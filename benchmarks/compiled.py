"""The valley compiled to C by mypyc, against the same files interpreted.

python benchmarks/compiled.py build FOLDER     # copies the project there and compiles the copy
python benchmarks/compiled.py compare FOLDER [-n DRAWS] [--scenario NAME]

The compiled modules are the very files of `src/bvsim/valley`: nothing is written twice, and
where no compiler is at hand the files run as they are. `compare` simulates the same draws both
ways and prints costs in bare SimPy timeouts, and whether all tables are equal bit by bit.
Fused multiply-adds, which some compilers use by themselves, are switched off for that.
Needs mypy (which brings mypyc), setuptools and a C compiler.
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
PROJECT = HERE.parent
INTERPRETED = {"__init__.py", "books.py"}
"""Modules left as they are: mypyc does not compile exceptions with attributes."""

_BUILD = """
import sys
from mypyc.build import mypycify
from setuptools import setup
setup(name="bvsim-compiled", packages=[], ext_modules=mypycify(sys.argv[4:], opt_level="2"),
      script_args=sys.argv[1:4])
"""


def build(folder: Path) -> None:
    """Copy the project, and compile the valley of the copy in place."""
    for part in ("src", "models", "scenarios"):
        ignored = shutil.ignore_patterns("__pycache__", "*.so", "*.pyd")
        shutil.copytree(PROJECT / part, folder / part, ignore=ignored, dirs_exist_ok=True)
    shutil.copy(PROJECT / "pyproject.toml", folder)
    source = folder / "src"
    modules = sorted((source / "bvsim" / "valley").glob("*.py"))
    paths = [str(m.relative_to(source)) for m in modules if m.name not in INTERPRETED]
    flags = os.environ.get("CFLAGS", "") + " -ffp-contract=off"
    command = [sys.executable, "-c", _BUILD, "--quiet", "build_ext", "--inplace", *paths]
    subprocess.run(command, cwd=source, check=True, env={**os.environ, "CFLAGS": flags})


def simulate_into(target: Path, name: str, draws: int) -> None:
    """Simulate some draws in this process; write costs and tables."""
    from timing import draws_of, replicator, samples

    import bvsim as bv
    from bvsim.valley.valley import prepare

    scenario = bv.load(name)
    replicate = replicator(prepare(scenario), draws_of(scenario, draws))
    found = samples(replicate, draws)
    tables = [
        {table: each.values for table, each in replicate(row).tables.items()}
        for row in range(draws)
    ]
    weeks = sum(sample.line_weeks for sample in found)
    costs = {
        "s_per_replication": statistics.median(sample.seconds for sample in found),
        "s_per_bare_timeout": statistics.median(sample.bare for sample in found),
        "timeouts_per_line_week": sum(sample.timeouts for sample in found) / weeks,
    }
    target.write_bytes(pickle.dumps((costs, tables)))


def compare(folder: Path, name: str, draws: int) -> dict[str, object]:
    """Return the costs of both, and whether they agree."""
    results = {}
    with tempfile.TemporaryDirectory() as scratch:
        for label, root in (("interpreted", PROJECT), ("compiled", folder)):
            target = Path(scratch) / label
            path = os.pathsep.join([str(root / "src"), str(HERE)])
            command = [sys.executable, __file__, "simulate", str(target), "-n", str(draws)]
            environment = {**os.environ, "PYTHONPATH": path}
            subprocess.run([*command, "--scenario", name], check=True, env=environment)
            results[label] = pickle.loads(target.read_bytes())
    (plain, expected), (fast, found) = results["interpreted"], results["compiled"]
    equal = all(
        np.array_equal(one[table], other[table], equal_nan=True)
        for one, other in zip(expected, found, strict=True)
        for table in one
    )
    ratio = plain["timeouts_per_line_week"] / fast["timeouts_per_line_week"]
    return {"interpreted": plain, "compiled": fast, "times_faster": ratio, "identical": equal}


def main() -> int:
    """Build or compare; 1 when the tables differ."""
    parser = argparse.ArgumentParser(description="Compile the valley, and compare.")
    parser.add_argument("action", choices=("build", "compare", "simulate"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("-n", "--draws", type=int, default=8)
    parser.add_argument("--scenario", default="reference")
    options = parser.parse_args()
    if options.action == "build":
        build(options.folder)
        return 0
    if options.action == "simulate":
        simulate_into(options.folder, options.scenario, options.draws)
        return 0
    found = compare(options.folder, options.scenario, options.draws)
    print(json.dumps(found, indent=2))
    return int(not found["identical"])


if __name__ == "__main__":
    sys.exit(main())
