"""The chain of figures in the site, and files of the repository as pages (a hook of mkdocs).

Pages of `docs/` name files beside the folder (`../CONTRIBUTING.md`, `../src/...`), so that they
work where the repository is browsed. In the site these become pages of its own: texts for readers
below `project/`, all else below `source/`, a line of which has the anchor `#L12`.
"""

from __future__ import annotations

import posixpath
import re
import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))  # mkdocs runs a hook as a file of its own

from pages import api, results
from pages.chain import ROOT, page, sources

TEXTS = {
    "README.md": "About",
    "CONTRIBUTING.md": "Contributing",
    "CHANGELOG.md": "Changes",
    "SECURITY.md": "Security",
    "CODE_OF_CONDUCT.md": "Conduct",
}
"""Pages of the repository that are pages of the site, and their titles."""

_LINK = re.compile(r"(\]\()([^)#\s:]+)((?:#[^)\s]*)?(?:\s[^)]*)?\))")


def on_config(config: Any) -> Any:
    """Add what is made with the site to the navigation."""
    config.nav.insert(1, {"Results": results.PAGE})
    for section in config.nav:
        if "Reference" in section:
            section["Reference"] += [
                {"Public interface": api.PAGE},
                {"Figures to tests": page.PAGE},
            ]
    config.nav.append({"Project": [{title: _text_page(file)} for file, title in TEXTS.items()]})
    return config


def on_files(files: Any, config: Any) -> Any:
    """Add the page of figures, the texts of the repository, and every file that a page names."""
    from mkdocs.structure.files import File

    texts = {page.PAGE: page.page(), api.PAGE: api.page(), results.PAGE: results.page()}
    files.append(File.generated(config, results.PICTURE, content=results.picture()))
    for file in TEXTS:
        texts[_text_page(file)] = rebased((ROOT / file).read_text(encoding="utf-8"), file)
    for name, text in texts.items():
        files.append(File.generated(config, name, content=text))
    rows = page.rows_of_lines()
    for file in sorted(page.files() | {each for each in _named(files, texts) if each not in TEXTS}):
        content = sources.page(file, rows.get(file, {}))
        files.append(File.generated(config, f"{sources.FOLDER}/{file}.html", content=content))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Let links to files of the repository lead to their pages in the site."""
    return in_site(markdown, page.file.src_uri)


def in_site(markdown: str, name: str) -> str:
    """Return a page whose links out of the folder of docs lead to pages of the site."""
    here = posixpath.dirname(name)

    def led(match: re.Match[str]) -> str:
        file = _outside(match[2], here)
        if file is None:
            return match[0]
        target = _text_page(file) if file in TEXTS else f"{sources.FOLDER}/{file}.html"
        return f"{match[1]}{posixpath.relpath(target, here or '.')}{match[3]}"

    return _LINK.sub(led, markdown)


def rebased(markdown: str, file: str) -> str:
    """Return a text of the repository as if it lay in its place below the docs."""
    here = posixpath.dirname(_text_page(file))

    def moved(match: re.Match[str]) -> str:
        there = ROOT / match[2]
        if not there.is_file():  # a folder has no page
            return match[0] if not there.is_dir() else "](index.md)".replace("index", "readme")
        return f"{match[1]}{posixpath.relpath(match[2], f'docs/{here}')}{match[3]}"

    return _LINK.sub(moved, markdown)


def _text_page(file: str) -> str:
    return f"project/{PurePosixPath(file).stem.lower().replace('_', '-')}.md"


def _outside(target: str, here: str) -> str | None:
    """Return the file of the repository that a link leads to, if it is not in the docs."""
    path = posixpath.normpath(posixpath.join("docs", here, target))
    inside = path.startswith(("docs/", "../"))
    return None if inside or not (ROOT / path).is_file() else path


def _named(files: Any, texts: dict[str, str]) -> Iterator[str]:
    """Yield the files of the repository that pages lead to."""
    for each in files.documentation_pages():
        name = each.src_uri
        text = texts.get(name) or (
            Path(each.abs_src_path).read_text("utf-8") if each.abs_src_path else ""
        )
        for match in _LINK.finditer(text):
            if file := _outside(match[2], posixpath.dirname(name)):
                yield file
