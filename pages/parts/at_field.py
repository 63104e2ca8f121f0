"""Telling a fault at the field where it is looked for, whatever field the service named."""

from collections.abc import Callable
from typing import TypeVar

from core.domain.errors import InvalidInput, RefundError

T = TypeVar("T")


def at_field(field: str, call: Callable[[], T]) -> T:
    """Do one service call; its refusal is told at ``field``."""
    try:
        return call()
    except RefundError as error:
        raise InvalidInput(error.sentence, field=field, **error.values) from error
