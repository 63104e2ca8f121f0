"""What one browser tab remembers between reruns. This file alone touches ``st.session_state``.

Nothing in here is the truth: it dies with a refresh, a restart or a lost line. Choices, typed text and papers live in the
draft; here lies only what a screen needs to draw itself again. Widget keys are those of ``names.md``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import streamlit as st

T = TypeVar("T")


@dataclass(frozen=True)
class Slot(Generic[T]):
    """One thing remembered under a name of its own, with what it is before anything was remembered."""

    name: str
    default: T

    def get(self) -> T:
        """What is remembered, or the default."""
        return st.session_state.get(self.name, self.default)

    def set(self, value: T) -> None:
        """Remember ``value``."""
        st.session_state[self.name] = value

    def clear(self) -> None:
        """Forget it."""
        st.session_state.pop(self.name, None)

    def take(self) -> T:
        """What is remembered, and forget it: for what is to be told once."""
        return st.session_state.pop(self.name, self.default)


#: Faults found at the last attempt: (widget key or blank, sentence, values).
PROBLEMS: Slot[tuple[tuple[str, str, Mapping[str, Any]], ...]] = Slot("_problems", ())
#: What the last action has to say, once: a sentence and its values.
NOTICE: Slot[tuple[str, Mapping[str, Any]] | None] = Slot("_notice", None)
#: The employer whose draft is open, for those who file for several.
EMPLOYER: Slot[str] = Slot("_employer", "")
#: The query that was asked last, as typed: whose rows are shown, whatever is being typed into the query since.
ASKED: Slot[Mapping[str, Any] | None] = Slot("_asked", None)
#: The rows that the grid shows now: a token that changes whenever the grid has to be filled again.
VIEW: Slot[str] = Slot("_view", "")
#: The ids of these rows, of which a report of the grid speaks.
SHOWN: Slot[tuple[str, ...]] = Slot("_shown", ())
#: The last report of the grid that has been written to the draft.
SETTLED: Slot[Any] = Slot("_settled", None)
#: The material whose upload dialog is open.
UPLOAD: Slot[str] = Slot("_upload", "")
#: The preview on the screen: a token that changes whenever it has to be made again.
PREVIEW: Slot[str] = Slot("_preview", "")
#: The widget that has the focus once the screen is drawn: what the hand was at is gone from it.
HAND: Slot[str] = Slot("_hand", "")
#: What has changed since the preview, once a confirmation was refused for it: lines and notes.
DRIFT: Slot[tuple[tuple[Any, ...], tuple[str, ...]] | None] = Slot("_drift", None)
#: The batches that the last confirmation made.
RECEIPT: Slot[tuple[str, ...]] = Slot("_receipt", ())
#: The file that was made last for the viewer: (what it was made of, its id and its name).
EXPORT: Slot[tuple[str, str, str]] = Slot("_export", ("", "", ""))
#: The export beside the page for which the viewer waits: his browser fetches it when it is whole.
AWAITED: Slot[str] = Slot("_awaited", "")
#: The batch and the step of it whose dialog is open.
STEP: Slot[tuple[str, str]] = Slot("_step", ("", ""))
#: What was said of the lines of the batch when the viewer opened the dialog of a step.
SEEN: Slot[str] = Slot("_seen", "")
#: A branch was chosen from the directory: the form around the search has to be drawn again.
BRANCH_TAKEN: Slot[bool] = Slot("_branch_taken", False)
#: The run that is about to be made: its day (ISO 8601), its batches, and the fingerprint of what was previewed.
PAYMENT: Slot[tuple[str, tuple[str, ...], str]] = Slot("_payment", ("", (), ""))
#: The payment run whose orders and files are shown.
RUN: Slot[str] = Slot("_run", "")
#: The queue that the viewer works through: what he looks for in it, ``None`` when he came another way.
QUEUE: Slot[str | None] = Slot("_queue", None)
#: Where the way through the queue leads on to: a batch's number, or ``end``; blank while there is nowhere to go.
FOLLOWING: Slot[str] = Slot("_following", "")
#: How often lines were marked: a table that is drawn anew has nothing selected.
MARKED: Slot[int] = Slot("_marked", 0)
#: The paper that is looked into beside the lines, and its page.
PAPER: Slot[tuple[str, int]] = Slot("_paper", ("", 1))
#: What became of the batches that were decided or assigned in one go: number, done, sentence.
OUTCOMES: Slot[tuple[tuple[str, bool, str], ...]] = Slot("_outcomes", ())
#: The batches that are about to be passed in one go: those of the dialog that is open.
BULK: Slot[tuple[str, ...]] = Slot("_bulk", ())
#: A one-time token to be shown once: the user it is for, and the token.
TOKEN: Slot[tuple[str, str]] = Slot("_token", ("", ""))
#: The change of a registered account and the step of it whose dialog is open.
CHANGE: Slot[tuple[str, str]] = Slot("_change", ("", ""))
#: The employer for which the dialog of another registered account is open.
ASKING: Slot[str] = Slot("_asking", "")
#: A switch and its new value, which wait for the code of whoever changes it.
GUARDED: Slot[tuple[str, str]] = Slot("_guarded", ("", ""))
#: The user whose second factor is about to be reset.
RESETTING: Slot[str] = Slot("_resetting", "")
#: The pages of an answer that were turned through: the question, and the place behind each of them.
PLACES: Slot[tuple[str, tuple[tuple[Any, ...], ...]]] = Slot("_places", ("", ()))
#: The page of an answer that was revealed: the question with its place, and the number of the audit entry.
REVEALED: Slot[tuple[str, int]] = Slot("_revealed", ("", 0))
#: The dialog of an answer that is open, ``export`` or ``reveal``, and the question.
ANSWERING: Slot[tuple[str, str]] = Slot("_answering", ("", ""))
#: The place whose dialog 显示完整信息 is open.
REVEALING: Slot[str] = Slot("_revealing", "")
#: The anomaly about which something is said: the batch, what is odd about it, and whether a word is taken back.
EXPLAINING: Slot[tuple[str, str, bool]] = Slot("_explaining", ("", "", False))
#: The question whose fields and answer are shown.
ANSWERED: Slot[str] = Slot("_answered", "")
#: The question whose whole sum was asked for.
SUMMED: Slot[str] = Slot("_summed", "")

#: The screening whose finds are shown, and whether a clerk has opened that of his employer.
SCREENING: Slot[str] = Slot("_screening", "")
SCREENING_OPEN: Slot[bool] = Slot("_screening_open", False)


#: What stood in dialogs that were shut before it was sent, by what each was about: a click beside a dialog is quickly done.
_UNSENT: Slot[Mapping[tuple[str, Any], Mapping[str, Any]]] = Slot("_unsent", {})

#: The screen of the last run, and the batch on it.
SCREEN: Slot[tuple[str, str]] = Slot("_screen", ("", ""))
_DIALOGS: tuple[Slot[Any], ...] = (
    *(UPLOAD, STEP, PAYMENT, BULK, CHANGE, ASKING, GUARDED),
    *(RESETTING, ANSWERING, REVEALING, EXPLAINING),
)


def enter(screen: str, number: str) -> None:
    """Leave what was being asked on another screen: whoever went back from an open dialog finds it closed when he returns."""
    if SCREEN.get() != (screen, number):
        for dialog in _DIALOGS:
            dialog.clear()
        SCREEN.set((screen, number))


def open_dialog(dialog: Slot[T], about: T, *keys: str) -> None:
    """Open a dialog about something, its fields as they stood when it was shut the last time, or anew."""
    dialog.set(about)
    forget(*keys)
    for key, value in _UNSENT.get().get((dialog.name, about), {}).items():
        fill(key, value)


def shut_dialog(dialog: Slot[Any], *keys: str) -> None:
    """Shut a dialog that was not sent; what stands in its fields is kept until it is opened again about the same."""
    stands = {key: typed(key) for key in keys if typed(key)}
    _UNSENT.set({**_UNSENT.get(), (dialog.name, dialog.get()): stands})
    dialog.clear()


def end_dialog(dialog: Slot[Any]) -> None:
    """Shut a dialog whose fields have been sent, or are not wanted."""
    ended = dialog.name, dialog.get()
    _UNSENT.set({about: kept for about, kept in _UNSENT.get().items() if about != ended})
    dialog.clear()


def typed(key: str, default: Any = None) -> Any:
    """The value of a widget as the user left it."""
    return st.session_state.get(key, default)


def is_drawn(key: str) -> bool:
    """Whether a widget was on the screen of the last run; a page that is opened again starts with none."""
    return key in st.session_state


def fill(key: str, value: Any) -> None:
    """Set a widget's value, before it is drawn."""
    st.session_state[key] = value


def fill_new(values: Mapping[str, Any]) -> None:
    """Give widgets that are drawn for the first time what the draft holds; what the user is typing stays."""
    for key, value in values.items():
        if key not in st.session_state:
            st.session_state[key] = value


def forget(*keys: str) -> None:
    """Forget widgets' values, so that they start anew."""
    for key in keys:
        st.session_state.pop(key, None)


def empty(*keys: str, to: str | bool = "") -> None:
    """Empty fields that stay on the screen: of a value that is only forgotten the browser goes on showing what was there."""
    for key in keys:
        fill(key, to)


def pressed(key: str) -> bool:
    """Whether this button was pressed, known before it is drawn and after every ``on_change`` has run."""
    return bool(st.session_state.get(key, False))
