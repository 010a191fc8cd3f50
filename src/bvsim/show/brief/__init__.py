"""A brief to hand on: three pictures, odds, what would help and caveats, as PDF or slides."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bvsim.analysis.tables import RunLike

__all__ = ["FORMATS", "write_brief"]

FORMATS = ("pdf", "pptx")


def write_brief(run: RunLike, path: Path, *, lang: str = "en") -> Path:
    """Write two pages, or slides, about a run.

    Parameters
    ----------
    run : Run
        A finished run.
    path : pathlib.Path
        The file: ``.pptx`` makes slides, anything else two pages of PDF.
    lang : {"en", "fr"}
        Its language.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    RunError
        When slides are asked for and python-pptx is not installed.
    """
    from bvsim.ensemble.store.folder import RunError
    from bvsim.show.brief.told import Told

    if path.suffix == ".pptx":
        try:
            from bvsim.show.brief.slides import write_slides
        except ModuleNotFoundError as missing:
            if missing.name != "pptx":
                raise
            raise RunError("slides need python-pptx: pip install 'bvsim[brief]'") from None
        return write_slides(Told.of(run, lang), path)
    from bvsim.show.brief.pdf import write_pdf

    return write_pdf(Told.of(run, lang), path)
