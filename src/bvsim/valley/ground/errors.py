"""The errors of a replication, by the terms of the model."""

from __future__ import annotations

from datetime import date
from traceback import walk_tb
from types import TracebackType


class IdentityError(ArithmeticError):
    """An identity of the model is violated."""

    def __init__(self, *, entity: str, quantity: str, when: date, size: float) -> None:
        super().__init__(f"{entity}: {quantity} is off by {size:.6g} on {when}")
        self.entity, self.quantity, self.when, self.size = entity, quantity, when, size


class MechanismError(ArithmeticError):
    """A mechanism of the model could not be worked out.

    Parameters
    ----------
    entity : str
        Whose mechanism it is; empty where compiled code keeps no record of it.
    mechanism : str
        Room, class and method.
    when : datetime.date
        Simulated day.
    reason : str
        What went wrong.
    """

    def __init__(self, *, entity: str, mechanism: str, when: date, reason: str) -> None:
        where = f"{entity}: {mechanism}" if entity else mechanism
        super().__init__(f"{where} fails on {when}: {reason}")
        self.entity, self.mechanism, self.when, self.reason = entity, mechanism, when, reason


_VALLEY = "bvsim.valley."


def mechanism_error(error: Exception, when: date) -> MechanismError:
    """Say of an error from within a replication where in the model it arose.

    Parameters
    ----------
    error : Exception
        Perhaps raised again by the event calendar, which keeps the first as its cause.
    when : datetime.date
        Simulated day.
    """
    first: BaseException = error
    while first.__cause__ is not None:
        first = first.__cause__
    entity, mechanism = _place(first.__traceback__)
    text = " ".join(str(first).split())
    reason = f"{text} ({type(first).__name__})"
    return MechanismError(entity=entity, mechanism=mechanism, when=when, reason=reason)


def _place(trace: TracebackType | None) -> tuple[str, str]:
    """Return the innermost entity and the innermost mechanism of the valley."""
    entity, mechanism = "", "valley"
    for frame, _ in walk_tb(trace):
        module = str(frame.f_globals.get("__name__", ""))
        if not module.startswith(_VALLEY):
            continue
        # compiled code names its functions in full
        name = getattr(frame.f_code, "co_qualname", frame.f_code.co_name)
        mechanism = f"{module.removeprefix(_VALLEY)}, {name}"
        entity = _entity_of(frame.f_locals.get("self")) or entity
    return entity, mechanism


def _entity_of(actor: object) -> str:
    """Return the name of an actor, or nothing where it has none."""
    for attribute in ("entity", "name"):
        name = getattr(actor, attribute, None)
        if isinstance(name, str):
            return name
    return ""
