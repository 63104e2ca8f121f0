"""Everything that stops a request: one base class, one sentence that says what to do.

Errors in *data* are not exceptions: they are collected as values (``Finding``, ``Problem``) in one pass.
"""

from typing import Any


class RefundError(Exception):
    """A request that can't be carried out.

    ``sentence`` is a Chinese message with ``{placeholders}``; it is also the key of its translation. ``field`` names the
    input it belongs to (a widget key of ``names.md``), so that a page can show it there. Values must never hold a full
    identity number or account: the sentence may reach a log.
    """

    def __init__(self, sentence: str, *, field: str | None = None, **values: Any) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field
        self.values = values

    def __str__(self) -> str:
        return self.sentence.format(**self.values)


class InvalidInput(RefundError):
    """Something typed or uploaded can't be taken as it is."""


class NotAllowed(RefundError):
    """The viewer lacks the right, or has already acted on this batch."""


class FactorNeeded(NotAllowed):
    """The step moves or releases money: a second factor of the last minutes has to be shown first, then it can be repeated."""


class NotFound(RefundError):
    """No such record, or none that this viewer may see: the two are never told apart."""


class IllegalTransition(RefundError):
    """The batch is not in a state that allows this step."""


class StalePreview(RefundError):
    """What would be submitted is no longer what was previewed."""


class Conflict(RefundError):
    """Somebody else was first."""


class StorageFailed(RefundError):
    """A file could not be kept or read: the disk is full, read-only or broken. Nothing was done."""


class DamagedKey(RefundError):
    """The file of a key doesn't hold what was written there. A new key would open nothing that the old one has sealed."""
