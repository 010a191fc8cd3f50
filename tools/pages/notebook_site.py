"""The notebooks as pages of the site, executed while it is built (a hook of mkdocs).

The repository holds them without outputs: a chart is some fifty kilobytes, a hundred of which
would come with each change of results, and would say something else than the code by the next one.
A site is built from one state of the code, and so are its pictures. `BVSIM_NOTEBOOKS=0` leaves
the execution out, for a look at the text; `mkdocs serve` does so too.
"""

from __future__ import annotations

import os
import tempfile
from base64 import b64decode
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

FOLDER = "notebooks"
SWITCH = "BVSIM_NOTEBOOKS"
PATIENCE_SECONDS = 1800
GALLERY = f"{FOLDER}/gallery.md"
DRAWN = (
    ("images/output-fan.png", "results.md", "Output of good cells by year, against the plan"),
    ("images/results.svg", "results.md", "Good cells by scenario"),
    ("images/system.svg", "model.md", "Actors of the valley and what passes between them"),
    ("images/week.svg", "architecture.md", "A planning period and its phases"),
    ("images/architecture.svg", "architecture.md", "Rooms of the program, and the life of a draw"),
    ("images/north-bay.png", "tutorial/your-own-valley.md", "A valley made up in the tutorial"),
)
"""Pictures that are not of a notebook: file, page and words."""

_NOTEBOOKS = Path(__file__).parents[2] / FOLDER


def on_startup(command: str, **_: Any) -> None:
    """Leave the execution out where pages are built again at every change."""
    if command == "serve":
        os.environ.setdefault(SWITCH, "0")


def on_config(config: Any) -> Any:
    """Add the notebooks to the navigation, after the tutorial."""
    pages = [{_title(script): f"{FOLDER}/{script.stem}.md"} for script in scripts()]
    config.nav.insert(2, {"Notebooks": [{"Gallery": GALLERY}, *pages]})
    return config


def on_files(files: Any, config: Any) -> Any:
    """Add a page for each notebook, and its pictures."""
    from mkdocs.structure.files import File

    shown: dict[Path, list[str]] = {}
    for script in scripts():
        text, pictures = page(script.stem, read(script))
        files.append(File.generated(config, f"{FOLDER}/{script.stem}.md", content=text))
        for name, content in pictures.items():
            files.append(File.generated(config, f"{FOLDER}/{name}", content=content))
        shown[script] = list(pictures)
    files.append(File.generated(config, GALLERY, content=gallery(shown)))
    return files


def gallery(shown: Mapping[Path, Sequence[str]]) -> str:
    """Return a page of pictures: those drawn here, and those that notebooks showed.

    Parameters
    ----------
    shown : mapping of pathlib.Path to sequence of str
        File names of the pictures of each notebook.
    """
    drawn = [_figure(f"../{file}", f"../{page}", words) for file, page, words in DRAWN]
    parts = ["# Gallery\n", "\n".join(drawn)]
    for script, pictures in shown.items():
        here = f"{script.stem}.md"
        parts.append(f"\n## {_title(script)}\n\n[The notebook]({here})\n")
        parts += [_figure(name, here, f"Chart {at}") for at, name in enumerate(pictures, start=1)]
    return "\n".join(parts) + "\n"


def _figure(file: str, page: str, words: str) -> str:
    return f"[![{words}]({file}){{ width=320 loading=lazy }}]({page})"


def scripts() -> list[Path]:
    """Return the notebooks as they are edited."""
    return sorted(_NOTEBOOKS.glob("*.py"))


def read(script: Path) -> Any:
    """Return a notebook, executed in a folder of its own unless that is switched off."""
    import jupytext

    notebook = jupytext.read(script)
    if os.environ.get(SWITCH) == "0":
        return notebook
    import nbclient

    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "", "language": "python"}
    with tempfile.TemporaryDirectory() as place:
        resources = {"metadata": {"path": place}}
        client = nbclient.NotebookClient(notebook, timeout=PATIENCE_SECONDS, resources=resources)
        return client.execute()


def page(name: str, notebook: Any) -> tuple[str, dict[str, bytes]]:
    """Return a notebook as Markdown, and its pictures by file name.

    Parameters
    ----------
    name : str
        Of the page; its pictures are called after it.
    notebook : nbformat.NotebookNode
        With or without outputs.
    """
    parts: list[str] = []
    pictures: dict[str, bytes] = {}
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            parts.append(cell.source)
            continue
        parts.append(f"```python\n{cell.source}\n```")
        for output in cell.get("outputs", ()):
            parts += _shown(output, name, pictures)
    return "\n\n".join(parts) + "\n", pictures


def _shown(output: Any, name: str, pictures: dict[str, bytes]) -> Iterator[str]:
    """Yield an output as Markdown; a picture goes into a file of its own."""
    data = output.get("data", {})
    if "image/png" in data:
        file = f"{name}-{len(pictures) + 1}.png"
        pictures[file] = b64decode(data["image/png"])
        yield f"![chart {len(pictures)}]({file})"
    elif "text/html" in data:
        yield "\n".join(line for line in data["text/html"].splitlines() if line.strip())
    elif "text/plain" in data:
        yield f"```text\n{data['text/plain']}\n```"
    elif output.get("name") == "stdout":
        yield f"```text\n{output.text.rstrip()}\n```"


def _title(script: Path) -> str:
    """Return the first heading of a notebook."""
    lines = script.read_text(encoding="utf-8").splitlines()
    return next(line.removeprefix("# # ") for line in lines if line.startswith("# # "))
