"""The valley compiled to C by mypyc, against the same files interpreted.

python benchmarks/compiled.py build FOLDER     # copies the project there and compiles the copy
python benchmarks/compiled.py compare FOLDER [-n DRAWS] [--scenario NAME]

The compiled modules are the very files of `src/bvsim/valley`: nothing is written twice, and
where no compiler is at hand the files run as they are. `compare` simulates the same draws both
ways and prints costs in bare SimPy timeouts, and whether all tables are equal bit by bit.
`BVSIM_COMPILE=1 pip install .` installs bvsim with the valley compiled in the same way. Needs
mypy (which brings mypyc), hatchling, setuptools and a C compiler.
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


def build(folder: Path) -> None:
    """Copy the project, and put libraries beside the copied files, as the build hook makes them."""
    sys.path.insert(0, str(PROJECT))
    from hatch_build import LIBRARIES, compile_valley

    ignored = shutil.ignore_patterns("__pycache__", *LIBRARIES)
    shutil.rmtree(folder / "src", ignore_errors=True)
    for part in ("src", "models", "scenarios"):
        shutil.copytree(PROJECT / part, folder / part, ignore=ignored, dirs_exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        for library in compile_valley(PROJECT, Path(scratch)):
            shutil.copy(library, folder / "src" / library.relative_to(scratch))


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


def check_fresh(folder: Path) -> None:
    """Check that a compiled copy is of the files as they are.

    Raises
    ------
    SystemExit
        When it has to be built again.
    """
    for part in ("src/bvsim", "models", "scenarios"):
        for file in sorted((PROJECT / part).rglob("*.*")):
            if file.suffix not in (".py", ".yaml", ".csv"):
                continue
            copy = folder / file.relative_to(PROJECT)
            if not copy.is_file() or copy.read_bytes() != file.read_bytes():
                raise SystemExit(f"{copy} is missing or out of date: build {folder} again")


def compare(folder: Path, name: str, draws: int) -> dict[str, object]:
    """Return the costs of both, and whether they agree."""
    check_fresh(folder)
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
