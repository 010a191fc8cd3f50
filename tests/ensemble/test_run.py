import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from bvsim.ensemble.design.draws import spread
from bvsim.ensemble.run import Interrupted, RunError, open_run, run
from bvsim.ensemble.store import folder
from bvsim.ensemble.store.manifest import write_manifest
from bvsim.ensemble.store.tables import merge_sources, pack
from bvsim.ensemble.work import Layout
from fake import ENTITIES, YEARS, FakeJob, FakeScenario
from run_folder import write_run

TABLES = ("draws", "yearly", "balances", "kpis")


@pytest.fixture
def simulate(tmp_path):
    """Run the fake valley into a folder of its own."""

    def simulate(name, draws=30, seed=1, **options):
        settings = {"workers": 1, "job": FakeJob(), **options}
        scenario = settings.pop("scenario", FakeScenario())
        return run(scenario, draws, seed, out=tmp_path / name, **settings)

    return simulate


def same(a, b):
    for name in TABLES:
        ours, theirs = (
            pq.read_table(a.folder / f"{name}.parquet"),
            pq.read_table(b.folder / f"{name}.parquet"),
        )
        assert ours.schema.equals(theirs.schema)
        pd.testing.assert_frame_equal(ours.to_pandas(), theirs.to_pandas(), check_exact=True)
    return True


def stop_after(rows):
    def progress(done, total, failed):
        if done >= rows:
            raise KeyboardInterrupt

    return progress


def test_tables_are_bit_identical_for_any_workers_and_chunks(simulate):
    one = simulate("one", per_draw=2, chunk_rows=7)
    assert same(one, simulate("two", per_draw=2, workers=2, chunk_rows=3))
    assert same(one, simulate("free", per_draw=2))


def test_another_seed_gives_other_numbers(simulate):
    a, b = simulate("a"), simulate("b", seed=2)
    assert not (a.table("kpis")["luck"] == b.table("kpis")["luck"]).any()
    assert not (a.table("draws").iloc[:, 1:] == b.table("draws").iloc[:, 1:]).any(axis=None)


def test_tables_have_a_row_for_each_label_sorted_by_draw_and_replication(simulate):
    made = simulate("a", draws=9, per_draw=3, workers=2, chunk_rows=2)
    yearly = made.table("yearly")
    assert list(yearly.columns[:4]) == ["draw", "replication", "year", "entity"]
    assert len(yearly) == 9 * 3 * len(YEARS) * len(ENTITIES)
    keys = yearly[["draw", "replication"]].drop_duplicates().to_numpy().tolist()
    assert keys == [[draw, rep] for draw in range(9) for rep in range(3)]
    assert yearly["observed"].dtype == bool
    assert yearly["observed"].equals(yearly["year"] < 2030)
    assert isinstance(yearly["entity"].dtype, pd.CategoricalDtype)
    assert yearly.loc[yearly["entity"] == "region", "good_gwh"].isna().all()
    field = pq.read_schema(made.folder / "yearly.parquet").field("good_gwh")
    assert str(field.type) == "double"
    assert pq.read_table(made.folder / "yearly.parquet")["good_gwh"].null_count > 0


def test_each_row_is_made_from_its_own_draw(simulate):
    made = simulate("a", draws=20, workers=2)
    draws = made.table("draws")
    assert list(draws.columns) == ["draw", *FakeScenario().paths]
    expected = draws.drop(columns="draw").sum(axis=1)
    np.testing.assert_allclose(made.table("kpis")["output_2030_gwh"], expected, rtol=1e-12)
    np.testing.assert_array_equal(made.values(7), draws.drop(columns="draw").loc[7])
    np.testing.assert_array_equal(made.values(7), spread(FakeScenario(), 20, 1, "sobol").values(7))


def test_manifest_says_what_was_run(simulate):
    made = simulate("a", per_draw=2, design="lhs", years=(2030,))
    manifest = json.loads((made.folder / "manifest.json").read_text())
    expected = {
        "schema_version": 1,
        "scenario": "fake",
        "seed": 1,
        "design": "lhs",
        "draws": 30,
        "per_draw": 2,
        "model_hash": "abc",
        "status": "complete",
        "failures": [],
        "years": [2030],
        "sites": ["acc-douvrin", "aesc-douai"],
        "compiled": False,
    }
    assert expected.items() <= manifest.items()
    assert manifest["elapsed_s"] > 0
    assert {"numpy", "simpy"} <= manifest["packages"].keys()
    names = {path.name for path in made.folder.iterdir()}
    assert names == {"manifest.json", "scenario.yaml", *(f"{name}.parquet" for name in TABLES)}


@pytest.mark.parametrize("design", ["random", "sobol"])
def test_an_extended_run_equals_one_made_at_once(simulate, design):
    simulate("grown", draws=64, design=design)
    grown = simulate("grown", draws=128, design=design, resume=True, workers=2)
    assert same(grown, simulate("once", draws=128, design=design))


def test_replications_can_be_added(simulate):
    simulate("grown", per_draw=1)
    grown = simulate("grown", per_draw=3, resume=True)
    assert same(grown, simulate("once", per_draw=3))


def test_a_latin_hypercube_refuses_to_be_extended(simulate):
    simulate("a", draws=16, design="lhs")
    with pytest.raises(RunError, match="Latin hypercube of 16 draws cannot be extended to 32"):
        simulate("a", draws=32, design="lhs", resume=True)


def test_resuming_refuses_other_inputs_and_says_which(simulate):
    simulate("a", draws=8)
    with pytest.raises(RunError, match=r"seed: 1 -> 2\)"):
        simulate("a", draws=8, seed=2, resume=True)
    with pytest.raises(RunError, match=r"model_hash: abc -> changed; monthly: False -> True"):
        simulate(
            "a", draws=8, scenario=FakeScenario(model_hash="changed"), monthly=True, resume=True
        )
    with pytest.raises(RunError, match="ask for no fewer"):
        simulate("a", draws=4, resume=True)


def test_a_folder_in_use_is_left_alone(simulate, tmp_path):
    simulate("a", draws=4)
    with pytest.raises(RunError, match="--resume"):
        simulate("a", draws=5)
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "note.txt").write_text("dear")
    with pytest.raises(RunError, match="holds no run"):
        simulate("letters", draws=4, resume=True)


@pytest.mark.parametrize("workers", [1, 2])
def test_an_interrupted_run_keeps_its_rows_and_can_be_resumed(simulate, workers):
    with pytest.raises(Interrupted) as caught:
        simulate("a", workers=workers, chunk_rows=2, progress=stop_after(6))
    kept = caught.value.run
    assert kept.status == "interrupted"
    assert 6 <= len(kept.table("kpis")) < 30
    assert len(kept.table("yearly")) == 10 * len(kept.table("kpis"))
    asked = []
    resumed = simulate("a", resume=True, progress=lambda *counts: asked.append(counts))
    assert asked[0] == (len(kept.table("kpis")), 30, 0) or asked[0][0] >= 6
    assert asked[-1] == (30, 30, 0)
    assert resumed.status == "complete"
    assert same(resumed, simulate("b"))


def test_failed_rows_are_listed_left_out_and_tried_again(simulate):
    made = simulate("a", workers=2, chunk_rows=4, job=FakeJob(fails=frozenset({3, 17})))
    assert made.status == "complete"
    assert [(row.draw, row.stage) for row in made.failures] == [(3, "simulate"), (17, "simulate")]
    assert sorted(set(range(30)) - set(made.table("kpis")["draw"])) == [3, 17]
    healed = simulate("a", resume=True)
    assert not healed.failures
    assert same(healed, simulate("b"))


def test_a_run_without_any_row_says_why(simulate):
    made = simulate("a", draws=3, job=FakeJob(fails=frozenset(range(3))))
    assert made.status == "failed"
    with pytest.raises(KeyError, match="the balance is off"):
        made.table("kpis")


def test_a_run_that_breaks_off_is_marked_and_can_be_resumed(simulate, tmp_path):
    def progress(done, total, failed):
        if done > 10:
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        simulate("a", chunk_rows=5, progress=progress)
    assert open_run(tmp_path / "a").status == "failed"
    assert len(list((tmp_path / "a" / "shards").glob("*.arrow"))) == 3
    assert same(simulate("a", resume=True), simulate("b"))


@pytest.mark.parametrize("torn", ["half", "empty", "flipped", "layout", "temporary"])
def test_torn_shards_cost_only_their_own_rows(simulate, tmp_path, torn):
    def progress(done, total, failed):
        if done >= 20:
            raise OSError("power cut")

    with pytest.raises(OSError, match="power cut"):
        simulate("a", chunk_rows=5, progress=progress)
    shards = tmp_path / "a" / "shards"
    last = max(shards.glob("*.arrow"))
    data = last.read_bytes()
    if torn == "half":
        last.write_bytes(data[: len(data) // 2])
    elif torn == "empty":
        last.write_bytes(b"")
    elif torn == "flipped":
        last.write_bytes(data[:-4] + b"\0\0\0\0")
    elif torn == "layout":
        (shards / "layout.json").write_text('{"yearly": {"ind')
    else:
        (shards / f".{last.name}.tmp").write_bytes(data[:100])
    asked = []
    resumed = simulate("a", resume=True, progress=lambda *counts: asked.append(counts))
    assert asked[0][0] == {"layout": 0, "temporary": 20}.get(torn, 15)
    assert same(resumed, simulate("b"))


@pytest.mark.parametrize("shards_lost", [False, True])
def test_a_crash_between_tables_loses_nothing(simulate, tmp_path, monkeypatch, shards_lost):
    simulate("a", draws=8)
    from bvsim.ensemble.store import kept as store

    merge, calls = store.merge_sources, []

    def failing(*arguments):
        calls.append(arguments)
        if len(calls) == 2:
            raise OSError("power cut")
        merge(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(store, "merge_sources", failing)
        with pytest.raises(OSError, match="power cut"):
            simulate("a", draws=24, resume=True)
    assert len(pq.read_table(tmp_path / "a" / "balances.parquet")) == 2 * 8
    assert len(pq.read_table(tmp_path / "a" / "kpis.parquet")) == 8
    if shards_lost:
        shutil.rmtree(tmp_path / "a" / "shards")
    simulated = []
    resumed = simulate(
        "a", draws=24, resume=True, progress=lambda done, *rest: simulated.append(done)
    )
    assert simulated[:1] == ([8] if shards_lost else [])
    assert same(resumed, simulate("b", draws=24))


def test_two_runs_never_write_into_one_folder(simulate, tmp_path, monkeypatch):
    monkeypatch.setattr(folder, "_LOCK_PATIENCE_SECONDS", 0.1)
    (tmp_path / "a").mkdir()
    with folder.locked(tmp_path / "a"), pytest.raises(RunError, match="another run is writing"):
        simulate("a", draws=2)
    assert simulate("a", draws=2).status == "complete"


SCRIPT = """
import sys
from fake import FakeJob, FakeScenario
from bvsim.ensemble.run import Interrupted, run
try:
    run(FakeScenario(), 2000, out=sys.argv[1], workers=int(sys.argv[2]),
        job=FakeJob(seconds=0.02), chunk_rows=5, progress=lambda *n: print(*n, flush=True))
except Interrupted as stopped:
    print(stopped.run.status)
    sys.exit(130)
"""


def start(path, workers):
    root = Path(__file__).parents[2]
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(path), str(workers)],
        cwd=root,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(root), *sys.path])},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    for line in process.stdout:
        if int(line.split()[0]) >= 10:
            return process
    raise AssertionError(process.stderr.read())


@pytest.mark.skipif(sys.platform == "win32", reason="process groups are POSIX")
@pytest.mark.parametrize("workers", [1, 2])
def test_ctrl_c_keeps_finished_rows(tmp_path, workers):
    process = start(tmp_path / "a", workers)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the workers too
    out, errors = process.communicate(timeout=300)
    assert process.returncode == 130
    assert errors == ""
    assert out.split()[-1] == "interrupted"
    kept = open_run(tmp_path / "a")
    assert kept.status == "interrupted"
    assert 10 <= len(kept.table("kpis")) < 2000


@dataclass(frozen=True)
class WatchfulJob(FakeJob):
    """Fails where a row is simulated before the run has been written down."""

    folder: str = ""

    def simulate(self, values, key):
        if json.loads(Path(self.folder, "manifest.json").read_text())["status"] != "running":
            raise RuntimeError("not written down")
        return super().simulate(values, key)


@pytest.mark.parametrize("workers", [1, 2])
def test_what_will_be_run_is_written_down_before_the_first_row(tmp_path, simulate, workers):
    job = WatchfulJob(folder=str(tmp_path / "a"))
    made = simulate("a", draws=20, workers=workers, chunk_rows=2, job=job)
    assert not made.failures
    assert same(made, simulate("b", draws=20))


def test_a_run_that_got_no_further_than_its_manifest_can_be_resumed(tmp_path, simulate):
    simulate("a", draws=6)
    manifest = json.loads((tmp_path / "a" / "manifest.json").read_text())
    for path in (tmp_path / "a").iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    begun = {**manifest, "status": "running", "tables": []}
    write_manifest(tmp_path / "a", {**begun, "files": {}})
    assert same(simulate("a", draws=6, resume=True), simulate("b", draws=6))


def test_a_run_may_go_on_compiled(tmp_path, simulate, monkeypatch):
    assert simulate("a", draws=4, design="random").manifest["compiled"] is False
    monkeypatch.setattr("bvsim.ensemble.experiment.compiled", lambda: True)
    grown = simulate("a", draws=8, design="random", resume=True)
    assert grown.manifest["compiled"] is True
    assert same(grown, simulate("b", draws=8, design="random"))


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX")
def test_a_killed_run_leaves_no_workers_and_can_be_resumed(tmp_path, simulate):
    process = start(tmp_path / "a", 2)
    process.kill()
    process.communicate(timeout=300)  # the pipes close when the last worker has gone
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        try:
            os.killpg(process.pid, 0)
        except ProcessLookupError:
            break
        time.sleep(0.05)
    else:
        raise AssertionError("workers outlive the run")
    assert open_run(tmp_path / "a").status == "running"
    assert list((tmp_path / "a" / "shards").glob("*.arrow"))
    assert same(simulate("a", draws=2000, resume=True), simulate("b", draws=2000))


def test_quantiles_add_up_sites_within_each_row(simulate):
    made = simulate("a", draws=50)
    frame = made.quantiles("good_gwh", q=(0.05, 0.5))
    kpis = made.table("kpis")
    total = kpis["output_2030_gwh"] + kpis["luck"]
    assert list(frame.columns) == ["p5", "p50"]
    assert frame.index.name == "year"
    assert frame.loc[2029, "p50"] == pytest.approx(total.median())
    assert frame.loc[2030, "p5"] == pytest.approx(2 * total.quantile(0.05))
    one = made.quantiles("good_gwh", entity="aesc-douai")
    assert one.loc[2029, "p50"] == pytest.approx(kpis["luck"].median())
    each = made.quantiles("good_gwh", by=("year", "entity"))
    assert each.loc[(2029, "aesc-douai"), "p50"] == pytest.approx(kpis["luck"].median())
    assert made.quantiles("black_mass_t").loc[2029, "p90"] == pytest.approx(
        kpis["luck"].quantile(0.9)
    )
    with pytest.raises(KeyError, match="'nobody' has no 'good_gwh'"):
        made.quantiles("good_gwh", entity="nobody")
    with pytest.raises(KeyError, match="no column 'god_gwh'"):
        made.quantiles("god_gwh")


def test_values_of_a_draw_do_not_depend_on_how_many_there_are():
    # a quantile function whose last bits depend on the length of its argument
    class Touchy(FakeScenario):
        def quantile(self, u):
            return u + len(u) * 1e-9

    few, many = (spread(Touchy(), n, 1, "sobol").values(70) for n in (71, 500))
    np.testing.assert_array_equal(few, many)


def test_requests_that_make_no_sense_are_refused(simulate):
    for options in ({"draws": 0}, {"per_draw": 0}, {"workers": 0}, {"design": "grid"}):
        with pytest.raises(RunError):
            simulate("a", **options)
    with pytest.raises(RunError, match="which run folder"):
        run(FakeScenario(), 2, resume=True, job=FakeJob())
    with pytest.raises(RunError, match="holds no run"):
        open_run(Path(__file__).parent)


def test_runs_without_a_folder_get_one_of_their_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    made = [run(FakeScenario(), 2, workers=1, job=FakeJob(), fresh=True) for _ in range(2)]
    assert made[0].folder != made[1].folder
    assert all(path.parent.name == "runs" for path in (made[0].folder, made[1].folder))


def test_workers_load_nothing_heavy():
    code = "import sys, bvsim.ensemble.workers.pool; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"pandas", "pyarrow", "scipy.stats", "scipy.special", "matplotlib", "rich"}
    assert not heavy & set(done.stdout.split())


@pytest.mark.parametrize(
    ("labels", "columns", "count"),
    [(600, 150, 60), (300, 14, 400), (1, 220, 300), (70_000, 2, 3)],
)
def test_groups_of_a_table_are_whole_replications_and_bounded(tmp_path, labels, columns, count):
    values = np.random.default_rng(1).uniform(size=(count, labels, columns))
    names = tuple(f"c{i}" for i in range(columns))
    layout = Layout((("entity", tuple(f"e{i}" for i in range(labels))),), names, labels)

    class Held:
        keys = pack(np.arange(count)[::-1], np.zeros(count, dtype=np.int64))

        def read(self, positions):
            return values[positions]

    path = tmp_path / "t.parquet"
    merge_sources(path, layout, [Held()])
    with pq.ParquetFile(path) as file:
        sizes = [file.metadata.row_group(i).num_rows for i in range(file.num_row_groups)]
        read = file.read().to_pandas()
    assert all(size % labels == 0 for size in sizes)
    assert max(sizes) <= max(2**16, labels)
    assert max(sizes) * columns * 8 <= max(2**25, labels * columns * 8)
    if labels == 600:  # many columns: two parts of 16 MiB make a group
        assert sizes[0] * columns * 8 > 2**24
    assert read["draw"].tolist() == sorted(read["draw"])
    np.testing.assert_array_equal(read[list(names)].to_numpy(), values[::-1].reshape(-1, columns))


def test_a_run_is_short_at_the_prompt(simulate):
    made = simulate("a", draws=8)
    assert repr(made).startswith("<Run fake: complete, 8 rows, sobol, seed 1, in ")
    assert len(repr(made)) < 200


def test_the_card_of_a_run_shows_its_output(tmp_path):
    outputs = write_run(tmp_path / "run", 16).tables["kpis"]["output_2030_gwh"]
    card = open_run(tmp_path / "run")._repr_html_()
    p10, p90 = (f"{np.percentile(outputs, p):.1f}" for p in (10, 90))
    assert "output_2030_gwh" in card
    assert f">{p10}<" in card
    assert f">{p90}<" in card
