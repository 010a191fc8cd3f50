"""Names of key figures, told before and found after."""

import pytest

from bvsim.analysis.errors import AnalysisError
from bvsim.analysis.kpi_names import names_of, require_names
from bvsim.reading import load
from bvsim.valley import valley
from bvsim.valley.ground.streams import Key

SCENARIOS = {"neomat-cancelled", "announced", "hindcast-2023", "new-entrant-fails", "reference"}


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_names_are_those_of_a_simulated_row(name):
    scenario = load(name)
    for years in ((2026, 2030, 2035, 2040), (2031, 2099)):
        setting = valley.prepare(scenario, years)
        uniforms = [[0.9] * scenario.width]
        (drawn,) = scenario.quantile(uniforms)
        record = valley.simulate(setting, drawn, Key(3, 1, 0))
        assert names_of(scenario, years) == record.tables["kpis"].columns


def test_what_a_run_would_not_have_is_named_with_what_comes_near():
    scenario = load("reference")
    require_names(scenario, ["output_2030_gwh", "sop_year.acc-douvrin.block-2"])
    with pytest.raises(AnalysisError, match=r"reference .*'headcuont_2030'; it has headcount_2030"):
        require_names(scenario, ["output_2030_gwh", "headcuont_2030"])
    with pytest.raises(AnalysisError, match="output_2031_gwh"):
        require_names(scenario, ["output_2031_gwh"])
    require_names(scenario, ["output_2031_gwh"], [2031])
