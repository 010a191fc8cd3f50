"""How model and scenario files are read: trees with places, checks, settings, drawing."""

# ruff: noqa: I001 - a line a module, or two

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bvsim.reading.datafiles import find_model as find_model, find_scenario as find_scenario
    from bvsim.reading.datafiles import scenario_names as scenario_names
    from bvsim.reading.folder import read_model as read_model
    from bvsim.reading.json_schema import schema_json as schema_json
    from bvsim.reading.levers import Lever as Lever, load_levers as load_levers, turn as turn
    from bvsim.reading.scenario import Scenario as Scenario, load as load
    from bvsim.reading.study import init as init
    from bvsim.schema.errors import SpecError as SpecError
else:
    from bvsim._lazy import public_names

    __getattr__, __dir__, __all__ = public_names(__name__)
