"""What the numbers say: quantiles, bottlenecks, comparisons, sensitivity, targets."""

# ruff: noqa: I001 - a line a module, or two

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bvsim.analysis.discovery.ask import Answer as Answer, ask as ask
    from bvsim.analysis.discovery.discover import Discovery as Discovery, discover as discover
    from bvsim.analysis.errors import AnalysisError as AnalysisError
    from bvsim.analysis.explain.chains import chains as chains
    from bvsim.analysis.explain.future import tell as tell
    from bvsim.analysis.free_plants import FreePlants as FreePlants, ramp as ramp
    from bvsim.analysis.ledger.bottlenecks import bottlenecks as bottlenecks
    from bvsim.analysis.ledger.bottlenecks import ledger_of as ledger_of
    from bvsim.analysis.ledger.bottlenecks import share_intervals as share_intervals
    from bvsim.analysis.ledger.bottlenecks import shares as shares
    from bvsim.analysis.ledger.bottlenecks import time_bottlenecks as time_bottlenecks
    from bvsim.analysis.ledger.relief import relief as relief, relief_rows as relief_rows
    from bvsim.analysis.ledger.relief import run_relief as run_relief, surplus as surplus
    from bvsim.analysis.news.split import News as News
    from bvsim.analysis.policy.compare import Comparison as Comparison, Difference as Difference
    from bvsim.analysis.policy.compare import compare as compare
    from bvsim.analysis.policy.robustness import paired as paired, regret as regret
    from bvsim.analysis.policy.information import Information as Information
    from bvsim.analysis.policy.robustness import satisficing as satisficing
    from bvsim.analysis.policy.robustness import target_probability as target_probability
    from bvsim.analysis.policy.robustness import value_for_money as value_for_money
    from bvsim.analysis.replay import replay_run as replay_run, replay_scenario as replay_scenario
    from bvsim.analysis.seek.found import Sought as Sought
    from bvsim.analysis.sensitivity.methods import analyse as analyse, remarks as remarks
    from bvsim.analysis.sensitivity.methods import run_sensitivity as run_sensitivity
    from bvsim.analysis.sensitivity.variance import variance_shares as variance_shares
    from bvsim.analysis.summary import quantiles as quantiles, run_json as run_json
    from bvsim.analysis.summary import summarise as summarise
    from bvsim.analysis.tables import RunLike as RunLike, by_year as by_year, ledger_by as ledger_by
    from bvsim.analysis.written import write_tables as write_tables
else:
    from bvsim._lazy import public_names

    __getattr__, __dir__, __all__ = public_names(__name__)
