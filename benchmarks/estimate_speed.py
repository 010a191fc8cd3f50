"""How fast the planner's page answers a lever in a browser: medians of estimate and drawing.

python benchmarks/estimate_speed.py [SCENARIO] [--steps 60] [--json]

A step turns two to five levers of the shipped estimate at strengths off those simulated; its time
is that of all script and layout of the first screen. Times are printed, never judged; the mark to
hold them against is 100 ms.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import tempfile
from pathlib import Path

import numpy as np
from playwright.sync_api import sync_playwright

import bvsim as bv
from bvsim.analysis.policy.estimate_files import known
from bvsim.analysis.policy.estimates import Asked, Estimate
from bvsim.show.app.page import render, state

MARK_MS = 100
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu"]
STEP = """(hash) => {
  history.replaceState(null, "", `#${hash}`);
  const from = performance.now();
  refresh();
  document.body.offsetHeight;
  return [performance.now() - from, Number(document.documentElement.dataset.ms)];
}"""


def hashes(estimate: Estimate, steps: int) -> list[str]:
    """Return states of mixes, as the page writes them, the same each time."""
    rng, effects = np.random.default_rng(0), estimate.effects
    names = sorted(effects.days)
    chosen = [rng.choice(names, rng.integers(2, 6), replace=False) for _ in range(steps)]
    strengths = rng.uniform(0.1, 1.9, (steps, len(names))).round(2)
    return [
        "&".join(
            f"{name}={strength}" if name in effects.between else str(name)
            for name, strength in zip(mix, own, strict=False)
        )
        for mix, own in zip(chosen, strengths, strict=True)
    ]


def measure(scenario: str, steps: int) -> dict[str, float]:
    """Return the medians, milliseconds, and the P90 of a step."""
    asked = Asked(bv.load(scenario))
    estimate = known(asked)
    if estimate is None:
        raise SystemExit(f"no estimate of {scenario}: bvsim app {scenario} --prepare")
    path = next(p for n in ("chromium", "google-chrome", "chrome") if (p := shutil.which(n)))
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        file = Path(folder) / "page.html"
        file.write_text(render(state(asked, estimate, live=False)), "utf-8")
        page = play.chromium.launch(executable_path=path, args=FLAGS).new_page()
        page.goto(file.as_uri())
        times = np.array([page.evaluate(STEP, each) for each in hashes(estimate, steps)])
    whole, shown = times.T.tolist()
    ends = {"step_p90_ms": float(np.quantile(whole, 0.9))}
    return {"step_ms": statistics.median(whole), "estimate_ms": statistics.median(shown)} | ends


def main() -> None:
    """Print the medians."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("scenario", nargs="?", default="reference")
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    found = measure(asked.scenario, asked.steps)
    if asked.json:
        print(json.dumps(found))
        return
    for name, value in found.items():
        print(f"{name:16} {value:8.1f}  (mark {MARK_MS})")


if __name__ == "__main__":
    main()
