"""What a model's module says of names: where a name stands, and what must bear it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Reference:
    """A place in a model where something is named that stands elsewhere in it.

    Parameters
    ----------
    pattern : str
        Dotted path, with ``*`` for any key or position. Ending in ``:keys`` the keys of the
        mappings there are the names; in ``:parts`` what stands before the first dot of each key,
        and what follows it names one of the named one's `blocks`.
    what : str
        What is named, for messages.
    sections : tuple of str
        Dotted patterns of the mappings whose keys are the names.
    also : tuple of str
        Words that name nothing and are right all the same.
    """

    pattern: str
    what: str
    sections: tuple[str, ...]
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class References:
    """All that names something in a model, and what is worth a warning.

    Parameters
    ----------
    names : tuple of Reference
        Where names stand.
    needed : tuple of str
        Sections each of whose entries somebody should name, else it does nothing.
    alone : tuple of str
        Names of blocks that no entity lists, on purpose.
    own : tuple of str
        Patterns of facts that belong to one entity: the same words for another are a copy.
    """

    names: tuple[Reference, ...] = ()
    needed: tuple[str, ...] = ()
    alone: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
