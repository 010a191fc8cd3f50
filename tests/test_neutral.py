"""No region in code: no name of a place, plant, firm or country stands in `src` or `tools`.

The names are those of the shipped models themselves, and a short list of countries.
"""

import re
from pathlib import Path

import pytest

from bvsim.reading.datafiles import shipped_root
from bvsim.reading.folder import is_model_folder, read_model

ROOT = Path(__file__).parents[1]
CODE = ("src", "tools", "benchmarks")
"""What is read; of `tools` not the cases that users met: files and commands as they wrote them."""
KINDS = (".py", ".yaml", ".j2", ".js", ".css", ".html", ".json")
NOT_OURS = ("echarts.min.js",)
NAMED = ("sites", "cathode", "recycling.recyclers", "labour.basins", "labour.programmes")
COUNTRIES = (
    *("france", "europe", "germany", "poland", "hungary", "spain", "italy", "norway", "sweden"),
    *("china", "korea", "japan", "asia", "america"),
    *("french", "european", "german", "polish", "hungarian", "spanish", "italian", "norwegian"),
    *("swedish", "chinese", "korean", "japanese", "asian", "american"),
)
GENERAL = ("operators", "technicians", "union")
"""Words in names that are words of the field or of programming too."""
ARGUED = (
    (r"french", r"(?i)\bfrench\b", "the language of a text, not the country"),
    (r"american", r"Journal of the American|^\s*American Statistical", "the title of a journal"),
    (r".*", r'^        "\w+": "bvsim ', "an example of a command, run on the shipped model"),
)
"""What may stand all the same: the name, the line it stands in, and why."""


def files():
    """Yield the files of code, in order."""
    for path in (path for folder in CODE for path in sorted((ROOT / folder).rglob("*"))):
        cases = path.is_relative_to(ROOT / "tools/pages") and path.suffix == ".yaml"
        if path.suffix in KINDS and path.name not in NOT_OURS and not cases:
            yield path


def words_of(name):
    """Return a name whole, and those of its words that tell: long ones that are not general."""
    parts = re.split(r"[^\w]+", name.lower())
    telling = (part for part in parts if len(part) > 4 and part not in GENERAL)
    return {name.lower(), *telling} - set(GENERAL)


def names():
    """Return what must not stand in code: names of places, plants and markets of the models."""
    found = set()
    for folder in filter(is_model_folder, sorted((shipped_root() / "models").iterdir())):
        tree = read_model(folder).tree
        found.add(folder.name)
        for section in NAMED:
            node = tree.find(tuple(section.split(".")))
            found |= set(node.children() if node else ())
        place = tree.get("place").plain()
        found |= {town["town"] for town in place["towns"]}
        found |= {home["town"] for home in place["places"].values() if home.get("town")}
        markets = tree.find(("demand", "markets")).plain()
        found |= {market[key] for market in markets.values() for key in ("name", "title")}
    return found


def hits(text, forbidden):
    """Yield (line number, name, line) of what stands in a text and must not."""
    either = "|".join(sorted(map(re.escape, forbidden), key=len, reverse=True))
    for number, line in enumerate(text.splitlines(), 1):
        for name in re.findall(rf"(?<!\w)(?:{either})(?!\w)", line, re.IGNORECASE):
            if not any(re.fullmatch(n, name, re.I) and re.search(at, line) for n, at, _ in ARGUED):
                yield number, name, line.strip()


@pytest.fixture(scope="module")
def forbidden():
    return set().union(*map(words_of, names()), COUNTRIES)


def test_the_list_of_names_is_that_of_the_models(forbidden):
    assert {"dunkirk", "acc-douvrin", "verkor", "france", "european union"} <= forbidden
    assert list(hits("fr = 1  # cells of Dunkirk", forbidden))
    assert not list(hits("the French text", forbidden))


def test_no_place_plant_firm_or_country_is_named_in_code(forbidden):
    found = [
        f"{path.relative_to(ROOT)}:{number}: {name}: {line}"
        for path in files()
        for number, name, line in hits(path.read_text("utf-8"), forbidden)
    ]
    assert found == []


def test_each_exception_is_needed(forbidden):
    lines = [line for path in files() for line in path.read_text("utf-8").splitlines()]
    for name, at, _ in ARGUED:
        which = re.compile(rf"(?<!\w)(?:{name})(?!\w)", re.IGNORECASE)
        assert any(re.search(at, line) and which.search(line) for line in lines), at
