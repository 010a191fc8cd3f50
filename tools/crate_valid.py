"""Hold run folders that `bvsim export --to ro-crate` described against both standards, offline.

    python tools/crate_valid.py RUN...

asks roc-validator, with the rules that it ships and the JSON-LD context that the package rocrate
ships, and frictionless of the data package (`pip install "bvsim[crate]"`, in an environment of its
own). Whatever else would be fetched is refused. Exit code 1: a requirement is not met; each is
printed.
"""

from __future__ import annotations

import json
import sys
import tempfile
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import Any, Final

CONTEXT: Final = "https://w3id.org/ro/crate/1.1/context"
PROFILE: Final = "process-run-crate"


def issues(run: Path) -> list[str]:
    """Return what a run folder's crate and data package are required to be and are not.

    Parameters
    ----------
    run : Path
        A folder with `ro-crate-metadata.json` and `datapackage.json`.
    """
    return [*_of_crate(run), *_of_package(run)]


def _of_package(run: Path) -> list[str]:
    from frictionless import Package

    described = json.loads((run / "datapackage.json").read_text(encoding="utf-8"))
    return [f"datapackage: {each.message}" for each in Package.metadata_validate(described)]


def _of_crate(run: Path) -> list[str]:
    from rocrate_validator.models import Severity, ValidationSettings
    from rocrate_validator.services import validate

    with tempfile.TemporaryDirectory() as place:
        cache = Path(place) / "cache"
        _keep_context(cache)
        asked = ValidationSettings(
            rocrate_uri=str(run),
            profile_identifier=PROFILE,
            requirement_severity=Severity.REQUIRED,
            offline=True,
            cache_path=cache,
        )
        found = validate(asked).get_issues()
    return [f"{each.check.identifier}: {each.message}" for each in found]


def _keep_context(cache: Path) -> None:
    """Put the context into a cache of the validator, as if it had been fetched."""
    from requests import PreparedRequest, Response
    from requests.adapters import BaseAdapter
    from requests_cache import CachedSession
    from urllib3 import HTTPResponse

    class Shelf(BaseAdapter):
        def send(self, request: PreparedRequest, *_: Any, **__: Any) -> Response:
            answer = Response()
            answer.status_code, answer.url, answer.request = 200, CONTEXT, request
            answer.headers["Content-Type"] = "application/ld+json"
            answer.raw = HTTPResponse(BytesIO(context()), preload_content=False)
            return answer

        def close(self) -> None:
            """Nothing is open."""

    with CachedSession(str(cache), backend="sqlite", expire_after=-1) as session:
        session.mount("https://", Shelf())
        session.get(CONTEXT)


def context() -> bytes:
    """Return RO-Crate's JSON-LD context, after making sure that it is the one that is asked for."""
    text = (files("rocrate") / "data" / "ro-crate.jsonld").read_bytes()
    shipped = json.loads(text)["@id"]
    if shipped != CONTEXT:
        raise ValueError(f"rocrate ships {shipped}, not {CONTEXT}: pip install 'bvsim[crate]'")
    return text


def main(runs: list[str]) -> int:
    """Validate run folders, print what is wrong, and return the exit code."""
    wrong = [f"{run}: {issue}" for run in runs for issue in issues(Path(run))]
    print(
        "\n".join(wrong) or f"{len(runs)} valid: {PROFILE}, all that is required, and data packages"
    )
    return 1 if wrong or not runs else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
