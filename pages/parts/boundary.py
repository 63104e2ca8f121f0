"""Where refusals end: a request that can't be carried out is one sentence on the screen, and the rest of the screen stays.

What nobody foresaw is not caught here: ``app.py`` turns it into a sentence with a number to ask for, and tests see it.
"""

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import streamlit as st

from core.domain.errors import RefundError
from pages.parts.messages import draw_error


@contextmanager
def errors_shown() -> Iterator[None]:
    """Show what stops the drawing as a sentence."""
    try:
        yield
    except RefundError as error:
        draw_error(error)


def fragment(draw: Callable[..., None], key: str | None = None) -> Callable[..., None]:
    """A part of a screen that reruns alone: ``st.fragment`` with the error boundary that the shell gives to whole screens.

    With a ``key``, a handler can have just this part drawn again: ``st.rerun(key)``.
    """

    @st.fragment(key=key)
    @functools.wraps(draw)
    def drawn(*args: Any, **kwargs: Any) -> None:
        with errors_shown():
            draw(*args, **kwargs)

    return drawn
