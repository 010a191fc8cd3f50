"""The classes of ramp-up of a model, with the vintages of a day."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any


def ramp_classes(folder: Path, as_of: date) -> dict[str, Any]:
    """Return the classes of a model with the vintages of a day.

    Parameters
    ----------
    folder : pathlib.Path
        The model folder.
    as_of : datetime.date
        Vintages known later are not used.

    Raises
    ------
    SpecError
        When the classes cannot be read.
    """
    from bvsim.reading.assembly import kind_of, source_days
    from bvsim.reading.checking import check
    from bvsim.reading.folder import read_model
    from bvsim.reading.shapes import shape_of
    from bvsim.reading.templates import fill_templates
    from bvsim.schema.errors import SpecError
    from bvsim.schema.figure import FigureContext

    tree = read_model(folder).tree
    kind = kind_of()
    filled = fill_templates(tree, shape_of(kind.cls), kind.templates)
    context = FigureContext(source_days(tree), as_of)
    for template, node in filled.sections:
        if template.field == "ramp":
            classes, problems = check(dict[str, template.part], node, context)  # type: ignore[name-defined]
            if problems:
                raise SpecError(problems)
            return dict(classes)
    return {}
