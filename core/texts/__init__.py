"""The English catalogue. The Chinese text stands where it is used and is the msgid, so Chinese needs no catalogue."""

import gettext as _gettext
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from string import Formatter

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


class _Counted(str):
    """A text of several things that knows how it is said of one: which it is, its first number tells once it is filled in."""

    __slots__ = ("of_one",)
    of_one: str

    def format(self, *given: object, **values: object) -> str:
        """As ``str.format``, in the form that the number asks for."""
        first = next(name for _text, name, _format, _conversion in Formatter().parse(self) if name)
        return (self.of_one if str(values.get(first)) == "1" else str(self)).format(*given, **values)


def _(text: str) -> str:
    """``text`` in the language in force; the Chinese text itself where no translation exists.

    Chinese has no plural. Where the catalogue has two forms of a text, ``_(text).format(…)`` takes the right one.
    """
    if not text:
        return ""
    language = _language.get()
    if language == "zh":
        return _wording.get().get(text, text)
    translations = _catalogue(language)
    several = translations.ngettext(text, text, 2) if "{" in text else text
    if several == text:
        return translations.gettext(text)
    counted = _Counted(several)
    counted.of_one = translations.ngettext(text, text, 1)
    return counted


def explain(error: RefundError) -> str:
    """An error's one sentence, in the language in force."""
    values = {key: _(value) if isinstance(value, str) else value for key, value in error.values.items()}
    return _(error.sentence).format(**values)
