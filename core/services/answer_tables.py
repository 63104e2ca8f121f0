"""An answer as a table for people: headings, what every column holds, codes in words."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from core.documents.workbook import Column, Holds
from core.domain.lifecycle import State
from core.domain.period import Period
from core.domain.question import Question, Subject
from core.domain.reasons import REASONS
from core.domain.vocabulary import Insurance, Verdict
from core.domain.wording import N_
from core.services.desk import AGENCY_ZONE
from core.services.explore import SMALLEST_GROUP, Group
from core.services.question_words import say_group
from core.store.explore import columns_of
from core.texts import _

HEADINGS = {
    "number": N_("批次号"),
    "employer_name": N_("单位名称"),
    "reason": N_("退费原因"),
    "state": N_("状态"),
    "line_count": N_("条数"),
    "refused_count": N_("不能退费"),
    "total": N_("退费金额"),
    "account_holder": N_("银行户名"),
    "bank_account": N_("银行账号"),
    "submitted_at": N_("提交时间"),
    "name": N_("姓名"),
    "social_security_number": N_("社会保障号码"),
    "period": N_("对应缴费所属期"),
    "insurance": N_("险种"),
    "verdict": N_("结论"),
    "codes": N_("原因代码"),
    "employer_part": N_("单位缴费金额"),
    "personal_part": N_("个人缴费金额"),
    "late_fee": N_("滞纳金"),
    "interest": N_("利息"),
    "refundable": N_("退费金额"),
    "received": N_("合计（元）"),
}
MONEY = frozenset({"total", "employer_part", "personal_part", "late_fee", "interest", "refundable", "received"})
COUNTS = frozenset({"line_count", "refused_count"})


def columns_for(subject: Subject) -> list[Column]:
    """The columns of a subject's rows."""
    return [Column(_(HEADINGS[name]), holds(name)) for name in columns_of(subject)]


def holds(name: str) -> Holds:
    """What a column holds."""
    return Holds.MONEY if name in MONEY else Holds.COUNT if name in COUNTS else Holds.TEXT


def in_words(subject: Subject, rows: Iterable[Sequence[Any]]) -> Iterator[tuple[Any, ...]]:
    """Rows with their codes in words; amounts stay fen."""
    names = columns_of(subject)
    return (tuple(say_value(name, value) for name, value in zip(names, row, strict=True)) for row in rows)


def say_value(name: str, value: Any) -> Any:
    """What stands in a column, in words where it is a code."""
    word = _SAY.get(name)
    return word(value) if word else value


def group_columns(question: Question) -> list[Column]:
    """The columns of an answer that is grouped by one thing."""
    named = _(question.by.label) if question.by else ""
    return [Column(named), Column(_("条数"), Holds.COUNT), Column(_("金额（元）"), Holds.MONEY)]


def group_rows(question: Question, groups: Iterable[Group]) -> Iterator[tuple[Any, ...]]:
    """One row for each group."""
    return ((say_row(question, each), each.rows, each.amount) for each in groups)


def say_row(question: Question, group: Group) -> str:
    """The name of a group's row."""
    return say_folded(question) if group.folded_row else say_group(question.by, group.row)


def say_column(question: Question, group: Group) -> str:
    """The name of a group's column."""
    return say_folded(question) if group.folded_column else say_group(question.across, group.column)


def say_folded(question: Question) -> str:
    """The name of what small groups are put together as."""
    return _("其他（{few}的合并）").format(few=say_few(question))


def say_few(question: Question) -> str:
    """What is not told by itself: figures of fewer people, or batches, than this."""
    few = _("不足 {least} 个批次") if question.subject is Subject.BATCHES else _("不足 {least} 人")
    return few.format(least=SMALLEST_GROUP)


def _moment(text: str) -> str:
    return f"{datetime.fromisoformat(text).astimezone(AGENCY_ZONE):%Y-%m-%d %H:%M}"


_SAY: dict[str, Callable[[Any], str]] = {
    "reason": lambda code: f"{code} {_(REASONS[code].text)}",
    "state": lambda code: _(State(code).label),
    "insurance": lambda code: _(Insurance(code).label),
    "verdict": lambda code: _(Verdict(code).label),
    "period": lambda number: str(Period(number)),
    "codes": lambda codes: "|".join(sorted((codes or "").split("|"))),
    "submitted_at": _moment,
}
