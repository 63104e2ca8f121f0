"""What is checked in a table once its cells are read: the rules of ``domain.md`` §5 and of the 人员事项 table.

Every check looks at the distinct values first and walks the rows only when it has found something.
"""

import re
from collections.abc import Callable, Collection, Iterable

from stdnum.cn import uscc

from core.documents.layouts import CONTRIBUTIONS, EMPLOYERS, FACTS
from core.documents.tables import Table
from core.domain.bank import bank_of_prefix, comparable_name, prefix_fits
from core.domain.identifiers import (
    cnaps_fault,
    is_resident_number,
    looks_like_personal_card,
    social_security_number_fault,
)
from core.domain.vocabulary import DocumentType, FactKind
from core.texts import _

_FAULTS = {"length": "E30", "date": "E31", "check": "E32"}
# Without a document type beside it, a number of this form claims to be a resident's.
_RESIDENT_FORM = re.compile(r"[0-9]{14,}[0-9X]")


def check_table(table: Table, foreigners: Collection[str] = ()) -> None:
    """Add what is wrong or doubtful. ``foreigners`` are numbers known to be of other documents than a resident's."""
    if table.layout is EMPLOYERS:
        _check_employers(table)
    elif table.layout is CONTRIBUTIONS:
        _check_contributions(table)
    else:
        _check_facts(table, foreigners)


def foreign_numbers(tables: Iterable[Table]) -> set[str]:
    """Social security numbers that stand with another document type than a resident's."""
    found: set[str] = set()
    for table in tables:
        if table.layout is CONTRIBUTIONS:
            columns = table.columns
            pairs = set(zip(columns["document_type"], columns["social_security_number"], strict=True))
            found |= {number for document, number in pairs if document != DocumentType.RESIDENT_ID}
    return found


def doubtful_numbers(tables: Iterable[Table]) -> set[str]:
    """Numbers in 人员事项 that would be an error if they are a resident's."""
    numbers = {n for table in tables if table.layout is FACTS for n in table.columns["social_security_number"]}
    return {number for number in numbers if number and social_security_number_fault(number)}


def holder_mismatches(table: Table) -> list[int]:
    """Records of 单位 whose 银行户名 is not the employer's name; brackets and blanks don't count."""
    holders, names = table.columns["account_holder"], table.columns["name"]
    return [
        record
        for record, (holder, name) in enumerate(zip(holders, names, strict=True))
        if holder and name and comparable_name(holder) != comparable_name(name)
    ]


def warn_of_check_digits(table: Table) -> None:
    """A 行号 with a wrong check digit only warns: the check is proved on real codes, not published."""
    _warn(table, "cnaps_code", "W06", lambda code: cnaps_fault(code) == "check")


# --- 单位 -----------------------------------------------------------------------------------------------------------


def _check_employers(table: Table) -> None:
    columns = table.columns
    _warn(table, "uscc", "W04", lambda number: not uscc.is_valid(number))
    _warn(table, "bank_account", "W08", looks_like_personal_card)
    warn_of_check_digits(table)
    for field in ("bank_account", "exchange_number"):
        for record, cell in enumerate(table.cells.get(field, ())):
            if isinstance(cell, int | float) and table.columns[field][record]:
                table.add("W11", record, field)
    for record, (code, bank) in enumerate(zip(columns["cnaps_code"], columns["bank_name"], strict=True)):
        if code and bank and not prefix_fits(code, bank):
            table.add("W07", record, "cnaps_code", bank=bank_of_prefix(code) or _("其他银行"))


def _warn(table: Table, field: str, code: str, is_doubtful: Callable[[str], bool]) -> None:
    column = table.columns[field]
    doubtful = {value for value in set(column) if value and is_doubtful(value)}
    if doubtful:
        for record, value in enumerate(column):
            if value in doubtful:
                table.add(code, record, field)


# --- 实缴明细 and 人员事项 --------------------------------------------------------------------------------------------


def _check_contributions(table: Table) -> None:
    numbers, documents = table.columns["social_security_number"], table.columns["document_type"]
    faults = _number_faults(numbers)
    if faults:
        for record, number in enumerate(numbers):
            if number in faults:
                is_resident = documents[record] == DocumentType.RESIDENT_ID
                table.add(faults[number] if is_resident else "W03", record, "social_security_number")


def _check_facts(table: Table, foreigners: Collection[str]) -> None:
    numbers = table.columns["social_security_number"]
    faults = _number_faults(numbers)
    lenient = {number for number in faults if number in foreigners or not _claims_residence(number)}
    if faults:
        for record, number in enumerate(numbers):
            if number in faults:
                table.add("W03" if number in lenient else faults[number], record, "social_security_number")
    _check_fact_columns(table)
    _check_spans(table)


def _number_faults(numbers: list[str]) -> dict[str, str]:
    """The code of every distinct number that is wrong as a resident's."""
    found = {number: social_security_number_fault(number) for number in set(numbers) if number}
    return {number: _FAULTS[fault] for number, fault in found.items() if fault}


def _claims_residence(number: str) -> bool:
    return _RESIDENT_FORM.fullmatch(number) is not None and is_resident_number(number)


def _check_fact_columns(table: Table) -> None:
    """单位编号 and 险种 stand where the kind of fact needs them, and nowhere else."""
    columns = table.columns
    given = list(zip(columns["kind"], map(bool, columns["employer_id"]), map(bool, columns["insurance"]), strict=True))
    wrong = {seen for seen in set(given) if seen[0] and _column_faults(*seen)}
    if wrong:
        for record, seen in enumerate(given):
            if seen in wrong:
                for code, field in _column_faults(*seen):
                    table.add(code, record, field, kind=FactKind(seen[0]).label)


def _column_faults(kind: str, has_employer: bool, has_insurance: bool) -> list[tuple[str, str]]:  # noqa: FBT001 - a key's parts
    fact = FactKind(kind)
    faults = []
    if has_employer != fact.needs_employer:
        faults.append(("E34" if fact.needs_employer else "E35", "employer_id"))
    if has_insurance != fact.needs_insurance:
        faults.append(("E36" if fact.needs_insurance else "E37", "insurance"))
    return faults


def _check_spans(table: Table) -> None:
    """终止 is not before 起始; where it is blank and an end is usual, that is told."""
    columns = table.columns
    open_ended = {kind.value for kind in FactKind if kind.warns_open_end}
    for record, (kind, start, end) in enumerate(
        zip(columns["kind"], columns["start_day"], columns["end_day"], strict=True)
    ):
        if end is None:
            if kind in open_ended:
                table.add("W10", record, "end_day")
        elif start and end < start:
            table.add("E38", record, "end_day")
