"""Pages of notebooks: text, code and what the code showed."""

from base64 import b64encode

import pytest
from mkdocs.config import load_config
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from pages import notebook_site

PNG = b"\x89PNG a picture"


def made():
    shown = [
        new_output("stream", name="stdout", text="said\n"),
        new_output("stream", name="stderr", text="a warning\n"),
        new_output("execute_result", data={"text/plain": "12"}),
        new_output("execute_result", data={"text/html": "<table>\n\n</table>", "text/plain": "t"}),
        new_output("display_data", data={"image/png": b64encode(PNG).decode(), "text/plain": "f"}),
    ]
    return new_notebook(
        cells=[new_markdown_cell("# A title"), new_code_cell("draw()", outputs=shown)]
    )


def test_a_page_holds_text_code_and_what_it_showed():
    text, pictures = notebook_site.page("one", made())
    assert text.split("\n\n") == [
        "# A title",
        "```python\ndraw()\n```",
        "```text\nsaid\n```",
        "```text\n12\n```",
        "<table>\n</table>",
        "![chart 1](one-1.png)\n",
    ]
    assert pictures == {"one-1.png": PNG}


def test_every_notebook_is_a_page_of_the_site(monkeypatch):
    monkeypatch.setenv(notebook_site.SWITCH, "0")
    config = notebook_site.on_config(load_config())
    ((title, pages),) = config.nav[2].items()
    assert title == "Notebooks"
    assert [path for each in pages for path in each.values()] == [
        "notebooks/gallery.md",
        *(f"notebooks/{script.stem}.md" for script in notebook_site.scripts()),
    ]
    names = [name for each in pages for name in each]
    assert len(set(names)) == len(names) == 8


def test_a_notebook_is_executed_for_the_site(tmp_path, monkeypatch):
    monkeypatch.delenv(notebook_site.SWITCH, raising=False)
    script = tmp_path / "small.py"
    script.write_text("# %% [markdown]\n# # Small\n\n# %%\nprint(6 * 7)\n", encoding="utf-8")
    text, _ = notebook_site.page("small", notebook_site.read(script))
    assert "```text\n42\n```" in text
    monkeypatch.setenv(notebook_site.SWITCH, "0")
    assert "42" not in notebook_site.page("small", notebook_site.read(script))[0]


def test_a_notebook_that_fails_stops_the_build(tmp_path, monkeypatch):
    monkeypatch.delenv(notebook_site.SWITCH, raising=False)
    script = tmp_path / "wrong.py"
    script.write_text("# %%\n1 / 0\n", encoding="utf-8")
    with pytest.raises(Exception, match="ZeroDivisionError"):
        notebook_site.read(script)


def test_the_gallery_shows_every_picture_and_leads_to_its_notebook():
    first, second = notebook_site.scripts()[:2]
    text = notebook_site.gallery({first: ["a-1.png", "a-2.png"], second: []})
    assert f"](a-2.png){{ width=320 loading=lazy }}]({first.stem}.md)" in text
    assert f"({second.stem}.md)" in text
    assert "a-3" not in text
