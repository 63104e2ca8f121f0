"""A question in words, in the language in force: 退费明细：养老，2022-01 至 2022-06，原因为重复参保、重复缴费."""

from collections.abc import Iterable, Iterator

from core.domain.board_question import NO_DISTRICT
from core.domain.lifecycle import State
from core.domain.money import format_yuan
from core.domain.period import Period
from core.domain.question import Dimension, Figure, Question, Sort
from core.domain.reasons import REASONS
from core.domain.vocabulary import Insurance, Labelled, Verdict
from core.rules.catalogue import REFUSALS
from core.texts import _


def say_question(question: Question) -> str:
    """What is asked, as one sentence for people; typed words stand in it as they are."""
    told = _("，").join(_filters(question)) or _("全部")
    return _("{subject}：{filters}").format(subject=_(question.subject.label), filters=told) + "".join(_form(question))


def say_group(dimension: Dimension | None, value: object) -> str:
    """The name of a group: a code in words, a month, or what it is called itself."""
    text = str(value or "")
    if dimension is Dimension.REASON:
        return f"{text} {_(REASONS[text].text)}"
    if dimension is Dimension.CODE:
        return f"{text} {_(REFUSALS[text].text)}"
    if dimension in (Dimension.PERIOD, Dimension.FILED):
        return str(Period(int(text)))
    kinds: dict[Dimension, type[Labelled]] = {
        Dimension.INSURANCE: Insurance,
        Dimension.VERDICT: Verdict,
        Dimension.STATE: State,
    }
    if dimension in kinds:
        return _(kinds[dimension](text).label)
    return text or (_("未知地区") if dimension is Dimension.DISTRICT else _("未登记"))


def _filters(question: Question) -> Iterator[str]:
    if question.insurance:
        yield _labels(question.insurance)
    if months := _months(question.first, question.last):
        yield months
    if filed := _months(question.filed_first, question.filed_last):
        yield _("申报月份 {months}").format(months=filed)
    yield from _kinds(question)
    if question.employer:
        yield _("单位为“{employer}”").format(employer=question.employer)
    if question.district:
        said = _("未知地区") if question.district == NO_DISTRICT else question.district
        yield _("开户行地区 {district}").format(district=said)
    if amounts := _amounts(question.amount_from, question.amount_to):
        yield amounts


def _kinds(question: Question) -> Iterator[str]:
    if question.reason:
        yield _("原因为{reasons}").format(reasons=_or(_(REASONS[code].text) for code in question.reason))
    if question.state:
        yield _("状态为{states}").format(states=_labels(question.state))
    if question.verdict:
        yield _("结论为{verdicts}").format(verdicts=_labels(question.verdict))
    if question.code:
        texts = (f"{code} {_(REFUSALS[code].text)}" if code in REFUSALS else code for code in question.code)
        yield _("不能退费原因为{codes}").format(codes=_or(texts))


def _form(question: Question) -> Iterator[str]:
    if question.by is not None:
        yield _("；按{by}分组").format(by=_(question.by.label))
    if question.across is not None:
        yield _("，列为{across}").format(across=_(question.across.label))
        if question.figure is not Figure.AMOUNT:
            yield _("，数值为{figure}").format(figure=_(question.figure.label))
    if question.sort is not Sort.NEWEST and question.by is None:
        yield _("；{sort}").format(sort=_(question.sort.label))


def _labels(kinds: Iterable[Labelled]) -> str:
    return _or(_(kind.label) for kind in kinds)


def _or(words: Iterable[str]) -> str:
    return _("或").join(words)


def _months(first: Period | None, last: Period | None) -> str:
    if first and last:
        return str(first) if first == last else _("{first} 至 {last}").format(first=first, last=last)
    if first:
        return _("{month} 起").format(month=first)
    return _("截至 {month}").format(month=last) if last else ""


def _amounts(least: int | None, most: int | None) -> str:
    if least is not None and most is not None:
        return _("金额 {least} 至 {most} 元").format(least=format_yuan(least), most=format_yuan(most))
    if least is not None:
        return _("金额不低于 {least} 元").format(least=format_yuan(least))
    return _("金额不超过 {most} 元").format(most=format_yuan(most)) if most is not None else ""
