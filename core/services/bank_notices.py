"""What is wrong with the fields of an account, in words: told while somebody types, or raised when he is done."""

from collections.abc import Iterable, Mapping

from core.domain.bank import FIELDS, Notice
from core.domain.errors import InvalidInput
from core.texts import _


def say_notice(notice: Notice) -> str:
    """A notice as one sentence."""
    return _(notice.sentence).format(**_details(notice))


def notices_by_field(notices: Iterable[Notice], typed: Mapping[str, str]) -> dict[str, list[tuple[str, str]]]:
    """For each field (``error`` or ``warning``, sentence); of those that are blank as ``typed``, cleaned, nothing yet."""
    told: dict[str, list[tuple[str, str]]] = {name: [] for name in FIELDS}
    for notice in notices:
        if typed.get(notice.field):
            told[notice.field].append(("error" if notice.is_error else "warning", say_notice(notice)))
    return told


def errors_of(notices: Iterable[Notice], prefix: str = "") -> list[InvalidInput]:
    """The errors among the notices, for their inputs: the fields' names behind ``prefix``."""
    return [
        InvalidInput(notice.sentence, field=prefix + notice.field, **_details(notice))
        for notice in notices
        if notice.is_error
    ]


def _details(notice: Notice) -> dict[str, str]:
    return {key: _(text) for key, text in notice.details.items()}
