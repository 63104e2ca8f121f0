"""Papers of a draft and of a batch: who may add, see and open them, and that no failure leaves half of one."""

import errno
import io
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from core.domain.errors import InvalidInput, NotAllowed, NotFound, RefundError, StorageFailed
from core.domain.roles import Role, Viewer
from core.services.batch_papers import add_batch_paper, remove_batch_paper
from core.services.batches import show_batch
from core.services.desk import Desk
from core.services.drafts import discard_draft, open_draft
from core.services.filing import submit_batch
from core.services.papers import (
    MAX_PAPERS,
    MAX_UPLOADS,
    Paper,
    add_paper,
    list_papers,
    lost_papers,
    open_paper,
    remove_paper,
)
from core.services.previews import preview_batch
from core.services.steps import advance_batch
from core.store.schema import audit, batches, papers
from tests.support.desks import (
    ADMIN,
    ANALYST,
    APPROVER,
    CLERK,
    COLLEAGUE,
    FINANCE,
    OTHER_CLERK,
    REVIEWER,
    Ledger,
    at_once,
    prepare_draft,
)
from tests.support.rounds import file_clear

MOVED = Viewer(CLERK.username, Role.CLERK, frozenset({"E2"}))


def picture(shade: int = 0) -> bytes:
    file = io.BytesIO()
    Image.new("L", (3, 3), shade).save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def draft(desk: Desk) -> str:
    """The clerk's open draft."""
    return open_draft(desk, CLERK, "E1").draft_id


@pytest.fixture
def filed(desk: Desk, ledger: Ledger) -> tuple[str, Paper]:
    """A batch that was filed with one paper: its id, and the paper as the batch has it."""
    draft_id = prepare_draft(desk, ledger.leaver(1, [202205]))
    add_paper(desk, CLERK, draft_id, "M1", "a.png", picture())
    preview = preview_batch(desk, CLERK, draft_id)
    number = submit_batch(desk, CLERK, draft_id, preview.key, preview.fingerprint).numbers[0]
    with desk.read() as connection:
        batch_id = connection.execute(batches.select().where(batches.c.number == number)).one().batch_id
    return batch_id, show_batch(desk, CLERK, number).papers[0]


def entries(desk: Desk) -> list[tuple[str, str, str]]:
    with desk.read() as connection:
        rows = connection.execute(audit.select().where(audit.c.action.like("paper.%")).order_by(audit.c.sequence)).all()
    return [(row.action, row.subject, row.detail) for row in rows]


def files(desk: Desk) -> list[Path]:
    return [path for path in (desk.data_dir / "papers").rglob("*") if path.is_file()]


# Adding ----------------------------------------------------------------------------------------------------------------


def test_a_paper_is_added_listed_and_opened(desk: Desk, draft: str) -> None:
    added = add_paper(desk, CLERK, draft, "M1", "../张三的离职证明.png", picture())

    assert list_papers(desk, CLERK, draft_id=draft) == [added]
    assert (added.material, added.file_name, added.media_type) == ("M1", "张三的离职证明.png", "image/png")
    paper, path = open_paper(desk, CLERK, added.paper_id)
    assert paper == added
    assert len(path.read_bytes()) == added.size


def test_the_file_lies_under_its_digest_and_nothing_a_user_wrote_is_in_its_path(desk: Desk, draft: str) -> None:
    paper = add_paper(desk, CLERK, draft, "M1", "../../etc/passwd.png", picture())

    assert files(desk) == [desk.data_dir / "papers" / paper.sha256[:2] / paper.sha256]
    assert files(desk)[0].stat().st_mode & 0o077 == 0


def test_every_change_and_every_opening_leaves_one_entry_without_names(desk: Desk, draft: str) -> None:
    paper = add_paper(desk, CLERK, draft, "M1", "张三119999199001011234.png", picture())
    open_paper(desk, CLERK, paper.paper_id)
    remove_paper(desk, CLERK, paper.paper_id)

    written = entries(desk)
    assert [(action, subject) for action, subject, _ in written] == [
        ("paper.add", paper.paper_id),
        ("paper.open", paper.paper_id),
        ("paper.remove", paper.paper_id),
    ]
    assert not any("张三" in detail or "119999" in detail for _, _, detail in written)
    assert json.loads(written[0][2]) == {"draft": draft, "material": "M1", "type": "image/png", "size": paper.size}


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.pdf", b"%PDF-1.7\n" + b"0" * (12 * 1024 * 1024), "超过单个文件 10 MB 的上限"),
        ("a.pdf", b"MZ\x90\0", "内容却是"),
        ("a.exe", b"MZ\x90\0", "只接受 PDF、JPG、PNG"),
        ("a.pdf", b"%PDF-1.7\n1 0 obj", "不完整"),
    ],
)
def test_a_bad_file_is_refused_at_its_field_and_leaves_nothing(
    desk: Desk, draft: str, name: str, content: bytes, said: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        add_paper(desk, CLERK, draft, "M5", name, content)

    assert refused.value.field == "upload_M5"
    assert said in str(refused.value)
    assert (files(desk), entries(desk), list_papers(desk, CLERK, draft_id=draft)) == ([], [], [])


def test_the_same_file_twice_under_one_material_is_told_kindly(desk: Desk, draft: str) -> None:
    add_paper(desk, CLERK, draft, "M1", "a.png", picture())

    with pytest.raises(InvalidInput) as refused:
        add_paper(desk, CLERK, draft, "M1", "b.png", picture())
    assert (str(refused.value), refused.value.field) == ("这份文件已经在该材料下，无需重复上传", "upload_M1")


def test_one_file_may_serve_two_materials_and_is_kept_once(desk: Desk, draft: str) -> None:
    for material in ("M1", "M3"):
        add_paper(desk, CLERK, draft, material, "a.png", picture())

    assert len(list_papers(desk, CLERK, draft_id=draft)) == 2
    assert len(files(desk)) == 1


def test_a_removed_file_can_be_added_again(desk: Desk, draft: str) -> None:
    remove_paper(desk, CLERK, add_paper(desk, CLERK, draft, "M1", "a.png", picture()).paper_id)

    again = add_paper(desk, CLERK, draft, "M1", "a.png", picture())
    assert list_papers(desk, CLERK, draft_id=draft) == [again]


def test_a_batch_has_at_most_twenty_papers(desk: Desk, draft: str) -> None:
    for shade in range(MAX_PAPERS):
        add_paper(desk, CLERK, draft, "M3", f"{shade}.png", picture(shade))

    with pytest.raises(InvalidInput, match="最多上传 20 份") as refused:
        add_paper(desk, CLERK, draft, "M3", "21.png", picture(99))
    assert refused.value.field == "upload_M3"


def test_uploading_and_removing_for_ever_does_not_fill_the_disk(desk: Desk, draft: str) -> None:
    with desk.database.write() as connection:
        row = {"draft_id": draft, "material": "M1", "file_name": "a.png", "media_type": "image/png", "size": 1,
               "sha256": "0", "uploaded_by": "clerk1", "uploaded_at": desk.now(), "removed_at": desk.now()}  # fmt: skip
        connection.execute(papers.insert(), [row | {"paper_id": f"P{n}"} for n in range(MAX_UPLOADS)])

    with pytest.raises(InvalidInput, match="已达 100 次"):
        add_paper(desk, CLERK, draft, "M1", "a.png", picture())


def test_uploads_at_one_moment_keep_to_the_limit_too(desk: Desk, draft: str) -> None:
    for shade in range(MAX_PAPERS - 2):
        add_paper(desk, CLERK, draft, "M3", f"{shade}.png", picture(shade))

    uploads = [
        lambda shade=shade: add_paper(desk, CLERK, draft, "M3", f"{shade}.png", picture(shade))
        for shade in range(100, 106)
    ]
    assert sum(isinstance(outcome, Paper) for outcome in at_once(uploads)) == 2
    assert len(list_papers(desk, CLERK, draft_id=draft)) == MAX_PAPERS


def test_an_unknown_material_is_refused(desk: Desk, draft: str) -> None:
    with pytest.raises(InvalidInput):
        add_paper(desk, CLERK, draft, "../M1", "a.png", picture())


# Who may ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("viewer", "error"),
    [
        pytest.param(COLLEAGUE, NotFound, id="a colleague"),
        pytest.param(OTHER_CLERK, NotFound, id="a clerk of another employer"),
        pytest.param(MOVED, NotFound, id="a clerk who has left this employer"),
        pytest.param(REVIEWER, NotAllowed, id="an official"),
    ],
)
def test_nobody_else_adds_papers_to_a_draft(desk: Desk, draft: str, viewer: Viewer, error: type[RefundError]) -> None:
    with pytest.raises(error):
        add_paper(desk, viewer, draft, "M1", "a.png", picture())
    assert files(desk) == []


def test_a_closed_draft_takes_no_more_papers(desk: Desk, draft: str) -> None:
    paper = add_paper(desk, CLERK, draft, "M1", "a.png", picture())
    discard_draft(desk, CLERK, draft)

    with pytest.raises(NotFound):
        add_paper(desk, CLERK, draft, "M2", "b.png", picture(9))
    with pytest.raises(NotFound):
        remove_paper(desk, CLERK, paper.paper_id)
    assert open_paper(desk, CLERK, paper.paper_id)[0] == paper


def test_no_draft_takes_no_papers(desk: Desk) -> None:
    with pytest.raises(NotFound):
        add_paper(desk, CLERK, "D9", "M1", "a.png", picture())


@pytest.mark.parametrize(
    "viewer", [COLLEAGUE, OTHER_CLERK, MOVED, REVIEWER, ADMIN], ids=lambda viewer: str(viewer.role)
)
def test_a_paper_of_a_draft_is_its_owners_alone(desk: Desk, draft: str, viewer: Viewer) -> None:
    paper = add_paper(desk, CLERK, draft, "M1", "a.png", picture())

    with pytest.raises(NotFound):
        open_paper(desk, viewer, paper.paper_id)
    with pytest.raises(NotFound):
        list_papers(desk, viewer, draft_id=draft)
    with pytest.raises((NotFound, NotAllowed)):
        remove_paper(desk, viewer, paper.paper_id)
    assert list_papers(desk, CLERK, draft_id=draft) == [paper]


def test_filing_gives_the_batch_its_papers(desk: Desk, filed: tuple[str, Paper]) -> None:
    batch_id, paper = filed

    assert (paper.batch_id, paper.draft_id, paper.material, paper.uploaded_by) == (batch_id, None, "M1", "clerk1")
    assert lost_papers(desk) == []


@pytest.mark.parametrize("viewer", [CLERK, COLLEAGUE, REVIEWER], ids=lambda viewer: viewer.username)
def test_a_filed_paper_is_open_to_whoever_may_see_the_batch(
    desk: Desk, filed: tuple[str, Paper], viewer: Viewer
) -> None:
    batch_id, paper = filed

    assert open_paper(desk, viewer, paper.paper_id)[1].exists()
    assert list_papers(desk, viewer, batch_id=batch_id) == [paper]


@pytest.mark.parametrize(
    "viewer", [OTHER_CLERK, MOVED, ADMIN], ids=["another employer", "no longer his", "administrator"]
)
def test_a_filed_paper_is_closed_to_everybody_else(desk: Desk, filed: tuple[str, Paper], viewer: Viewer) -> None:
    batch_id, paper = filed

    with pytest.raises(NotFound):
        open_paper(desk, viewer, paper.paper_id)
    with pytest.raises((NotFound, NotAllowed)):
        list_papers(desk, viewer, batch_id=batch_id)


def test_a_filed_paper_stays_filed(desk: Desk, filed: tuple[str, Paper]) -> None:
    with pytest.raises(NotFound):
        remove_paper(desk, CLERK, filed[1].paper_id)


def test_a_removed_paper_is_gone_from_sight_and_kept_on_record(desk: Desk, draft: str) -> None:
    paper = add_paper(desk, CLERK, draft, "M1", "a.png", picture())
    remove_paper(desk, CLERK, paper.paper_id)

    assert list_papers(desk, CLERK, draft_id=draft) == []
    with pytest.raises(NotFound):
        open_paper(desk, CLERK, paper.paper_id)
    with pytest.raises(NotFound):
        remove_paper(desk, CLERK, paper.paper_id)
    with desk.read() as connection:
        assert connection.execute(papers.select()).one().removed_at == desk.now()
    assert len(files(desk)) == 1


@pytest.fixture
def taken_off(desk: Desk, ledger: Ledger) -> tuple[str, Paper]:
    """A batch with the employer and a paper that it has taken off there."""
    number = file_clear(desk, ledger)
    advance_batch(desk, REVIEWER, number, "return", "请补充")
    paper = add_batch_paper(desk, CLERK, number, "M1", "a.png", picture())
    remove_batch_paper(desk, CLERK, number, paper.paper_id)
    return number, paper


@pytest.mark.parametrize("viewer", [REVIEWER, APPROVER, FINANCE], ids=lambda viewer: viewer.username)
def test_what_an_employer_takes_off_its_batch_stays_open_to_the_agency(
    desk: Desk, taken_off: tuple[str, Paper], viewer: Viewer
) -> None:
    number, paper = taken_off
    batch = show_batch(desk, viewer, number)

    assert batch.papers == ()
    assert [(each.paper, each.removed_at) for each in batch.removed] == [(paper, desk.now())]
    assert open_paper(desk, viewer, paper.paper_id)[1].exists()


def test_whoever_sees_people_masked_reveals_a_batch_before_he_opens_what_was_taken_off(
    desk: Desk, taken_off: tuple[str, Paper]
) -> None:
    assert show_batch(desk, ANALYST, taken_off[0]).removed
    with pytest.raises(NotAllowed):
        open_paper(desk, ANALYST, taken_off[1].paper_id)


@pytest.mark.parametrize("viewer", [CLERK, COLLEAGUE, OTHER_CLERK, ADMIN], ids=lambda viewer: viewer.username)
def test_what_an_employer_takes_off_its_batch_is_gone_for_it_and_others(
    desk: Desk, taken_off: tuple[str, Paper], viewer: Viewer
) -> None:
    number, paper = taken_off

    with pytest.raises(NotFound):
        open_paper(desk, viewer, paper.paper_id)
    with pytest.raises((NotFound, NotAllowed)):
        remove_batch_paper(desk, viewer, number, paper.paper_id)
    if viewer in {CLERK, COLLEAGUE}:
        assert show_batch(desk, viewer, number).removed == ()


@pytest.mark.parametrize("paper_id", ["P9", "", "../../audit.key", "%"])
def test_an_unknown_paper_is_not_found(desk: Desk, draft: str, paper_id: str) -> None:
    with pytest.raises(NotFound):
        open_paper(desk, CLERK, paper_id)


# Faults ----------------------------------------------------------------------------------------------------------------


class Broken:
    """Lets every call to the operating system's files through but the n-th, which fails."""

    calls = ("mkdir", "open", "fsync", "replace")

    def __init__(self, monkeypatch: pytest.MonkeyPatch, failing: int, code: int) -> None:
        self.failing, self.code, self.seen = failing, code, 0
        for name in self.calls:
            monkeypatch.setattr(os, name, self.wrap(getattr(os, name)))

    def wrap(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*arguments: Any, **options: Any) -> Any:
            self.seen += 1
            if self.seen == self.failing:
                raise OSError(self.code, os.strerror(self.code))
            return call(*arguments, **options)

        return counted


@pytest.mark.parametrize("failing", range(1, 7))
def test_whichever_call_fails_the_paper_is_there_whole_or_not_at_all(
    desk: Desk, draft: str, monkeypatch: pytest.MonkeyPatch, failing: int
) -> None:
    with monkeypatch.context() as patch:
        Broken(patch, failing, errno.EIO)
        with pytest.raises(StorageFailed):
            add_paper(desk, CLERK, draft, "M1", "a.png", picture())

    assert list_papers(desk, CLERK, draft_id=draft) == []
    assert entries(desk) == []
    assert not [path for path in files(desk) if path.name.startswith(".")], "no half file"
    added = add_paper(desk, CLERK, draft, "M1", "a.png", picture())
    assert open_paper(desk, CLERK, added.paper_id)[1].stat().st_size == added.size


@pytest.mark.parametrize(
    ("code", "said"),
    [(errno.ENOSPC, "存储空间已满"), (errno.EROFS, "只读"), (errno.EACCES, "只读"), (errno.EIO, "故障")],
)
def test_a_store_that_cannot_be_written_says_why_in_one_sentence(
    desk: Desk, draft: str, monkeypatch: pytest.MonkeyPatch, code: int, said: str
) -> None:
    with monkeypatch.context() as patch:
        Broken(patch, 2, code)
        with pytest.raises(StorageFailed, match=said):
            add_paper(desk, CLERK, draft, "M1", "a.png", picture())


def test_a_failing_transaction_leaves_no_paper_in_the_draft(
    desk: Desk, draft: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("core.services.desk.append_entry", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            add_paper(desk, CLERK, draft, "M1", "a.png", picture())

    assert list_papers(desk, CLERK, draft_id=draft) == []
    assert add_paper(desk, CLERK, draft, "M1", "a.png", picture()).material == "M1"


def test_a_damaged_file_is_told_not_shown_and_found_by_the_check(desk: Desk, draft: str) -> None:
    paper = add_paper(desk, CLERK, draft, "M1", "a.png", picture())
    files(desk)[0].write_bytes(b"something else")

    with pytest.raises(StorageFailed, match="已损坏"):
        open_paper(desk, CLERK, paper.paper_id)
    assert lost_papers(desk) == [paper.paper_id]


def test_a_file_lost_with_the_disk_is_found_by_the_check_and_mended_by_another_upload(desk: Desk, draft: str) -> None:
    lost = add_paper(desk, CLERK, draft, "M1", "a.png", picture())
    files(desk)[0].unlink()

    assert lost_papers(desk) == [lost.paper_id]
    add_paper(desk, CLERK, draft, "M3", "a.png", picture())
    assert lost_papers(desk) == []
