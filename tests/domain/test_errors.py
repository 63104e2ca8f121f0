"""One base class; one sentence; values are put in when it is shown."""

import inspect

import pytest

from core.domain import errors
from core.domain.errors import InvalidInput, RefundError

CLASSES = [thing for _name, thing in inspect.getmembers(errors, inspect.isclass) if issubclass(thing, Exception)]


@pytest.mark.parametrize("kind", CLASSES)
def test_every_error_is_a_refund_error(kind):
    assert issubclass(kind, RefundError)


def test_an_error_keeps_sentence_and_values_apart_for_translation():
    error = InvalidInput("金额“{value}”无法识别", field="query_from", value="x")
    assert error.sentence == "金额“{value}”无法识别"
    assert error.field == "query_from"
    assert str(error) == "金额“x”无法识别"


def test_braces_in_a_value_are_shown_as_they_are():
    assert str(InvalidInput("“{value}”", value="{0} {x}")) == "“{0} {x}”"
