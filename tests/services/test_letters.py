"""通知和证明: which letters there are when, for whom, what stands in them to the fen, and what is kept of it."""

import io
import json
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from PIL import Image

from core.domain.errors import InvalidInput, NotAllowed, NotFound, RefundError
from core.domain.letters import LetterKind
from core.domain.line_review import OTHER, Mark, Opinion
from core.domain.roles import SYSTEM, Role, Viewer
from core.rules.catalogue import REFUSALS
from core.services.batch_papers import add_batch_paper
from core.services.batches import show_batch
from core.services.checks import check_everything
from core.services.desk import Desk
from core.services.exports import Export, open_export
from core.services.filing import submit_batch
from core.services.letters import letter_of_batch, letters_of_batch, people_paid
from core.services.line_decisions import answer_lines, decide_lines
from core.services.papers import add_paper
from core.services.payment_runs import orders_of_batch
from core.services.previews import preview_batch
from core.services.settings import change_setting
from core.services.steps import advance_batch
from core.store.schema import audit
from core.texts import speaking
from tests.documents.printing import pages_of, words_of
from tests.support.desks import (
    ADMIN,
    ANALYST,
    APPROVER,
    CLERK,
    COLLEAGUE,
    FINANCE,
    OTHER_CLERK,
    REVIEWER,
    SECOND_REVIEWER,
    THIRD_REVIEWER,
    Ledger,
    person,
    prepare_draft,
)
from tests.support.rounds import ANSWER, REFUSE, RETURN, file_clear, file_reviewed, file_serials, settle, to_payment

AUDITOR = Viewer("auditor1", Role.AUDITOR)
A, S, R, C, P = (
    LetterKind.ACCEPTANCE,
    LetterKind.SUPPLEMENT,
    LetterKind.REFUSAL,
    LetterKind.COMPLETION,
    LetterKind.CERTIFICATE,
)
NOTE, AGAIN = "离职证明没有盖章", "日期仍不清楚"
WHY = "考勤记录显示该月仍在岗"


# A batch on its way ----------------------------------------------------------------------------------------------------


def filed(desk: Desk, ledger: Ledger) -> str:
    return file_serials(desk, ledger.leaver(1, [202205]))


def returned(desk: Desk, ledger: Ledger) -> str:
    """Six lines; of two something is missing."""
    number = file_clear(desk, ledger)
    decide_lines(desk, REVIEWER, number, [1, 4], RETURN)
    advance_batch(desk, REVIEWER, number, "return", NOTE)
    return number


def returned_twice(desk: Desk, ledger: Ledger) -> str:
    number = returned(desk, ledger)
    answer_lines(desk, CLERK, number, [1, 4], ANSWER)
    advance_batch(desk, CLERK, number, "resubmit")
    decide_lines(desk, REVIEWER, number, [4], Opinion(Mark.RETURN, text="请注明离职日期"))
    decide_lines(desk, REVIEWER, number, [1], Opinion(Mark.PASS))
    advance_batch(desk, REVIEWER, number, "return", AGAIN)
    return number


def refused_in_part(desk: Desk, ledger: Ledger) -> str:
    """Lines 1 and 2 are refused, the others go on."""
    number = file_clear(desk, ledger)
    decide_lines(desk, REVIEWER, number, [1], REFUSE)
    decide_lines(desk, REVIEWER, number, [2], Opinion(Mark.REFUSE, OTHER, WHY))
    advance_batch(desk, REVIEWER, number, "pass")
    return number


def rejected(desk: Desk, ledger: Ledger) -> str:
    number = file_clear(desk, ledger)
    advance_batch(desk, REVIEWER, number, "reject", WHY, code="N13")
    return number


def rejected_without_code(desk: Desk, ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> str:
    """A batch of the time when 不予退费 asked for a note alone: no line says why."""
    monkeypatch.setattr("core.services.steps.refuse_what_is_left", lambda *_: None)
    return rejected(desk, ledger)


def paid(desk: Desk, ledger: Ledger) -> str:
    """Two people: one with two months, one with a single one."""
    number = file_serials(desk, [*ledger.leaver(1, [202205, 202206]), *ledger.leaver(11, [202205])])
    advance_batch(desk, THIRD_REVIEWER, number, "accept")
    to_payment(desk, number)
    advance_batch(desk, FINANCE, number, "pay")
    desk.clock.forward(days=1)  # type: ignore[attr-defined]
    advance_batch(desk, FINANCE, number, "settle", "银行回单 0001")
    return number


def closed(desk: Desk, ledger: Ledger) -> str:
    number = paid(desk, ledger)
    advance_batch(desk, FINANCE, number, "close")
    return number


def withdrawn(desk: Desk, ledger: Ledger) -> str:
    number = filed(desk, ledger)
    advance_batch(desk, CLERK, number, "withdraw")
    return number


Way = Callable[[Desk, Ledger], str]


def read(desk: Desk, viewer: Viewer, export: Export) -> bytes:
    return open_export(desk, viewer, export.export_id)[1].read_bytes()


def words(desk: Desk, viewer: Viewer, number: str, kind: str, **which: Any) -> str:
    return words_of(read(desk, viewer, letter_of_batch(desk, viewer, number, kind, **which)))


def rows(desk: Desk, viewer: Viewer, number: str, kind: str) -> list[tuple[Any, ...]]:
    content = read(desk, viewer, letter_of_batch(desk, viewer, number, kind, "xlsx"))
    return list(openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True))


def entries(desk: Desk) -> list[tuple[str, str, dict[str, Any]]]:
    with desk.read() as connection:
        found = connection.execute(audit.select().where(audit.c.action.like("export.%")).order_by(audit.c.sequence))
        return [(row.actor, row.action, json.loads(row.detail)) for row in found]


# States × letters × roles ----------------------------------------------------------------------------------------------

THERE: list[tuple[Way, list[tuple[LetterKind, int, str]]]] = [
    (filed, []),
    (withdrawn, []),
    (file_clear, [(A, 1, "pdf")]),
    (returned, [(S, 1, "pdf"), (A, 1, "pdf")]),
    (returned_twice, [(S, 2, "pdf"), (S, 1, "pdf"), (A, 1, "pdf")]),
    (refused_in_part, [(R, 1, "pdf"), (A, 1, "pdf")]),
    (rejected, [(R, 1, "pdf"), (A, 1, "pdf")]),
    (paid, [(P, 1, "pdf"), (C, 1, "pdf"), (C, 1, "xlsx"), (A, 1, "pdf")]),
    (closed, [(P, 1, "pdf"), (C, 1, "pdf"), (C, 1, "xlsx"), (A, 1, "pdf")]),
]


@pytest.mark.parametrize(("way", "there"), THERE, ids=lambda each: getattr(each, "__name__", ""))
def test_there_are_the_letters_that_the_history_gives_rise_to(
    desk: Desk, ledger: Ledger, way: Way, there: list[tuple[LetterKind, int, str]]
) -> None:
    number = way(desk, ledger)

    for viewer in (CLERK, COLLEAGUE, REVIEWER, APPROVER, FINANCE, ANALYST, AUDITOR):
        offers = letters_of_batch(desk, viewer, number)
        assert [(offer.kind, offer.turn, offer.file) for offer in offers] == there
    for offer in letters_of_batch(desk, CLERK, number):
        assert letter_of_batch(desk, CLERK, number, offer.kind, offer.file, turn=offer.turn, line=1)


@pytest.mark.parametrize("kind", list(LetterKind))
@pytest.mark.parametrize(("way", "there"), THERE, ids=lambda each: getattr(each, "__name__", ""))
def test_a_letter_that_is_not_there_yet_is_one_sentence(
    desk: Desk, ledger: Ledger, way: Way, there: list[tuple[LetterKind, int, str]], kind: LetterKind
) -> None:
    number = way(desk, ledger)
    if kind in {each for each, _turn, _file in there}:
        return
    with pytest.raises(InvalidInput, match=r"^该批次"):
        letter_of_batch(desk, CLERK, number, kind, line=1)
    assert entries(desk) == []


@pytest.mark.parametrize(
    ("viewer", "error"), [(OTHER_CLERK, NotFound), (ADMIN, NotAllowed)], ids=["another employer", "administrator"]
)
def test_a_letter_is_for_whoever_may_see_the_batch(
    desk: Desk, ledger: Ledger, viewer: Viewer, error: type[RefundError]
) -> None:
    number = paid(desk, ledger)

    for kind in (A, C, P):
        with pytest.raises(error):
            letter_of_batch(desk, viewer, number, kind, line=1)
    with pytest.raises(error):
        letters_of_batch(desk, viewer, number)


@pytest.mark.parametrize(("kind", "file"), [("", "pdf"), ("receipt", "pdf"), (A, "docx"), (A, "xlsx"), (P, "xlsx")])
def test_a_letter_that_does_not_exist_is_refused(desk: Desk, ledger: Ledger, kind: str, file: str) -> None:
    with pytest.raises(InvalidInput, match="无法识别"):
        letter_of_batch(desk, CLERK, paid(desk, ledger), kind, file, line=1)


@pytest.mark.parametrize("kind", [C, P])
@pytest.mark.parametrize("viewer", [ANALYST, AUDITOR], ids=lambda viewer: viewer.username)
def test_who_may_not_see_full_numbers_prints_masked_ones(
    desk: Desk, ledger: Ledger, viewer: Viewer, kind: LetterKind
) -> None:
    said = words(desk, viewer, number := paid(desk, ledger), kind, line=1)

    assert "赵*" in said
    assert "不作为正式文书使用" in said
    assert not {word for word in ("赵一", person(1), "0200001009012345678") if word in said}
    full = words(desk, CLERK, number, kind, line=1)
    assert "赵一" in full
    assert person(1) in full
    assert "不作为正式文书" not in full


def test_a_workbook_is_masked_as_well(desk: Desk, ledger: Ledger) -> None:
    table = rows(desk, ANALYST, paid(desk, ledger), C)

    assert {row[1] for row in table[1:]} == {"赵*"}
    assert person(1) not in {row[2] for row in table}


# What stands in them ---------------------------------------------------------------------------------------------------


def test_the_acceptance_says_what_was_filed_until_when_and_where_to_ask(desk: Desk, ledger: Ledger) -> None:
    """Filed and accepted on Wednesday 1 November 2023: 5 working days for 初审; 5 + 3 + 5 in all, below the threshold."""
    number = file_clear(desk, ledger)
    said = words(desk, CLERK, number, A)

    for each in (
        f"退费〔2023〕受字第11{number[8:16]}号",
        "甲公司（单位编号E1）",
        "劳动合同变动，单位未及时减员",
        "1人，6条明细",
        "受理日期2023年11月1日",
        "初审期限2023年11月8日",
        "13个工作日（至2023年11月20日）",
        "合计1,790.24911.200.000.002,701.44",
        "人民币贰仟柒佰零壹元肆角肆分",
        "受理时未收到材料",
        "示范市社会保险经办中心（盖章）2023年11月1日",
        "联系方式：",
    ):
        assert each in said


def picture(shade: int) -> bytes:
    file = io.BytesIO()
    Image.new("L", (3, 3), shade).save(file, "PNG")
    return file.getvalue()


def test_the_acceptance_counts_the_papers_that_were_there(desk: Desk, ledger: Ledger) -> None:
    """What is uploaded after it was accepted is on another paper."""
    draft = prepare_draft(desk, ledger.leaver(1, [202205]))
    for shade, material in enumerate(("M1", "M1", "M8")):
        add_paper(desk, CLERK, draft, material, f"{shade}.png", picture(shade))
    preview = preview_batch(desk, CLERK, draft)
    (number,) = submit_batch(desk, CLERK, draft, preview.key, preview.fingerprint).numbers
    before = words(desk, CLERK, number, A)
    desk.clock.forward(hours=1)  # type: ignore[attr-defined]
    decide_lines(desk, REVIEWER, number, [1], RETURN)
    advance_batch(desk, REVIEWER, number, "return", NOTE)
    missing = words(desk, CLERK, number, S)
    desk.clock.forward(hours=1)  # type: ignore[attr-defined]
    add_batch_paper(desk, CLERK, number, "M2", "申请.png", picture(9))

    assert "不存在劳动关系的相应法律文书或离职证明2退费申请表1" in before
    assert "个人申请建议" in missing
    assert "退费申请表必需" not in missing
    assert words(desk, CLERK, number, A) == before
    assert words(desk, CLERK, number, S) == missing


def test_the_whole_time_counts_the_approval_where_there_is_one(desk: Desk, ledger: Ledger) -> None:
    change_setting(desk, SYSTEM, "approval_threshold_yuan", "100")

    assert "15个工作日（至2023年11月22日）" in words(desk, CLERK, file_clear(desk, ledger), A)


def test_the_acceptance_keeps_what_was_filed_when_lines_have_fallen(desk: Desk, ledger: Ledger) -> None:
    assert "2,701.44" in words(desk, CLERK, refused_in_part(desk, ledger), A)


def test_the_request_names_everything_that_is_missing_at_once(desk: Desk, ledger: Ledger) -> None:
    said = words(desk, CLERK, returned(desk, ledger), S)

    assert NOTE in said
    # Numbered as on the screens, where the official's note speaks of them.
    for line, month in ((1, "2022-05"), (4, "2022-06")):
        assert f"{line}赵一{person(1)}{month}养老请补充离职证明" in said
    assert said.count("请补充离职证明") == 2
    assert "不存在劳动关系的相应法律文书或离职证明必需" in said
    assert "退费申请表必需" in said
    assert "个人申请建议" in said
    assert "补正没有固定期限" in said


def test_the_request_says_until_when_where_there_is_a_limit(desk: Desk, ledger: Ledger) -> None:
    change_setting(desk, SYSTEM, "days_to_answer", "10")

    assert "请于2023年11月15日前（10个工作日内）补正" in words(desk, CLERK, returned(desk, ledger), S)


def test_every_round_has_its_own_request(desk: Desk, ledger: Ledger) -> None:
    number = returned_twice(desk, ledger)
    first, second = (words(desk, CLERK, number, S, turn=turn) for turn in (1, 2))

    assert f"补字第11{number[8:16]}号" in first
    assert f"补字第11{number[8:16]}-2号" in second
    assert NOTE in first
    assert "请注明离职日期" not in first
    assert first.count("请补充离职证明") == 2
    assert AGAIN in second
    assert second.count("请注明离职日期") == 1
    assert "请补充离职证明" not in second


def test_a_request_stays_what_it_was_when_the_batch_has_gone_on(desk: Desk, ledger: Ledger) -> None:
    number = returned(desk, ledger)
    before = letter_of_batch(desk, CLERK, number, S).sha256
    answer_lines(desk, CLERK, number, [1, 4], ANSWER)
    desk.clock.forward(days=3)  # type: ignore[attr-defined]
    advance_batch(desk, CLERK, number, "resubmit")
    settle(desk, number)

    assert letter_of_batch(desk, CLERK, number, S).sha256 == before


def test_a_decision_about_lines_states_each_with_cause_fact_and_remedy(desk: Desk, ledger: Ledger) -> None:
    number = refused_in_part(desk, ledger)
    said = words(desk, CLERK, number, R)

    assert "下列2条明细（申请金额合计1,340.00元）不予退费" in said
    assert "本批次的其他明细继续办理" in said
    assert f"1赵一{person(1)}2022-05养老1,286.40N13" in said
    assert f"2赵一{person(1)}2022-05失业53.60其他{WHY}" in said
    assert "N13不在退费原因对应的期间" in said
    assert "《社会保险经办条例》" in said
    assert "60日内向示范市人民政府申请行政复议" in said
    assert "6个月内向示范市示范区人民法院提起行政诉讼" in said


def test_a_decision_about_the_batch_takes_all_of_its_lines(desk: Desk, ledger: Ledger) -> None:
    number = rejected(desk, ledger)
    said = words(desk, CLERK, number, R)

    assert "下列6条明细（申请金额合计2,701.44元）不予退费" in said
    assert f"查明的事实{WHY}" in said
    assert f"1赵一{person(1)}2022-05养老1,286.40N13见“查明的事实”" in said
    assert "N13不在退费原因对应的期间" in said
    assert REFUSALS["N13"].remedy in said
    assert "申请行政复议" in said
    assert "提起行政诉讼" in said
    assert "—" not in said
    assert "其他明细继续办理" not in said


def test_a_cause_that_no_rule_states_is_told_with_its_text(desk: Desk, ledger: Ledger) -> None:
    number = file_clear(desk, ledger)
    advance_batch(desk, REVIEWER, number, "reject", WHY, code=OTHER)
    said = words(desk, CLERK, number, R)

    assert f"查明的事实{WHY}" in said
    assert "其他见各条明细所列事实可补充证明材料后重新申报" in said
    assert "—" not in said


def test_a_line_with_a_cause_of_its_own_keeps_it_in_the_decision_about_the_batch(desk: Desk, ledger: Ledger) -> None:
    number = file_clear(desk, ledger)
    decide_lines(desk, REVIEWER, number, [2], Opinion(Mark.REFUSE, "N19", "稽核立案"))
    advance_batch(desk, REVIEWER, number, "reject", WHY, code="N13")
    said = words(desk, CLERK, number, R)

    assert "下列6条明细" in said
    assert f"2赵一{person(1)}2022-05失业53.60N19稽核立案" in said
    assert f"3赵一{person(1)}2022-05工伤10.72N13见“查明的事实”" in said
    assert all(REFUSALS[code].remedy in said for code in ("N13", "N19"))


def test_a_batch_that_was_rejected_without_a_code_has_its_letter(
    desk: Desk, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = words(desk, CLERK, rejected_without_code(desk, ledger, monkeypatch), R)

    assert "下列6条明细（申请金额合计2,701.44元）不予退费" in said
    assert f"1赵一{person(1)}2022-05养老1,286.40—见“查明的事实”" in said
    assert check_everything(desk) == []


def test_a_rejection_leaves_out_what_was_refused_before(desk: Desk, ledger: Ledger) -> None:
    number = refused_in_part(desk, ledger)
    advance_batch(desk, SECOND_REVIEWER, number, "reject", WHY, code="N13")

    assert [offer.turn for offer in letters_of_batch(desk, CLERK, number) if offer.kind is R] == [2, 1]
    assert "下列2条明细" in words(desk, CLERK, number, R, turn=1)
    assert "下列4条明细（申请金额合计1,361.44元）" in words(desk, CLERK, number, R, turn=2)


def test_a_line_that_is_marked_and_not_yet_decided_is_in_no_letter(desk: Desk, ledger: Ledger) -> None:
    number = file_reviewed(desk, ledger)
    decide_lines(desk, REVIEWER, number, [1], REFUSE)
    decide_lines(desk, REVIEWER, number, [2], RETURN)

    assert [offer.kind for offer in letters_of_batch(desk, CLERK, number)] == [A]


def test_where_the_decision_is_contested_is_the_owners_to_say(desk: Desk, ledger: Ledger) -> None:
    change_setting(desk, SYSTEM, "agency_court", "某市某区人民法院")

    assert "内向某市某区人民法院提起" in words(desk, CLERK, rejected(desk, ledger), R)


def test_the_completion_is_the_batch_to_the_fen(desk: Desk, ledger: Ledger) -> None:
    number = paid(desk, ledger)
    batch, table = show_batch(desk, CLERK, number), rows(desk, CLERK, number, C)
    said = words(desk, CLERK, number, C)

    assert table[0][-2:] == ("退费金额", "付款日期")
    assert len(table) == 1 + len(batch.lines)
    assert round(sum(row[9] for row in table[1:]) * 100) == batch.total == 405216
    for fund, order in {order.insurance: order for order in orders_of_batch(desk, CLERK, number)}.items():
        own = [row for row in table[1:] if row[4] == fund.label]
        assert round(sum(row[9] for row in own) * 100) == order.amount
        assert {row[10] for row in own} == {order.settled_on} == {"2023-11-02"}
    assert "合计2,685.361,366.800.000.004,052.16" in said
    assert "个人缴费部分共1,366.80元（人民币壹仟叁佰陆拾陆元捌角整）" in said
    assert said.count("2023-11-02尾号5678") == 3
    assert "0200001009012345678" not in said


def test_the_completion_has_a_sum_for_whoever_has_several_lines(desk: Desk, ledger: Ledger) -> None:
    said = words(desk, CLERK, paid(desk, ledger), C)

    assert "小计1,790.24911.200.000.002,701.44" in said
    assert "小计895.12455.600.000.001,350.72" in said


def test_a_line_that_fell_is_in_no_completion_and_has_no_certificate(desk: Desk, ledger: Ledger) -> None:
    number = refused_in_part(desk, ledger)
    advance_batch(desk, SECOND_REVIEWER, number, "pass")
    advance_batch(desk, FINANCE, number, "pay")
    advance_batch(desk, FINANCE, number, "settle", "银行回单 0001")
    table = rows(desk, CLERK, number, C)

    assert round(sum(row[9] for row in table[1:]) * 100) == show_batch(desk, CLERK, number).total == 136144
    with pytest.raises(InvalidInput, match="请选择要开具证明的人员"):
        letter_of_batch(desk, CLERK, number, P, line=1)
    assert "1,361.44" in words(desk, CLERK, number, P, line=3)


def test_a_certificate_is_about_one_person_alone(desk: Desk, ledger: Ledger) -> None:
    number = paid(desk, ledger)
    people = people_paid(show_batch(desk, CLERK, number))
    desk.clock.forward(days=30)  # type: ignore[attr-defined]

    assert [named[1] for named in people.values()] == [person(1), person(11)]
    for line, amount, personal in zip(people, ("2,701.44", "1,350.72"), ("911.20", "455.60"), strict=True):
        said = words(desk, CLERK, number, P, line=line)
        assert f"赵一（社会保障号码{people[line][1]}）" in said
        assert f"合计{amount}元" in said
        assert f"个人缴费部分{personal}元" in said
        assert "本证明用于：" in said
        assert "2023年12月2日" in said
        assert len({named[1] for named in people.values() if named[1] in said}) == 1
        assert f"证字第11{number[8:16]}{'' if line == 1 else f'-{line}'}号" in said


@pytest.mark.parametrize("line", [0, -1, 99])
def test_a_certificate_needs_somebody(desk: Desk, ledger: Ledger, line: int) -> None:
    with pytest.raises(InvalidInput, match="请选择要开具证明的人员"):
        letter_of_batch(desk, CLERK, paid(desk, ledger), P, line=line)


def test_a_list_too_long_for_paper_is_had_beside_the_letter(
    desk: Desk, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("services.letters", "documents.letters.letter"):
        monkeypatch.setattr(f"core.{module}.MOST_LINES", 5)
    number = rejected(desk, ledger)

    assert [offer.file for offer in letters_of_batch(desk, CLERK, number) if offer.kind is R] == ["pdf", "xlsx"]
    said = words(desk, CLERK, number, R)
    assert "明细共6条，见同文号的附表" in said
    assert person(1) not in said
    assert len(rows(desk, CLERK, number, R)) == 7


# What is kept ----------------------------------------------------------------------------------------------------------


def test_letters_are_chinese_whatever_language_is_spoken(desk: Desk, ledger: Ledger) -> None:
    number = paid(desk, ledger)
    chinese = [letter_of_batch(desk, CLERK, number, kind).sha256 for kind in (A, C)]
    with speaking("en"):
        assert [letter_of_batch(desk, CLERK, number, kind).sha256 for kind in (A, C)] == chinese


def test_every_letter_leaves_one_entry_without_names_or_numbers(desk: Desk, ledger: Ledger) -> None:
    number = paid(desk, ledger)
    completion = letter_of_batch(desk, CLERK, number, C, "xlsx")
    certificate = letter_of_batch(desk, FINANCE, number, P, line=1)

    about = {"batch": number, "size": completion.size}
    assert entries(desk) == [
        ("clerk1", "export.completion", {**about, "format": "xlsx", "round": 1}),
        ("finance1", "export.certificate", {**about, "size": certificate.size, "format": "pdf", "line": 1}),
    ]
    assert completion.file_name == f"办结通知-{number}.xlsx"
    assert certificate.file_name == f"退费情况证明-{number}-1.pdf"


def test_a_long_completion_counts_its_pages(desk: Desk, ledger: Ledger) -> None:
    number = file_clear(desk, ledger, months=[202205 + month for month in range(8)] + [202301 + m for m in range(9)])
    to_payment(desk, number)
    advance_batch(desk, FINANCE, number, "pay")
    advance_batch(desk, FINANCE, number, "settle", "银行回单 0001")
    pages = pages_of(read(desk, CLERK, letter_of_batch(desk, CLERK, number, C)))

    assert len(pages) == 2
    assert all(f"第 {page} 页 / 共 2 页" in text for page, text in enumerate(pages, start=1))
    assert all("社会保障号码" in text for text in pages)
