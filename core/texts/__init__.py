"""The English catalogue. The Chinese text stands where it is used and is the msgid, so Chinese needs no catalogue."""

import gettext as _gettext
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache

from core.domain.errors import RefundError

LANGUAGES = {"zh": "中文", "en": "English"}
_language: ContextVar[str] = ContextVar("language", default="zh")
_NO_WORDING: Mapping[str, str] = {}
_wording: ContextVar[Mapping[str, str]] = ContextVar("wording", default=_NO_WORDING)


def use_language(language: str) -> None:
    """Speak ``language`` for the rest of this context (one script run, one request); unknown ones mean Chinese."""
    _language.set(language if language in LANGUAGES else "zh")


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak ``language`` for a while, whoever reads the screen: official documents are Chinese."""
    before = _language.set(language)
    try:
        yield
    finally:
        _language.reset(before)


def use_wording(wording: Mapping[str, str]) -> None:
    """Say these texts instead of shipped Chinese ones, for the rest of this context: an owner has put them differently."""
    _wording.set(wording)


def current_language() -> str:
    """The language in force: ``zh`` or ``en``."""
    return _language.get()


@cache
def _catalogue(_language: str) -> _gettext.NullTranslations:
    # Babel is read only where somebody asks for another language.
    from core.texts.catalogue import load_translations

    return load_translations()


def _(text: str) -> str:
    """``text`` in the language in force; the Chinese text itself where no translation exists."""
    if not text:
        return ""
    language = _language.get()
    return _wording.get().get(text, text) if language == "zh" else _catalogue(language).gettext(text)


def explain(error: RefundError) -> str:
    """An error's one sentence, in the language in force."""
    values = {key: _(value) if isinstance(value, str) else value for key, value in error.values.items()}
    return _(error.sentence).format(**values)
