"""The dictionary of key figures: what each is called, its unit and its meaning."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Kpi:
    """A family of key figures.

    Parameters
    ----------
    name : str
        Its name, with Y for the year and N for a threshold.
    unit : str
        Its unit.
    meaning : str
        One sentence for a reader.
    """

    name: str
    unit: str
    meaning: str

    def matches(self, stem: str) -> bool:
        """Tell whether a key figure's name (without its entity) belongs here."""
        pattern = re.sub(r"(?<=_)Y(?=_|$)", r"\\d{4}", self.name)
        return re.fullmatch(re.sub(r"(?<=_)N(?=_)", r"\\d+", pattern), stem) is not None


KPIS = (
    Kpi("output_Y_gwh", "GWh", "good cells produced in the year"),
    Kpi("nameplate_Y_gwh", "GWh/yr", "nameplate of released lines on 31 December"),
    Kpi("headcount_Y", "heads", "own staff of the gigafactories on 31 December"),
    Kpi("local_cam_share_Y", "share", "cathode material from Neomat, of all in cells started"),
    Kpi("local_pcam_share_Y", "share", "precursor from Neomat, of all in cells started"),
    Kpi("scrap_Y_t", "t", "scrap and trim generated in the year"),
    Kpi("eol_feedstock_Y_t", "t", "retired packs that reach the region's recyclers' gates"),
    Kpi("black_mass_Y_t", "t", "black mass made in the year"),
    Kpi("recycler_utilisation_Y", "share", "processed, of the capacity of lines in service"),
    Kpi("year_N_gwh", "year", "first year with that output; empty where never reached"),
    Kpi("reach_N_gwh_Y", "probability", "1 if that output is reached by the year, else 0"),
    Kpi("scrap_feed_share_Y", "share", "production scrap, of the feed at a recycler's gate"),
    Kpi("recycled_content_Y", "share", "recycled metal returned, of the metal in cells started"),
    Kpi("eol_overtakes_scrap_year", "year", "first year with more retired packs than scrap"),
    Kpi("opens_year", "year", "first year with a recycler's lines in service"),
    Kpi("sop_year", "year", "start of production of a block, as a decimal year"),
    Kpi("closed_year", "year", "closure of a site, as a decimal year; empty where it stays open"),
    Kpi("output_months_13_24_gwh", "GWh", "good cells in a site's second year after SOP"),
)

_SUFFIXES = {"_gwh": "GWh", "_t": "t", "_share": "share", "_days": "days", "_eur": "EUR"}


def kpi_of(name: str) -> Kpi | None:
    """Return the family of a key figure such as ``output_2030_gwh.acc-douvrin``."""
    stem = name.partition(".")[0]
    return next((kpi for kpi in KPIS if kpi.matches(stem)), None)


def unit_of(name: str) -> str:
    """Return the unit of a key figure; one that the dictionary lacks tells it by its suffix."""
    kpi = kpi_of(name)
    if kpi is not None:
        return kpi.unit
    stem = name.partition(".")[0]
    return next((unit for suffix, unit in _SUFFIXES.items() if stem.endswith(suffix)), "1")
