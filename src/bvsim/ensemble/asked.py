"""What was asked before: a command known by its words and the files that it would read.

Loading a scenario is most of what an answer costs that stands in a folder already. So the row
store remembers what a command's words came to (the beginning of the manifest), with a digest
of every place that loading looked at. The same words over the same files come to the same; anything
else is loaded anew.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from bvsim.ensemble.store import folder
from bvsim.ensemble.store.row_store import ASKED, row_store
from bvsim.reading.datafiles import MODELS, SCENARIOS, roots
from bvsim.reading.whole_files import write_text
from bvsim.valley import compiled

if TYPE_CHECKING:
    from bvsim.ensemble.store.manifest import Manifest
    from bvsim.reading.scenario import Scenario

SUFFIXES: Final = frozenset({".yaml", ".yml", ".json", ".csv", ".txt"})
MOST_BYTES: Final = 50_000_000
"""Places that hold more are not digested: loading is quicker then."""
_OF_ONE_RUN: Final = frozenset({"failures", "files", "checksum", "elapsed_s", "started"})
"""What a manifest says of how its run went: no beginning has it."""
_ALL, _HERE = "**/*", "*"


def remembered(words: Mapping[str, object]) -> Manifest | None:
    """Return the beginning of the manifest that a command's words come to, if it is known.

    Parameters
    ----------
    words : mapping of str to object
        Everything said that rows depend on; a scenario by its name or file.
    """
    path = _path(words)
    try:
        kept = json.loads(path.read_text("utf-8")) if path is not None else {}
        if not kept or _digest(_listed(kept["places"])) != kept["digest"]:
            return None
        return cast("Manifest", kept["manifest"])
    except (OSError, ValueError, KeyError, TypeError):  # damaged or gone: loaded anew
        return None


def remember(words: Mapping[str, object], scenario: Scenario, manifest: Manifest) -> None:
    """Keep what a command's words came to; a store that cannot be written costs nothing.

    Parameters
    ----------
    words : mapping of str to object
        As for `remembered`.
    scenario : Scenario
        What was loaded.
    manifest : Manifest
        Of the run that was made, or found.
    """
    inputs = getattr(scenario, "inputs", ())  # one that was made in Python stands in no file
    path, places = _path(words), sorted(set(_places(inputs)))
    digest = _digest(places)
    if path is None or not (inputs and digest):
        return
    listed = [[str(place), pattern] for place, pattern in places]
    begun = {name: value for name, value in manifest.items() if name not in _OF_ONE_RUN}
    kept = {"places": listed, "digest": digest, "manifest": begun}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_text(path, json.dumps(kept))
    except OSError:
        return


def _path(words: Mapping[str, object]) -> Path | None:
    """Return the file of some words, of this program and these libraries, asked from here."""
    store = row_store()
    if store is None:
        return None
    said = [sorted((name, repr(word)) for name, word in words.items()), str(Path.cwd())]
    program = [folder.version(), folder.code_hash(), compiled(), folder.packages()]
    text = json.dumps([said, program, folder.platform_facts(), str(Path(__file__))])
    name = hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
    return store.folder / ASKED / f"{name}.json"


def _places(inputs: Iterable[Path]) -> Iterator[tuple[Path, str]]:
    """Yield what loading looked at: its files, and wherever names are looked up."""
    for root in roots():
        yield root / SCENARIOS, _ALL
        yield root / MODELS, _ALL
    for path in inputs:
        if path.is_dir():
            yield path.resolve(), _ALL
        else:
            yield path.resolve().parent, _HERE
            yield path.resolve().parent.parent / MODELS, _ALL


def _listed(places: Iterable[list[str]]) -> list[tuple[Path, str]]:
    return [(Path(place), pattern) for place, pattern in places]


def _digest(places: Iterable[tuple[Path, str]]) -> str:
    """Return a digest of the data files of some places; empty where they are too large."""
    found, size = hashlib.blake2b(digest_size=16), 0
    for place, pattern in places:
        for path in sorted(place.glob(pattern)):
            if path.suffix not in SUFFIXES or not path.is_file():
                continue
            size += path.stat().st_size
            if size > MOST_BYTES:
                return ""
            found.update(os.fsencode(path))
            found.update(hashlib.blake2b(path.read_bytes()).digest())
    return found.hexdigest()
