"""What a bank says in ISO 20022: pain.002 (status of what we sent) and camt.053 (the statement), of whatever version.

Read with defusedxml: no document types, no entities. Elements are found by their names; the namespace only tells the kind.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException, ElementTree

from core.documents.bank_results import MAX_BYTES, MAX_ROWS, ResultFile, ResultRow, RowFault
from core.domain.errors import InvalidInput
from core.domain.money import parse_yuan
from core.domain.payments import Outcome, ResultKind
from core.domain.wording import N_

_NAMESPACE = re.compile(r"\{[^}]*\}")
_DIRECTIONS = {"DBIT": "TtlDbtNtries", "CRDT": "TtlCdtNtries"}
_WRONG_SUM = N_("合计与各行金额之和不符，请与银行核对")
#: Only what is settled or refused is a result; the bank may report steps on the way there as well.
_STATUS = {"ACSC": Outcome.PAID, "ACCC": Outcome.PAID, "RJCT": Outcome.BOUNCED}


def read_bank_message(path: Path) -> ResultFile:
    """The results in a message; ``InvalidInput`` in one sentence for a file that is none, or that can't be read."""
    if path.stat().st_size > MAX_BYTES:
        raise InvalidInput(N_("文件超过 {size} MB，请拆分后导入"), size=MAX_BYTES >> 20)
    try:
        root = ElementTree.fromstring(path.read_bytes(), forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise InvalidInput(N_("文件不是可读取的 XML 报文，请向银行重新获取")) from error
    for element in root.iter():
        element.tag = _NAMESPACE.sub("", str(element.tag))
    if (report := root.find("CstmrPmtStsRpt")) is not None:
        file = _collect(ResultKind.PAIN002, _reported(report))
        file.faults += _counts(report)
        return file
    if (statement := root.find("BkToCstmrStmt")) is not None:
        file = _collect(ResultKind.CAMT053, _entered(statement))
        file.faults += _sums(statement)
        return file
    raise InvalidInput(N_("报文不是 pain.002 或 camt.053，请核对文件"))


def _collect(kind: ResultKind, found: Iterator[ResultRow | RowFault]) -> ResultFile:
    file = ResultFile(kind)
    for each in found:
        if isinstance(each, ResultRow):
            file.rows.append(each)
        else:
            file.faults.append(each)
        if len(file.rows) > MAX_ROWS:
            raise InvalidInput(N_("文件超过 {limit} 行，请拆分后导入"), limit=MAX_ROWS)
    if not file.rows and not file.faults:
        file.faults.append(RowFault(0, "", N_("文件里没有支付结果，请核对")))
    return file


def _reported(report: Element) -> Iterator[ResultRow | RowFault]:
    """Transactions of a status report that have come to an end."""
    for number, transfer in enumerate(report.iter("TxInfAndSts"), start=1):
        if (outcome := _STATUS.get(_text(transfer, "TxSts"))) is None:
            continue
        named = transfer.find("OrgnlTxRef")
        amount = _amount(named.find("Amt/InstdAmt") if named is not None else None)
        if isinstance(amount, str):
            yield RowFault(number, "InstdAmt", amount)
            continue
        reason = _reason(transfer.find("StsRsnInf")) if outcome is Outcome.BOUNCED else ""
        account = _account(named) if named is not None else ""
        day = _day(transfer, "FctvIntrBkSttlmDt/Dt", "AccptncDtTm")
        yield ResultRow(number, _text(transfer, "OrgnlEndToEndId"), account, amount, outcome, reason, day)


def _entered(statement: Element) -> Iterator[ResultRow | RowFault]:
    """Booked entries of a statement: money that left is a payment, money that came back under our reference a return."""
    number = 0
    for entry in statement.iter("Ntry"):
        if (_text(entry, "Sts/Cd") or _text(entry, "Sts")) not in {"BOOK", ""}:
            continue
        day = _day(entry, "BookgDt/Dt", "BookgDt/DtTm")
        for details in list(entry.iter("TxDtls")) or [entry]:
            number += 1
            yield _entry(number, entry, details, day)


def _entry(number: int, entry: Element, details: Element, day: str) -> ResultRow | RowFault:
    own = details.find("Amt")
    amount = _amount(entry.find("Amt") if own is None else own)
    if isinstance(amount, str):
        return RowFault(number, "Amt", amount)
    came_back = (_text(details, "CdtDbtInd") or _text(entry, "CdtDbtInd")) == "CRDT"
    outcome = Outcome.BOUNCED if came_back else Outcome.PAID
    reason = _reason(details.find("RtrInf")) if came_back else ""
    parties = details.find("RltdPties")
    account = _account(parties) if parties is not None else ""
    return ResultRow(number, _text(details, "Refs/EndToEndId"), account, amount, outcome, reason, day)


def _counts(report: Element) -> Iterator[RowFault]:
    """A report that says how many transfers of a status there are, and what they add up to, has to be right about it.

    Where none of a status is listed, the bank has only summed them up.
    """
    group = report.find("OrgnlGrpInfAndSts")
    for part in ([group] if group is not None else []) + report.findall("OrgnlPmtInfAndSts"):
        listed = list((report if part is group else part).iter("TxInfAndSts"))
        for told in part.findall("NbOfTxsPerSts"):
            own = [each for each in listed if _text(each, "TxSts") == _text(told, "DtldSts")]
            amounts = [_fen(_text(each, "OrgnlTxRef/Amt/InstdAmt")) or 0 for each in own]
            number, fen = _text(told, "DtldNbOfTxs"), _text(told, "DtldCtrlSum")
            if own and ((number and number != str(len(own))) or (fen and _fen(fen) != sum(amounts))):
                yield RowFault(0, "NbOfTxsPerSts", _WRONG_SUM)


def _sums(statement: Element) -> Iterator[RowFault]:
    """A statement that says what its debits or credits add up to has to be right about it."""
    for each in statement.iter("Stmt"):
        for direction, sums in _DIRECTIONS.items():
            told = each.find(f"TxsSummry/{sums}/Sum")
            if told is None:
                continue
            entries = [n.find("Amt") for n in each.iter("Ntry") if _text(n, "CdtDbtInd") == direction]
            amounts = [fen for amount in entries if isinstance(fen := _amount(amount), int)]
            if len(amounts) != len(entries) or _fen(told.text) != sum(amounts):
                yield RowFault(0, sums, _WRONG_SUM)


def _reason(element: Element | None) -> str:
    """Code and words of a refusal or return; a bank that says nothing is said to have said nothing."""
    if element is None:
        return N_("银行未说明原因")
    code = _text(element, "Rsn/Cd") or _text(element, "Rsn/Prtry")
    words = [each.text.strip() for each in element.iter("AddtlInf") if each.text]
    return " ".join(filter(None, [code, *words]))[:500] or N_("银行未说明原因")


def _amount(element: Element | None) -> int | str:
    """Fen, or what is wrong with the amount."""
    if element is None:
        return N_("没有金额，无法核对")
    if element.get("Ccy", "CNY") != "CNY":
        return N_("币种不是人民币，请核对")
    fen = _fen(element.text)
    return N_("金额无法识别，请填写最多两位小数的元，如 1,234.50") if fen is None else fen


def _fen(text: str | None) -> int | None:
    try:
        fen = parse_yuan(text or "-")
    except InvalidInput:
        return None
    return fen if fen >= 0 else None


def _account(element: Element) -> str:
    """The payee's account, without blanks and hyphens as ours."""
    return re.sub(r"[\s-]", "", _text(element, "CdtrAcct/Id/Othr/Id"))


def _day(element: Element, *paths: str) -> str:
    """The first of these that is a day, as ISO 8601; blank where the bank names none."""
    for path in paths:
        with suppress(ValueError):
            return date.fromisoformat(_text(element, path)[:10]).isoformat()
    return ""


def _text(element: Element, path: str) -> str:
    return (element.findtext(path) or "").strip()
