"""What the database's refusals mean, in the product's words."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy.exc import IntegrityError

from core.domain.errors import RefundError


class DuplicateClaim(Exception):
    """A line was already live in another batch."""


@contextmanager
def claims_reported(make: Callable[[DuplicateClaim], RefundError]) -> Iterator[None]:
    """Turn a violation of the live-lines index into the error that ``make`` gives; others pass unchanged."""
    try:
        yield
    except IntegrityError as error:
        said = str(error.orig)
        if "uq_batch_lines_live" in said or "batch_lines.serial, batch_lines.insurance" in said:
            raise make(DuplicateClaim(said)) from error
        raise
