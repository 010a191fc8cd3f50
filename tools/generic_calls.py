"""Counts where hot functions of the valley leave their native types, in the C that mypyc writes.

    python tools/generic_calls.py [--all]

A function of `NATIVE` that compares, adds, indexes or looks something up through Python's objects
is told, and fails the check: a type was lost, or a row became a list. `--all` lists every function
of the valley with the number of such operations, most first. Nothing is compiled to machine code.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
GENERIC = re.compile(
    r"\b(?:CPyObject_GetAttr|CPyNumber_\w+|PyNumber_\w+|PyObject_(?:RichCompare|GetItem|SetItem"
    r"|GetIter|GetAttr|SetAttr|IsTrue|Size|Vectorcall\w*|Call\w*)|CPyIter_Next|PyIter_Next"
    r"|CPySequence\w*)\("
)
"""Operations on objects whose type the compiler does not know."""
FUNCTION = re.compile(r"\S.*\bCPyDef_(\w+)\(.*\) ?\{")
NATIVE = (
    *("ledger____descend", "ledger___post", "ledger___post_binding", "ledger___post_closed"),
    *("ledger___post_unreleased", "ledger___post_not_running"),
    *("ledger___binding_limit", "lines___Stops___down_days", "line_curve___ScrapCurve___at"),
    *("line_curve___LineCurve___rate", "line_curve___LineCurve___released"),
    "ramp___Logistic___share",
    *("path___ReferencePath____place", "path___ReferencePath___add_up"),
    *("path___ReferencePath____experts", "people___plan___StaffPlan____heads"),
    *("people___plan___StaffPlan___targets", "people___plan___StaffPlan___experts"),
    *(
        "people___plan___StaffPlan___target_ahead",
        "workforce___Workforce___month",
        "workforce___Workforce____planned_wants",
    ),
    *("workforce___Workforce___review", "workforce___Workforce___refresh"),
    *("workforce___Workforce____set_learning", "workforce___Workforce____crews"),
    *("workforce___Workforce____count_vacancies", "workforce___Workforce___hire"),
    *("workforce___Workforce___expected_vacancies", "workforce___Workforce____write_heads"),
    *("staff___Staff___age", "staff___Staff___attrition", "staff___Staff____leave"),
    *("staff___Staff____take", "staff___Staff___hire", "odds___count_beyond"),
    *("clearing___Clearing___settle", "clearing___Clearing____settle_skill"),
    *("clearing___Clearing____share_out", "clearing___Clearing____divide", "rules___in_proportion"),
    *("mobility___Commute___won", "mobility___Mobility___links_to", "rules___allot"),
    *(
        "rules___Division___shares_of",
        "rules____largest",
        "rules___nearest",
        "register___Register___take_on",
    ),
    *("register___Register___begin_work", "register___Register___write"),
    *("register___FirstDay___begin", "moves___Leavers____place", "moves___Leavers____poach"),
    *("moves___Newcomers___hire", "moves___Newcomers____house", "moves___TrainingDesk___recruit"),
    *("moves___TrainingDesk____from", "pools___Mover___whole", "pools___BasinPool___month"),
    *("pools___BasinPool___write", "pools____turn_away", "tenure___Tenure___month"),
    *("programmes___Course____begin", "programmes___Course____offer"),
    *("programmes___Course____posts", "programmes___Course____take_in"),
    *("programmes___Course____outcome", "competitors___CompetingSite___targets"),
    *("over_time___OverTime___at", "tutors___Tutors___lend", "tutors___Tutors____serve"),
    *("people___market___LabourMarket____review", "people___market___LabourMarket____claims"),
    *("feed___Feed___turn", "feed___Feed____restock", "feed___Feed____attainment"),
    *("restocking___Forecast___ahead", "restocking___Restocking___review"),
    *("imports___Lanes___expected", "imports___Lanes___lead_time", "imports___Lanes___licence"),
    *("plant___CathodePlant___possible", "plant___CathodePlant___good_share"),
    *("plant___CathodePlant___review_phases", "plant___CathodePlant___make"),
    *("makers___CamMaker___produce", "makers___CamMaker____run", "makers___PcamMaker____book"),
    *("sharing___proportional_to_need", "buyer___Buyer____count", "buyer___Buyer___sourcing"),
    *("buyer___Buyer___buy_salts", "recycled___RecycledMinimum___missing"),
    *("cathode___market___CathodeMarket___clear", "till___Till___settle"),
    *("customers___OrderBook___place", "customers___OrderBook___deliver"),
    *("orders___market___Demand___order", "orders___market___Demand____update_gaps"),
    *("orders___market____Months___record", "tenders___tenders_won"),
    *("tenders___CostOfCells___gap", "tenders___SecondSupplier___month_later"),
    *("process___InProcess___begin", "process___InProcess___come_out"),
    *("process___InProcess___collect", "process___InProcess____hand_over"),
    *("gigafactory___Gigafactory___ask_cathode", "gigafactory___Gigafactory___produce"),
    *("gigafactory___Gigafactory____run", "gigafactory___Gigafactory____book"),
    *("cells___block___SiteBlock___look_ahead", "cells___block___SiteBlock___post"),
    *("cells___block___SiteBlock___post_idle", "cells___storage___StorageLines____run"),
    *("cells___storage___StorageLines____make", "cells___storage___StorageLines____book"),
    *("limits___SiteLimits____yield", "causes___people", "causes___orders"),
    *("costs___running_cost", "energy___energy_used", "backing___LoanAccount___due"),
    *("projects___block___Block___run", "projects___block___Block____time_up"),
    *("availability___Availability___mean", "line_curve___UndisturbedYield___at"),
    *("returns___market___Recycling___take_scrap", "returns___market___Recycling____sort"),
    *("returns___market___Recycling____ship", "recycler___Recycler___work"),
    *("returns___market___Recycling____add", "mix___MixedStock___put", "mix___MixedStock___draw"),
    *("books___Account___begin_month", "clock___Clock___wait", "passage___Passage___take_turn"),
    *("streams___Stream___uniform", "recycler___Recycler___load"),
    *("recycler___Recycler____shred", "recycler___Recycler___room", "hydromet___Hydromet___floor"),
)
"""Functions that run in native types from end to end, as mypyc names them."""


def generic_calls(source: str) -> Counter[str]:
    """Count the generic operations of each function in a C file of mypyc's."""
    found: Counter[str] = Counter()
    function = ""
    for line in source.splitlines():
        if begins := FUNCTION.match(line):
            function = begins[1]
            found[function] += 0
        elif line.startswith("}"):
            function = ""
        elif function:
            found[function] += len(GENERIC.findall(line))
    return found


def written(folder: Path) -> Counter[str]:
    """Let mypyc write the valley's C in an empty folder; count its generic operations."""
    sys.path[:0] = [str(PROJECT), str(PROJECT / "tools")]
    from hatch_build import READ, modules_of
    from mypyc.build import mypycify

    from compile_valley import TYPES, call_natively

    for room in READ:
        shutil.copytree(PROJECT / "src/bvsim" / room, folder / "bvsim" / room)
    (folder / "bvsim/__init__.py").touch()
    os.chdir(folder)
    call_natively()
    mypycify([*TYPES, *modules_of(folder)], multi_file=True, target_dir="build")
    found: Counter[str] = Counter()
    for file in (folder / "build").glob("__native_*.c"):
        found.update(generic_calls(file.read_text()))
    return found


def main() -> int:
    """Print what is generic; 1 where a native function is, or is not there any more."""
    parser = argparse.ArgumentParser(description="Count generic operations of compiled code.")
    parser.add_argument("--all", action="store_true", help="list every function")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = written(Path(folder))
    if options.all:
        for name, count in found.most_common():
            print(f"{count:5} {name}")
    lost = [f"{name}: {found[name]} generic operations" for name in NATIVE if found[name]]
    lost += [f"{name}: no such function" for name in NATIVE if name not in found]
    print("\n".join(lost) or f"{len(NATIVE)} functions, native from end to end")
    return int(bool(lost))


if __name__ == "__main__":
    sys.exit(main())
