"""The key `correlations` of scenario files."""

import numpy as np
import pytest
from scipy import stats

from bvsim.cli.describe import difference
from bvsim.ensemble.design.draws import spread
from bvsim.reading.scenario import load
from bvsim.schema.errors import SpecError
from small_model import Model, write

T50, LINES = "sites.alpha.ramp.t50", "sites.alpha.lines"
NAMEPLATE, DELAY = "sites.beta.nameplate", "cathode.port.delay"
TIED = f"""\
name: tied
extends: base
correlations:
  - {{figures: [{T50}, {LINES}], rank: 0.8, source: [judged], note: big plants are slow}}
  - {{figures: [{DELAY}, {NAMEPLATE}], rank: -0.5}}
"""
LOOSER = f"""\
name: looser
extends: tied
correlations:
  - {{figures: [{LINES}, {T50}], rank: 0.2}}
  - {{figures: [{NAMEPLATE}, {DELAY}], rank: 0}}
"""


def small(tmp_path, text, name="tied", sets=None, more=None):
    root = write(tmp_path, {"scenarios/tied.yaml": text, **(more or {})})
    return load(name, sets, root=root, model_class=Model)


def said(tmp_path, text, **more):
    with pytest.raises(SpecError) as caught:
        small(tmp_path, text, **more)
    return [str(problem).partition("scenarios/")[2] for problem in caught.value.problems]


def test_pairs_are_read_and_the_draws_have_them(tmp_path):
    tied, plain = small(tmp_path, TIED), small(tmp_path, TIED, "base")
    assert plain.correlations == ()
    assert set(tied.correlations) == {(LINES, T50, 0.8), (DELAY, NAMEPLATE, -0.5)}
    values = np.concatenate(list(spread(tied, 2048, 1, "sobol").blocks()))
    without = np.concatenate(list(spread(plain, 2048, 1, "sobol").blocks()))
    at = {path: i for i, path in enumerate(tied.paths)}
    found = stats.spearmanr(values[:, at[DELAY]], values[:, at[NAMEPLATE]]).statistic
    assert found == pytest.approx(-0.5, abs=0.02)
    for path in set(tied.paths) - {LINES, T50, DELAY, NAMEPLATE}:
        np.testing.assert_array_equal(values[:, at[path]], without[:, at[path]])


def test_they_are_in_the_hash_and_in_the_resolved_file(tmp_path):
    tied, plain = small(tmp_path, TIED), small(tmp_path, TIED, "base")
    assert tied.model_hash != plain.model_hash
    assert "correlations" not in plain.to_yaml()
    path = tmp_path / "resolved.yaml"
    path.write_text(tied.to_yaml(), "utf-8")
    again = load(path, model_class=Model)
    assert again.correlations == tied.correlations
    assert again.model_hash == tied.model_hash
    assert again.to_yaml() == tied.to_yaml()
    assert "big plants are slow" in tied.to_yaml()
    other = small(tmp_path, TIED.replace("0.8", "0.7"))
    assert other.model_hash != tied.model_hash
    line = f"rank correlation of {LINES} and {T50}: (none) -> 0.8"
    assert line in difference(plain, tied)


def test_the_order_of_a_pair_and_of_the_list_means_nothing(tmp_path):
    turned = TIED.replace(f"[{T50}, {LINES}]", f"[{LINES}, {T50}]").splitlines()
    turned[3:] = turned[:2:-1]
    a, b = small(tmp_path / "a", TIED), small(tmp_path / "b", "\n".join(turned))
    assert a.correlations == b.correlations
    assert a.model_hash == b.model_hash


def test_a_child_overrides_a_pair_or_takes_it_out(tmp_path):
    child = small(tmp_path, TIED, "looser", more={"scenarios/looser.yaml": LOOSER})
    assert child.correlations == ((LINES, T50, 0.2),)
    same = {"scenarios/looser.yaml": "name: looser\nextends: tied\n"}
    assert (
        small(tmp_path, TIED, "looser", more=same).correlations
        == small(tmp_path, TIED).correlations
    )


def test_a_figure_that_a_later_setting_fixes_leaves_its_pair(tmp_path):
    tied = small(tmp_path, TIED)
    kept = ((DELAY, NAMEPLATE, -0.5),)
    assert tied.with_values({LINES: 4}).correlations == kept
    assert small(tmp_path, TIED, sets={LINES: 4}).correlations == kept
    child = f"name: looser\nextends: tied\nset: {{{LINES}: 4}}\n"
    found = small(tmp_path, TIED, "looser", more={"scenarios/looser.yaml": child})
    assert found.correlations == kept


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (T50, "sites.alpha.ramp.t5", f"tied.yaml:4:16: correlations: sites.alpha.ramp.t5 is no "
         f"figure (did you mean '{T50}'?)"),
        (T50, "sites.beta.lines", "tied.yaml:4:16: correlations: sites.beta.lines is a number "
         "here: only distributions can be correlated"),
        (T50, "classes.novice.t50", "tied.yaml:4:16: correlations: classes.novice.t50 is no"),
        (T50, LINES, f"tied.yaml:4:5: correlations: a correlation of {LINES} with itself"),
        ("0.8", "1.8", "tied.yaml:4:64: correlations.0.rank: "),
        ("0.8", "high", "tied.yaml:4:64: correlations.0.rank: "),
        ("rank: 0.8", "rho: 0.8", "tied.yaml:4:58: correlations.0.rho: unknown key 'rho'"),
        (f", {LINES}]", "]", "tied.yaml:4:15: correlations.0.figures: "),
        ("[judged]", "[juged]", "tied.yaml:4:78: correlations: unknown source 'juged' (did you"),
        (f"{DELAY}, {NAMEPLATE}", f"{LINES}, {T50}", "tied.yaml:5:5: correlations: the "
         f"correlation of {LINES} and {T50} is given twice"),
        ("rank: 0.8", "rank: 1", "tied.yaml:4:64: correlations.0.rank: "),
    ],
)  # fmt: skip
def test_every_mistake_is_told_with_its_place(tmp_path, old, new, message):
    found = said(tmp_path, TIED.replace(old, new, 1))
    assert any(line.startswith(message) for line in found), found


def test_correlations_that_cannot_all_hold_are_refused_at_the_last_of_them(tmp_path):
    text = f"""\
name: tied
extends: base
correlations:
  - {{figures: [{T50}, {LINES}], rank: 0.9}}
  - {{figures: [{DELAY}, {LINES}], rank: 0.9}}
  - {{figures: [{T50}, {DELAY}], rank: -0.9}}
"""
    names = ", ".join(sorted([T50, LINES, DELAY]))
    assert said(tmp_path, text) == [
        f"tied.yaml:6:5: correlations: no figures have all of these correlations at once: {names}"
    ]


def test_what_a_scenario_fixes_itself_cannot_be_correlated_by_it(tmp_path):
    found = said(tmp_path, TIED + f"set: {{{LINES}: 4}}\n")
    assert found == [
        f"tied.yaml:4:38: correlations: {LINES} is a number here: "
        "only distributions can be correlated"
    ]
