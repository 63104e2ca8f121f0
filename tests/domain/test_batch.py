"""A fingerprint changes with everything that a clerk was shown, and with nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.bank import FIELDS
from core.domain.batch import FiledLine, batch_fingerprint, digest

LINES = (
    FiledLine("A1", "pension", "refundable", 85760, 42880, 3023, 0, 128640),
    FiledLine("A1", "unemployment", "review", 2680, 2680, 0, 0, 5360),
    FiledLine("A2", "pension", "refundable", 85760, 42880, 0, 0, 128640),
)
SHOWN = {
    "employer_id": "E1",
    "reason": "R99",
    "reason_note": "单位系统升级造成的重复申报",
    "bank": dict.fromkeys(FIELDS, "1"),
    "rule_version": "1",
    "lines": LINES,
}


@given(st.permutations(LINES))
def test_the_order_of_lines_does_not_matter(lines):
    assert batch_fingerprint(**SHOWN | {"lines": lines}) == batch_fingerprint(**SHOWN)


@pytest.mark.parametrize("part", ["employer_id", "reason", "reason_note", "rule_version"])
def test_every_part_counts(part):
    assert batch_fingerprint(**SHOWN | {part: "other"}) != batch_fingerprint(**SHOWN)


@pytest.mark.parametrize("field", FIELDS)
def test_every_bank_field_counts(field):
    changed = SHOWN["bank"] | {field: "2"}
    assert batch_fingerprint(**SHOWN | {"bank": changed}) != batch_fingerprint(**SHOWN)


@pytest.mark.parametrize("column", FiledLine._fields)
def test_every_column_of_a_line_counts(column):
    changed = LINES[0]._replace(**{column: "other" if isinstance(getattr(LINES[0], column), str) else 7})
    assert batch_fingerprint(**SHOWN | {"lines": (changed, *LINES[1:])}) != batch_fingerprint(**SHOWN)


@pytest.mark.parametrize("lines", [LINES[:2], LINES[1:], (*LINES, LINES[0]), ()])
def test_every_line_counts(lines):
    assert batch_fingerprint(**SHOWN | {"lines": lines}) != batch_fingerprint(**SHOWN)


def test_neighbouring_fields_do_not_run_into_each_other():
    one = SHOWN | {"employer_id": "E1", "reason": "2R99"}
    other = SHOWN | {"employer_id": "E12", "reason": "R99"}
    assert batch_fingerprint(**one) != batch_fingerprint(**other)


def test_numbers_of_a_column_store_count_as_numbers():
    numpy = pytest.importorskip("numpy")
    columnar = [line._replace(refundable=numpy.int64(line.refundable)) for line in LINES]
    assert batch_fingerprint(**SHOWN | {"lines": columnar}) == batch_fingerprint(**SHOWN)


@given(st.dictionaries(st.text(), st.integers()))
def test_a_digest_does_not_depend_on_the_order_of_keys(content):
    assert digest(dict(reversed(content.items()))) == digest(content)
