"""Names in the report: whatever they hold, they stay text."""

from dataclasses import replace
from html.parser import HTMLParser

import pytest

from bvsim.show.report import render_page
from run_folder import make_run

HOSTILE = [
    "<evil>",
    '"><evil onevil=1>',
    "' onevil='1",
    "</script><evil>",
    "</title><evil>",
    "</svg><evil/>",
    "--><evil>",
    "]]><evil>",
    "&lt;evil&gt;&#60;evil>",
    "{{ 7177 * 7 }}{% evil %}",
    "\u2028<evil>\u202e",
    "$x_1$ \\frac{1}{0} <evil>",
]


class Finder(HTMLParser):
    """Looks for elements and attributes that came out of a name."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.found, self.text = [], []

    def handle_starttag(self, tag, attrs):
        self.found += [tag] if tag.startswith("evil") else []
        self.found += [name for name, _ in attrs if name.startswith("onevil")]

    def handle_data(self, data):
        self.text.append(data)


def renamed(name):
    """Return a made-up run in which the scenario and one site bear a name."""
    run = make_run(8)
    tables = {}
    for key, original in run.tables.items():
        table = original.copy()
        if "entity" in table:
            table["entity"] = table["entity"].str.replace("acc-douvrin", name, regex=False)
        tables[key] = table.rename(columns=lambda text: str(text).replace("acc-douvrin", name))
    sites = [site.replace("acc-douvrin", name) for site in run.manifest["sites"]]
    manifest = {**run.manifest, "scenario": name, "sites": sites}
    return replace(run, manifest=manifest, tables=tables)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_stays_text(name):
    page = render_page(renamed(name))
    finder = Finder()
    finder.feed(page)
    assert finder.found == []
    assert "50239" not in page
    for script in page.split("<script")[1:]:
        assert "<evil" not in script.split("</script>")[0]
    assert any("evil" in text for text in finder.text)
