"""One experiment, rows of several kinds: values, luck, and what tells one run from another."""

from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest

from bvsim.analysis.groups import Group
from bvsim.analysis.ledger.relief import Relief
from bvsim.analysis.sensitivity.sobol import SaltelliRows
from bvsim.analysis.sensitivity.tornado import TornadoRows
from bvsim.ensemble.design.points import design
from bvsim.ensemble.design.shard import Shard
from bvsim.ensemble.experiment import Experiment
from bvsim.ensemble.run import RunError, perform, run
from bvsim.ensemble.store.manifest import differences, read_manifest
from bvsim.ensemble.workers.engine import Engine
from bvsim.valley.ground.streams import Key
from fake import FakeJob, FakeScenario

GROUPS = (Group("first", (0,)), Group("luck", ()))


def every(experiment, *arguments):
    rows = experiment.rows(*arguments)
    return rows.take(rows.remaining)


def test_an_experiment_is_frozen():
    with pytest.raises(FrozenInstanceError):
        Experiment(FakeScenario()).draws = 3


def test_plain_rows_are_the_points_of_the_design_each_with_its_own_luck():
    rows = every(Experiment(FakeScenario(), 5, seed=3, per_draw=2))
    assert [(row.draw, row.replication) for row in rows] == [
        (d, r) for d in range(5) for r in (0, 1)
    ]
    assert [row.key for row in rows] == [Key(3, row.draw, row.replication) for row in rows]
    points = 10.0 * design(3, 5, 3, "sobol").uniforms()
    np.testing.assert_allclose(np.stack([row.values for row in rows[::2]]), points, rtol=1e-15)


def test_rows_that_are_done_or_not_ours_are_left_out():
    experiment = Experiment(FakeScenario(), 10, shard=Shard(1, 2))
    assert experiment.total == 5
    done = np.array([2, 3]), np.array([0, 0])
    assert [row.draw for row in every(experiment, done)] == [0, 4, 6, 8]
    assert [row.draw for row in every(experiment, done, 5)] == [6, 8]


def test_rows_of_a_base_share_its_luck_unless_luck_is_what_is_changed():
    kind = SaltelliRows(3, GROUPS, 4, 7)
    rows = every(Experiment(FakeScenario(), 16, 7, design=kind.design, kind=kind))
    lucks = [(row.key.draw, row.key.replication) for row in rows[4:8]]
    assert lucks == [
        (1, 0),
        (1, 1),
        (1, 0),
        (1, 1),
    ]  # A, B, A with B's first figure, A with B's luck
    a, b, mixed, lucky = (row.values for row in rows[4:8])
    assert mixed.tolist() == [b[0], a[1], a[2]]
    assert lucky.tolist() == a.tolist()


def test_what_is_lifted_changes_neither_values_nor_luck():
    plain, relief = (Experiment(FakeScenario(), 4), Experiment(FakeScenario(), 4, kind=Relief()))
    for a, b in zip(every(plain), every(relief), strict=True):
        assert a.key == b.key
        assert a.values.tolist() == b.values.tolist()


def test_rows_of_two_kinds_are_never_mixed(tmp_path):
    run(FakeScenario(), 4, job=FakeJob(), workers=1, out=tmp_path / "a")
    kind = TornadoRows(3, GROUPS[:1], 2, 1)
    with pytest.raises(RunError, match="kind: plain -> tornado"):
        run(FakeScenario(), 6, kind=kind, design=kind.design, out=tmp_path / "a", resume=True)


def test_a_sample_may_grow_by_bases_and_change_in_nothing_else():
    def identity(**changed):
        kind = replace(TornadoRows(3, GROUPS[:1], 2, 1), **changed)
        return Experiment(FakeScenario(), 6, design=kind.design, kind=kind).identity

    assert differences(identity(), identity(bases=8)) == []
    assert differences(identity(), identity(low=0.2)) == ["low: 0.1 -> 0.2"]
    assert len(differences(identity(), identity(groups=GROUPS))) == 2


def test_the_manifest_says_what_rows_are_for_before_the_first_is_made(tmp_path):
    kind = TornadoRows(3, GROUPS[:1], 2, 1)
    experiment = Experiment(FakeScenario(), 6, design=kind.design, kind=kind, job=FakeJob())
    seen = []

    def progress(done, total, failed):
        seen.append(read_manifest(tmp_path / "a")["sample"])

    perform(experiment, Engine(workers=1), out=tmp_path / "a", progress=progress)
    assert seen[0]["kind"] == "tornado"
    assert seen[0]["groups"] == {"first": ["sites.x.figure-0"]}


def test_a_word_that_run_does_not_know_is_an_error(tmp_path):
    with pytest.raises(TypeError, match="darws"):
        run(FakeScenario(), job=FakeJob(), darws=3, out=tmp_path / "a")
    with pytest.raises(RunError, match="unknown design 'tornado'"):
        run(FakeScenario(), job=FakeJob(), design="tornado", out=tmp_path / "a")
