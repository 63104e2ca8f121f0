"""What calamine raises, as one sentence."""

from collections.abc import Iterator
from contextlib import contextmanager

from python_calamine import CalamineError

from core.documents.problems import Unreadable


@contextmanager
def calamine_errors() -> Iterator[None]:
    """Whatever calamine stumbles over, the file is damaged: ``Unreadable``."""
    try:
        yield
    except (CalamineError, UnicodeError) as error:
        raise Unreadable("E07") from error
    except BaseException as error:
        # A panic inside calamine is no Exception; it must not take the server along.
        if type(error).__name__ == "PanicException":
            raise Unreadable("E07") from None
        raise
