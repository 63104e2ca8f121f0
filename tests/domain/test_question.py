"""A question and its address are the same thing; what can't be asked is refused in one sentence."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.errors import InvalidInput
from core.domain.lifecycle import State
from core.domain.period import Period
from core.domain.question import DIMENSIONS, Figure, Question, Sort, Subject
from core.domain.reasons import REASONS
from core.domain.vocabulary import Insurance, Verdict

MONTHS = st.integers(2015 * 12, 2030 * 12).map(lambda number: Period(number // 12 * 100 + number % 12 + 1))
SPANS = st.lists(MONTHS | st.none(), min_size=2, max_size=2).map(
    lambda pair: sorted(pair, key=lambda month: month.number) if None not in pair else pair
)
AMOUNTS = st.none() | st.integers(0, 10**12)


def several(kind):
    return st.lists(st.sampled_from(list(kind)), unique=True).map(tuple)


@st.composite
def questions(draw) -> Question:
    subject = draw(st.sampled_from(Subject))
    (first, last), (filed_first, filed_last) = draw(SPANS), draw(SPANS)
    least, most = draw(AMOUNTS), draw(AMOUNTS)
    if least is not None and most is not None:
        least, most = sorted((least, most))
    groups = draw(st.lists(st.sampled_from(DIMENSIONS[subject]), max_size=2, unique=True))
    return Question(
        subject,
        first,
        last,
        filed_first,
        filed_last,
        draw(several(Insurance)),
        draw(several(REASONS)),
        draw(several(State)),
        draw(several(("N01", "N13", "V13"))) if subject is not Subject.BATCHES else (),
        draw(several(Verdict)) if subject is Subject.LINES else (),
        draw(st.sampled_from(("", "D001", "甲公司", "a&b=c"))),
        draw(st.sampled_from(("", "11", "110105"))),
        least,
        most,
        groups[0] if groups else None,
        groups[1] if len(groups) > 1 else None,
        draw(st.sampled_from(Sort)),
        draw(st.sampled_from(Figure)),
    )


@given(questions())
def test_an_address_brings_the_same_question_back(question: Question) -> None:
    query = question.as_query()
    assert Question.from_query(query) == question
    assert all(query.values())


def test_the_address_of_the_example() -> None:
    query = {"subject": "lines", "insurance": "pension", "from": "2022-01", "to": "2022-06", "reason": "R07"}
    question = Question.from_query(query)
    assert question == Question(
        Subject.LINES, Period(202201), Period(202206), insurance=(Insurance.PENSION,), reason=("R07",)
    )
    assert question.as_query() == query


def test_what_belongs_to_other_parts_of_an_address_is_left_alone() -> None:
    assert Question.from_query({"no": "TF1", "from": " "}) == Question()


def test_only_filters_make_a_question_filtered() -> None:
    plain = Question(Subject.BATCHES, by=DIMENSIONS[Subject.BATCHES][0], sort=Sort.LARGEST)
    assert not plain.is_filtered
    assert replace(plain, amount_from=0).is_filtered


@pytest.mark.parametrize(
    "query",
    [
        {"subject": "people"},
        {"from": "2022-13"},
        {"from": "2022-06", "to": "2022-01"},
        {"filed_from": "2022-06", "filed_to": "2022-01"},
        {"insurance": "health"},
        {"reason": "R77"},
        {"code": "13"},
        {"district": "京" * 41},
        {"min": "1.234"},
        {"min": "2", "max": "1"},
        {"employer": "甲" * 61},
        {"sort": "random"},
        {"figure": "people"},
        {"subject": "batches", "verdict": "review"},
        {"subject": "batches", "by": "insurance"},
        {"across": "reason"},
        {"by": "reason", "across": "reason"},
    ],
)
def test_what_can_not_be_asked_is_refused_at_the_form(query: dict[str, str]) -> None:
    with pytest.raises(InvalidInput) as refused:
        Question.from_query(query)
    assert refused.value.field == "explore"
