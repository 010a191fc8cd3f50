"""A made-up run folder with the tables of a finished run, for tests."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

LOSSES = (
    "not_built",
    "closure",
    "delay",
    "rating",
    "ramp_up",
    "availability",
    "labour",
    "cathode",
    "demand",
    "throttle",
    "yield",
)
BLOCKS = {
    "acc-douvrin.block-1": (2024, 13.4, 2024.0),
    "acc-douvrin.block-2": (2026, 15.0, 2027.0),
    "acc-douvrin.block-3": (2030, 11.6, 2034.0),
    "aesc-douai.block-1": (2025, 9.0, 2025.2),
    "aesc-douai.block-2": (2030, 23.0, 2029.5),
    "prologium-dunkirk.block-1": (2029, 30.0, 2031.0),
    "tiamat-amiens.block-1": (2029, 5.0, 2029.0),
    "unattributed": (2025, 10.0, np.inf),
    "verkor-dunkirk.block-1": (2025, 16.0, 2026.0),
    "verkor-dunkirk.block-2": (2030, 34.0, 2031.5),
}
YEARS = np.arange(2023, 2041)
KPI_YEARS = (2026, 2030, 2035, 2040)


def ledger_frame(rows: int, seed: int = 7) -> pd.DataFrame:
    """Return a ledger whose identity closes exactly, plausible enough to look at."""
    rng = np.random.default_rng(seed)
    frames = []
    for draw in range(rows):
        speed = rng.lognormal(0.0, 0.35)
        for block, (planned, nameplate, sop) in BLOCKS.items():
            stopped = np.isinf(sop) or rng.random() > 1.1 - 0.09 * max(0, sop - 2026)
            start = sop + (0.0 if sop < 2026.2 else rng.lognormal(0.0, 0.7) - 0.7)
            age = np.clip(YEARS + 0.5 - start, 0.0, None)
            announced = np.where(planned <= YEARS, nameplate, 0.0)
            built = np.where(start - 0.5 > YEARS, 0.0, nameplate * (not stopped))
            level = announced.copy()
            lost = {name: np.zeros(len(YEARS)) for name in LOSSES}
            lost["not_built"] = announced * stopped
            level = level - lost["not_built"]
            lost["delay"] = level - np.minimum(level, built)
            level = np.minimum(level, built)
            factors = {
                "rating": np.full(len(YEARS), 0.88),
                "ramp_up": 1.0 / (1.0 + np.exp(-(age * speed - 2.6) * 1.4)),
                "availability": rng.uniform(0.88, 0.97, len(YEARS)),
                str(rng.choice(["labour", "cathode", "demand"], p=[0.5, 0.25, 0.25])): (
                    rng.uniform(0.6, 1.0, len(YEARS))
                ),
                "yield": 1.0 - 0.25 * np.exp(-age / 1.5),
            }
            for name, factor in factors.items():
                lost[name] = level * (1.0 - factor)
                level = level * factor
            frames.append(
                pd.DataFrame(
                    {
                        "draw": draw,
                        "replication": 0,
                        "year": YEARS,
                        "entity": block,
                        "announced_gwh": announced,
                        "beyond_plan_gwh": 0.0,
                        "good_gwh": level,
                        **{f"lost_{name}_gwh": values for name, values in lost.items()},
                    }
                )
            )
    return pd.concat(frames, ignore_index=True)


def yearly_frame(ledger: pd.DataFrame) -> pd.DataFrame:
    """Return sites and one recycler by year."""
    sites = ledger.assign(entity=ledger["entity"].str.split(".").str[0])
    keys = ["draw", "replication", "year", "entity"]
    frame = sites.groupby(keys, as_index=False)[["good_gwh"]].sum()
    frame["headcount"] = (frame["good_gwh"] * 90).round()
    recycler = frame[frame["entity"] == "acc-douvrin"].assign(entity="battri")
    recycler = recycler.assign(good_gwh=np.nan, headcount=40.0, black_mass_t=1000.0)
    frame = pd.concat([frame, recycler], ignore_index=True)
    return frame.assign(observed=frame["year"] <= 2025)


def kpi_frame(ledger: pd.DataFrame) -> pd.DataFrame:
    """Return key figures of the valley and of its sites."""
    rows = ["draw", "replication"]
    output = ledger.groupby([*rows, "year"])["good_gwh"].sum().unstack("year")
    sites = ledger.assign(site=ledger["entity"].str.split(".").str[0])
    by_site = sites.groupby([*rows, "year", "site"])["good_gwh"].sum().unstack(["year", "site"])
    columns: dict[str, Any] = {}
    for year in KPI_YEARS:
        columns[f"output_{year}_gwh"] = output[year]
        columns[f"headcount_{year}"] = (output[year] * 90).round()
        columns[f"local_cam_share_{year}"] = (output[year] * 0.0).where(output[year] > 30)
        for site in sorted(sites["site"].unique()):
            columns[f"output_{year}_gwh.{site}"] = by_site[year][site]
    first = (output >= 50).idxmax(axis=1).where((output >= 50).any(axis=1))
    columns["year_50_gwh"] = first
    columns["reach_50_gwh_2030"] = (first <= 2030).astype(float)
    return pd.DataFrame(columns).reset_index()


@dataclass(frozen=True)
class MadeUpRun:
    """A run in memory, as the analysis sees it."""

    manifest: dict[str, Any]
    tables: dict[str, pd.DataFrame]
    folder: Path = Path("made-up")

    def table(self, name: str) -> pd.DataFrame:
        return self.tables[name]

    @property
    def status(self) -> str:
        return "complete"

    def require_rows(self) -> MadeUpRun:
        return self


def make_run(rows: int = 64) -> MadeUpRun:
    """Return a made-up run of `rows` draws."""
    ledger = ledger_frame(rows)
    rng = np.random.default_rng(1)
    draws = pd.DataFrame({"draw": range(rows), "labour.programmes.x.seats": rng.random(rows)})
    manifest = {
        "schema_version": 1,
        "bvsim": "0.1.0",
        "code_hash": "def456",
        "years": list(KPI_YEARS),
        "monthly": False,
        "sites": sorted({block.split(".")[0] for block in BLOCKS}),
        "tables": ["kpis", "ledger", "yearly"],
        "scenario": "reference",
        "draws": rows,
        "per_draw": 1,
        "seed": 1,
        "design": "sobol",
        "model_hash": "abc123",
        "elapsed_s": 12.5,
        "status": "complete",
        "failures": [],
    }
    tables = {
        "ledger": ledger,
        "yearly": yearly_frame(ledger),
        "kpis": kpi_frame(ledger),
        "draws": draws,
    }
    return MadeUpRun(manifest, tables)


def write_run(folder: Path, rows: int = 64) -> MadeUpRun:
    """Write a made-up run folder and return what is in it."""
    run = make_run(rows)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "manifest.json").write_text(json.dumps(run.manifest), encoding="utf-8")
    for name, table in run.tables.items():
        coded = {"entity": "category"} if "entity" in table else {}  # as the run store has it
        table.astype(coded).to_parquet(folder / f"{name}.parquet")
    return replace(run, folder=folder)


def put_analyses(folder: Path) -> None:
    """Put made-up tables of relief and of a sensitivity below a folder, as commands do."""
    measures = ("alone", "last", "shapley")
    rows = [
        (y, "region", m, c, (y - 2029) * (1 + i), 0.1, 9.0, 8)
        for y in (2030, 2035)
        for m in measures
        for i, c in enumerate(("labour", "demand"))
    ]
    ends = ["mean_gwh", "ci95_lo_gwh", "ci95_hi_gwh", "n"]
    columns = ["year", "entity", "measure", "lifted", *ends]
    place = folder / "analysis"
    place.mkdir()
    pd.DataFrame(rows, columns=columns).to_parquet(place / "relief.parquet")
    prcc = {"figure": ["a.b", "c.d"], "prcc": [0.5, -0.2], "lo": [0.3, -0.4], "hi": [0.6, 0.1]}
    pd.DataFrame(prcc).to_parquet(place / "prcc_output_2030_gwh.parquet")
