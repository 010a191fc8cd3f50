"""The generated pages: their tables, and whether they are in step with model and code."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bvsim.reading import load
from bvsim.reading.levers import load_levers
from pages import scenario_tables as tables
from pages.scenarios import (
    BEGIN,
    CHECKED_ROWS,
    END,
    Stamp,
    Work,
    insert,
    lever_scenarios,
    output_of,
    shipped,
)

DOCS = Path(__file__).parents[2] / "docs"
AGAIN = "run: python -m pages.scenarios"


def series(values):
    index = pd.MultiIndex.from_product([range(len(values)), [0]], names=["draw", "replication"])
    return pd.Series(values, index=index, dtype=float)


def test_a_paired_difference_by_hand():
    # differences 1, 2, 3, ten rows each of 8 blocks' worth: mean 2
    found = tables.paired(series([1, 2, 3, 4] * 8), series([0, 0, 0, 4] * 8))
    assert found.mean == pytest.approx(1.5)
    assert (found.fell, found.rose) == (0, 24)
    assert found.low < 1.5 < found.high
    assert found.sign == (1 if found.low > 0 else 0)
    missing = tables.paired(series([1, np.nan, 3]), series([0, 1, np.nan]), "random")
    assert missing.mean == 1
    assert tables.paired(series([np.nan]), series([1.0])).text() == "-"


def test_an_interval_of_independent_rows_that_lie_evenly_is_students():
    of, minus = np.array([2.0, 3, 5, 6]), np.array([1.0, 1, 1, 1])
    change = of - minus
    found = tables.paired(series(of), series(minus), "random")
    half = 3.1824463 * change.std(ddof=1) / 2
    assert found.low == pytest.approx(change.mean() - half, rel=1e-6)
    assert found.high == pytest.approx(change.mean() + half, rel=1e-6)


def test_small_numbers_do_not_print_a_signed_zero():
    assert tables.Difference(-0.001, -0.004, 0.3, 1, 1).text(1) == "+0.0 [+0.0, +0.3]"


def test_worth_is_stated_only_where_it_is_honest():
    gain = tables.Difference(10.0, 5.0, 15.0, 0, 9)
    assert tables.worth(gain, 200.0) == "0.05"
    assert tables.worth(tables.Difference(1.1, 0.8, 1.4, 0, 60), 15_300.0) == "0.000072"
    assert tables.worth(gain, None) == "unpriced"
    assert tables.worth(tables.Difference(10.0, -5.0, 15.0, 2, 7), 200.0).startswith("no gain")
    assert tables.worth(tables.Difference(-3.0, -5.0, -1.0, 9, 0), 200.0) == "a loss"


def test_a_page_keeps_what_people_wrote():
    page = f"# Title\n\nmine\n\n{BEGIN}\nold\n{END}\n\nmine too\n"
    made = insert(page, "new")
    assert made == f"# Title\n\nmine\n\n{BEGIN}\nnew\n{END}\n\nmine too\n"
    assert insert(made, "new") == made
    for broken in ("no markers", f"{END}\n{BEGIN}", f"{BEGIN}{BEGIN}{END}"):
        with pytest.raises(ValueError, match="needs one line"):
            insert(broken, "new")


def test_a_stamp_survives_a_page():
    stamp = Stamp(64, 1, [1.25, 0.1 + 0.2], {"reference": "abc"})
    assert Stamp.of(f"# Title\n{stamp.text()}\ntext") == stamp
    with pytest.raises(ValueError, match="no stamp"):
        Stamp.of("# Title")


@pytest.mark.parametrize("page", ["scenarios", "levers"])
def test_the_committed_pages_are_in_step_with_the_files(page):
    stamp = Stamp.of((DOCS / f"{page}.md").read_text("utf-8"))
    reference = load("reference")
    if page == "scenarios":
        now = {name: load(name).model_hash for name in shipped()}
    else:
        turned = lever_scenarios(reference, load_levers(reference))
        now = {name: scenario.model_hash for name, scenario in turned.items()}
    assert stamp.draws >= 64
    assert stamp.hashes == now, AGAIN


def test_the_committed_pages_are_in_step_with_the_code(tmp_path):
    stamp = Stamp.of((DOCS / "scenarios.md").read_text("utf-8"))
    run = Work(tmp_path, CHECKED_ROWS, stamp.seed).run("reference", load("reference"))
    assert output_of(run) == pytest.approx(stamp.check, rel=1e-6), AGAIN
