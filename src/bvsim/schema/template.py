"""Which parts of a model entities may take over by name."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Template:
    """Where the templates of a field lie.

    Parameters
    ----------
    field : str
        Fields of this name may hold ``like: NAME`` (or its full path) anywhere in the model.
    section : str
        Dotted path of the mapping that holds the templates by name.
    part : type
        The data class of a template.
    """

    field: str
    section: str
    part: type

    @property
    def path(self) -> tuple[str, ...]:
        """The path of the section."""
        return tuple(self.section.split("."))
