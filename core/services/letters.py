"""通知和证明: the letters of a batch as files, for whoever may see it, as soon as there is the step that they tell.

They are official documents, so they are Chinese whatever language the reader of the screen has chosen.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core.documents.letters.letter import Letter, write_annex, write_letter
from core.documents.pdf import PDF
from core.documents.printed_list import MOST_LINES
from core.documents.workbook import XLSX
from core.domain.errors import InvalidInput
from core.domain.letters import MISSING, LetterKind
from core.domain.line_review import by_position
from core.domain.roles import Right, Viewer
from core.domain.wording import N_
from core.services import letter_contents as contents
from core.services.batches import BatchView
from core.services.desk import Desk
from core.services.exports import Export, keep_export
from core.services.letter_contents import Case, read_case
from core.services.letter_occasions import Occasion, occasions, refused_lines, returned_lines
from core.services.steps import require_batch
from core.store import batches as store
from core.store.files import storage_failures
from core.store.line_decisions import read_marks
from core.texts import speaking

__all__ = ["FIELD", "PERSON", "LetterKind", "Offer", "letter_of_batch", "letters_of_batch", "people_paid"]

#: Where a screen shows why there is no letter, and where a person is chosen.
FIELD, PERSON = "print_letters", "print_person"
_MEDIA_TYPES = {"pdf": PDF, "xlsx": XLSX}
_WRITERS: Mapping[LetterKind, Callable[[Case, Occasion], Letter]] = {
    LetterKind.ACCEPTANCE: contents.acceptance,
    LetterKind.SUPPLEMENT: contents.supplement,
    LetterKind.REFUSAL: contents.refusal,
    LetterKind.COMPLETION: contents.completion,
}


@dataclass(frozen=True, slots=True)
class Offer:
    """A letter that there is, in one kind of file; ``turn`` counts the letters of its kind, of which there are ``turns``."""

    kind: LetterKind
    turn: int
    turns: int
    file: str = "pdf"


def letters_of_batch(desk: Desk, viewer: Viewer, number: str) -> tuple[Offer, ...]:
    """The letters that there are about a batch, the latest first. A workbook beside a letter holds figures to go on with."""
    viewer.require(Right.SEE_BATCHES)
    with desk.read() as connection:
        row = require_batch(connection, viewer, number)
        marks = read_marks(connection, row.batch_id)
        found = occasions(store.read_steps(connection, row.batch_id), marks)
    said = by_position(marks)
    count = dict.fromkeys(LetterKind, 0) | {each.kind: each.turn for each in found}
    offers: list[Offer] = []
    for each in reversed(found):
        files = ("pdf", "xlsx") if _has_workbook(each, said, row.line_count) else ("pdf",)
        offers += [Offer(each.kind, each.turn, count[each.kind], file) for file in files]
    return tuple(offers)


def letter_of_batch(
    desk: Desk, viewer: Viewer, number: str, kind: str, file: str = "pdf", *, turn: int = 1, line: int = 0
) -> Export:
    """A letter about a batch as ``pdf`` or ``xlsx``, masked as the batch is for this viewer; leaves one audit entry.

    ``turn``: which one, of several. A 退费情况证明 is about the person of ``line`` (a position). Raises ``InvalidInput`` with
    one sentence while there is no such letter.
    """
    if kind not in set(LetterKind) or file not in _MEDIA_TYPES:
        raise _unknown()
    asked = LetterKind(kind)
    viewer.require(Right.SEE_BATCHES)
    with speaking("zh"):
        with desk.read() as connection:
            case = read_case(desk, connection, viewer, number)
        occasion = _occasion(case, asked, turn)
        if asked is LetterKind.CERTIFICATE:
            letter, about = contents.certificate(case, occasion, _line(case, line)), {"line": line}
        else:
            letter, about = _WRITERS[asked](case, occasion), {"round": occasion.round}
        content = _written(letter, file)
    suffix = f"-{line or turn}" if line or turn > 1 else ""
    name = f"{letter.title}-{number}{suffix}.{file}"
    return keep_export(desk, viewer, kind, name, content, _MEDIA_TYPES[file], batch=number, format=file, **about)


def people_paid(batch: BatchView) -> dict[int, tuple[str, str]]:
    """Whom a certificate can be about: name and number, as this viewer sees them, by the position of a line of theirs."""
    paid = batch.lines[batch.lines["stands"]].drop_duplicates("person")
    named = zip(paid["name"], paid["social_security_number"], strict=True)
    return dict(zip(paid["position"].tolist(), named, strict=True))


def _has_workbook(occasion: Occasion, said: contents.Marks, line_count: int) -> bool:
    """A list whose figures are used again, or one that is too long for paper."""
    if occasion.kind is LetterKind.COMPLETION:
        return True
    if occasion.kind is LetterKind.SUPPLEMENT:
        return len(returned_lines(occasion, said)) > MOST_LINES
    if occasion.kind is LetterKind.REFUSAL:
        return len(refused_lines(occasion, said, range(1, line_count + 1))) > MOST_LINES
    return False


def _occasion(case: Case, kind: LetterKind, turn: int) -> Occasion:
    found = [each for each in case.occasions if each.kind is kind and each.turn == turn]
    if not found:
        raise InvalidInput(MISSING[kind], field=PERSON if kind is LetterKind.CERTIFICATE else FIELD)
    return found[0]


def _line(case: Case, line: int) -> int:
    """The number by which ``case.paid`` tells apart the person of a line that was paid."""
    paid = case.standing
    chosen = paid.loc[paid["position"] == line, "person"]
    if chosen.empty:
        raise InvalidInput(N_("请选择要开具证明的人员"), field=PERSON)
    return int(chosen.iloc[0])


def _written(letter: Letter, file: str) -> bytes:
    # A writer of workbooks keeps a long sheet in a temporary file while it writes: a full disk may stop it there already.
    with storage_failures():
        content = write_letter(letter) if file == "pdf" else write_annex(letter)
    if content is None:
        raise _unknown()
    return content


def _unknown() -> InvalidInput:
    return InvalidInput(N_("提交的内容无法识别，请刷新页面后重试"), field=FIELD)
