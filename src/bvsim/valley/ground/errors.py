"""The error of a replication that contradicts itself."""

from __future__ import annotations

from datetime import date


class IdentityError(ArithmeticError):
    """An identity of the model is violated."""

    def __init__(self, *, entity: str, quantity: str, when: date, size: float) -> None:
        super().__init__(f"{entity}: {quantity} is off by {size:.6g} on {when}")
        self.entity, self.quantity, self.when, self.size = entity, quantity, when, size
