"""What surrounds the plants, and what others foretell: files that are read, rows by hand."""

import numpy as np
import pandas as pd
import pytest
import yaml

from bvsim.reading.datafiles import shipped_root
from bvsim.reading.folder import folders_of
from pages.standing import Projection, apart, ours, projection_lines, read_projections
from pages.surroundings import Surrounding, read_surroundings, surroundings_lines

FOLDER = shipped_root() / "models" / "hauts-de-france"
CARS = Surrounding(
    opened=False,
    value=("region", "cars", 2024),
    seen=90.0,
    before=80.0,
    low=88.0,
    high=92.0,
    label="cars",
)
PLANT = Surrounding(
    opened=True, value=("a", "nameplate_t", 2024), seen=1.0, before=0.0, low=1, high=1, label="A"
)


class Rows:
    """A run of four rows."""

    def table(self, name):
        return {
            "kpis": pd.DataFrame({"output_2030_gwh": [10.0, 20.0, 30.0, np.nan]}),
            "yearly": pd.DataFrame(
                {"entity": ["region", "a"], "year": [2030, 2030], "share": [0.5, 0.1]}
            ),
        }[name]


def test_markets_and_openings_are_rows_by_hand():
    members = {
        CARS.value: np.arange(101.0),  # band 10 to 90
        PLANT.value: np.array([0.0, 5.0, np.nan, 7.0]),
    }
    text = "\n".join(surroundings_lines([CARS, PLANT], members))
    # rank (90 + 1/2) / 101; CRPS (4095 + 55) / 101 - (101 - 1/101) / 6; no change: 90 - 80
    assert "| cars | 2024 | 90 (88 to 92) | 50 | 10 to 90 | yes | 0.90 | 24.3 | 10 |" in text
    assert "| A | 2024 | yes | 0.50 |" in text


def test_figures_of_both_tables_are_found():
    assert ours(Rows(), "output_2030_gwh").tolist() == [10.0, 20.0, 30.0]
    assert ours(Rows(), "region/share/2030").tolist() == [0.5]


def test_far_from_a_projection_a_reason_is_asked_for():
    near = Projection("output_2030_gwh", 25.0, 30.0, "somebody", "2025-01-01", "not shown")
    assert "not shown" not in "\n".join(projection_lines(Rows(), [near]))
    far = Projection("output_2030_gwh", 31.0, 40.0, "somebody", "2025-01-01", "")
    assert apart(far, 20.0)
    with pytest.raises(ValueError, match="output_2030_gwh: ours is 20"):
        list(projection_lines(Rows(), [far]))


def test_the_shipped_files_cite_sources_that_exist():
    sources = set()
    for folder in folders_of(FOLDER):
        for file in (folder / "sources").glob("*.yaml"):
            sources |= set(yaml.safe_load(file.read_text(encoding="utf-8")))
    for name in ("surroundings.csv", "projections.csv"):
        text = (FOLDER / "history" / name).read_text(encoding="utf-8")
        lines = [line for line in text.splitlines() if not line.startswith("#")]
        table = pd.read_csv(pd.io.common.StringIO("\n".join(lines)))
        assert set(table["source"]) <= sources
    assert len(read_surroundings(FOLDER)) > 10
    assert all(each.low <= each.high for each in read_projections(FOLDER))
