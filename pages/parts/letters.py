"""通知 and 证明 of a batch: what the agency has written so far, the latest first, and a certificate for one person."""

from functools import partial

import streamlit as st

from core.domain.roles import Right
from core.services.batches import BatchView
from core.services.exports import Export
from core.services.letters import FIELD, PERSON, LetterKind, Offer, letter_of_batch, letters_of_batch, people_paid
from core.texts import _
from pages.parts import state
from pages.parts.access import acting_viewer, desk, require_user
from pages.parts.export_link import Choice, draw_exports

#: So many people are chosen from a list; of more, a name or number is typed first.
_MOST_PEOPLE = 200
_SEARCH = "print_person_search"


def draw_letters(batch: BatchView) -> None:
    """The letters that there are; nothing where there are none yet."""
    offers = letters_of_batch(desk(), require_user(Right.SEE_BATCHES), batch.number)
    letters = [offer for offer in offers if offer.kind is not LetterKind.CERTIFICATE]
    if letters:
        st.caption(_("通知"))
        draw_exports(batch.number, [_choice(batch.number, offer) for offer in letters], field=FIELD)
    if len(letters) < len(offers):
        st.caption(_("证明"))
        _draw_certificate(batch)


def _choice(number: str, offer: Offer) -> Choice:
    key = f"print_{offer.kind}_{offer.turn}_{offer.file}"
    return Choice(key, _label(offer), partial(_write, number, offer.kind, offer.file, offer.turn))


def _label(offer: Offer) -> str:
    file = {"pdf": "PDF", "xlsx": "Excel"}[offer.file]
    if offer.turns > 1:
        return _("{letter}第 {turn} 次（{file}）").format(letter=_(offer.kind.label), turn=offer.turn, file=file)
    return _("{letter}（{file}）").format(letter=_(offer.kind.label), file=file)


def _draw_certificate(batch: BatchView) -> None:
    people = _found(people_paid(batch))
    chosen = st.selectbox(
        _("人员"),
        list(people),
        index=None if len(people) > 1 else 0,
        format_func={line: " ".join(named) for line, named in people.items()}.__getitem__,
        placeholder=_("请选择人员"),
        key=PERSON,
    )
    kind = LetterKind.CERTIFICATE
    make = Choice("print_certificate", _("退费情况证明（PDF）"), partial(_certify, batch.number, kind, chosen))
    draw_exports(f"{batch.number}/{chosen}", [make], field=PERSON)


def _found(people: dict[int, tuple[str, str]]) -> dict[int, tuple[str, str]]:
    """Of very many people those that fit what is typed."""
    if len(people) <= _MOST_PEOPLE:
        return people
    st.text_input(_("查找人员（姓名或社会保障号码）"), key=_SEARCH, autocomplete="off")
    typed = str(state.typed(_SEARCH, "")).strip().upper()
    fitting = [line for line, named in people.items() if any(typed in each.upper() for each in named)]
    return {line: people[line] for line in fitting[:_MOST_PEOPLE]}


def _certify(number: str, kind: LetterKind, line: int | None) -> Export:
    return letter_of_batch(desk(), acting_viewer(), number, kind, line=line or 0)


def _write(number: str, kind: LetterKind, file: str, turn: int) -> Export:
    return letter_of_batch(desk(), acting_viewer(), number, kind, file, turn=turn)
