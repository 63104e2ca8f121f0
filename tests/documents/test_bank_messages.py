"""pain.002 and camt.053 as banks write them, of whatever version; what could harm is refused unread."""

from pathlib import Path

import pytest

from core.documents.bank_messages import read_bank_message
from core.documents.bank_results import ResultRow
from core.domain.errors import InvalidInput
from core.domain.payments import Outcome, ResultKind

REFERENCE, ACCOUNT = "TF202311010000017P01", "0200001009012345678"


def read(folder: Path, text: str):
    path = folder / "message.xml"
    path.write_text(text, "utf-8")
    return read_bank_message(path)


def report(*transfers: str, version: str = "10") -> str:
    return (
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.{version}"><CstmrPmtStsRpt>'
        f"<OrgnlPmtInfAndSts>{''.join(transfers)}</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>"
    )


def transfer(status: str, *, amount: str = "1286.40", currency: str = "CNY", reason: str = "") -> str:
    return (
        f"<TxInfAndSts><OrgnlEndToEndId>{REFERENCE}</OrgnlEndToEndId><TxSts>{status}</TxSts>{reason}"
        f"<AccptncDtTm>2023-11-02T09:00:00</AccptncDtTm><OrgnlTxRef><Amt><InstdAmt Ccy='{currency}'>{amount}</InstdAmt></Amt>"
        f"<CdtrAcct><Id><Othr><Id>{ACCOUNT}</Id></Othr></Id></CdtrAcct></OrgnlTxRef></TxInfAndSts>"
    )


def statement(*entries: str, debits: str = "") -> str:
    told = f"<TxsSummry><TtlDbtNtries><Sum>{debits}</Sum></TtlDbtNtries></TxsSummry>" if debits else ""
    return (
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>'
        f"<Stmt>{told}{''.join(entries)}</Stmt></BkToCstmrStmt></Document>"
    )


def entry(direction: str, *, reference: str = REFERENCE, booked: str = "BOOK", reason: str = "") -> str:
    return (
        f"<Ntry><Amt Ccy='CNY'>1286.40</Amt><CdtDbtInd>{direction}</CdtDbtInd><Sts><Cd>{booked}</Cd></Sts>"
        f"<BookgDt><Dt>2023-11-02</Dt></BookgDt><NtryDtls><TxDtls><Refs><EndToEndId>{reference}</EndToEndId></Refs>"
        f"<RltdPties><CdtrAcct><Id><Othr><Id>{ACCOUNT}</Id></Othr></Id></CdtrAcct></RltdPties>{reason}"
        "</TxDtls></NtryDtls></Ntry>"
    )


@pytest.mark.parametrize("version", ["03", "10", "12"])
def test_settled_transfers_of_a_status_report_are_paid(tmp_path: Path, version: str) -> None:
    found = read(tmp_path, report(transfer("ACSC"), version=version))
    assert (found.kind, found.faults) == (ResultKind.PAIN002, [])
    assert found.rows == [ResultRow(1, REFERENCE, ACCOUNT, 128640, Outcome.PAID, "", "2023-11-02")]


def test_a_refusal_carries_code_and_words(tmp_path: Path) -> None:
    reason = "<StsRsnInf><Rsn><Cd>AC04</Cd></Rsn><AddtlInf>账户已销户</AddtlInf></StsRsnInf>"
    (row,) = read(tmp_path, report(transfer("RJCT", reason=reason))).rows
    assert (row.outcome, row.reason) == (Outcome.BOUNCED, "AC04 账户已销户")
    assert read(tmp_path, report(transfer("RJCT"))).rows[0].reason == "银行未说明原因"


def test_steps_on_the_way_are_no_results(tmp_path: Path) -> None:
    found = read(tmp_path, report(*map(transfer, ("ACTC", "ACCP", "PDNG", "RCVD", "ACSP"))))
    assert (found.rows, [fault.sentence for fault in found.faults]) == ([], ["文件里没有支付结果，请核对"])


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"amount": "x"}, "金额无法识别"),
        ({"amount": "1.234"}, "金额无法识别"),
        ({"amount": "-1"}, "金额无法识别"),
        ({"currency": "EUR"}, "币种不是人民币"),
    ],
)
def test_an_amount_that_cannot_be_taken_is_named(tmp_path: Path, changes: dict[str, str], told: str) -> None:
    (fault,) = read(tmp_path, report(transfer("ACSC", **changes))).faults
    assert (fault.row, told in fault.sentence) == (1, True)


def test_a_statement_tells_what_left_and_what_came_back(tmp_path: Path) -> None:
    back = entry("CRDT", reference="TF202311010000017U01", reason="<RtrInf><Rsn><Cd>AC01</Cd></Rsn></RtrInf>")
    found = read(tmp_path, statement(entry("DBIT"), back, entry("DBIT", booked="PDNG"), debits="2572.80"))
    assert [(row.reference[-3:], row.outcome, row.reason) for row in found.rows] == [
        ("P01", Outcome.PAID, ""),
        ("U01", Outcome.BOUNCED, "AC01"),
    ]
    assert found.faults == []


def test_a_statement_with_a_wrong_sum_is_refused(tmp_path: Path) -> None:
    assert [fault.row for fault in read(tmp_path, statement(entry("DBIT"), debits="1.00")).faults] == [0]


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE lolz [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><Document>&b;</Document>',
        '<!DOCTYPE x SYSTEM "file:///etc/passwd"><Document/>',
        "<Document>",
        "",
        "PK",
        '<?xml version="1.0" encoding="nonsense"?><a/>',
        "<Document/>",
    ],
)
def test_what_is_no_message_of_ours_is_one_sentence(tmp_path: Path, text: str) -> None:
    with pytest.raises(InvalidInput):
        read(tmp_path, text)


def test_a_day_that_does_not_exist_is_no_day(tmp_path: Path) -> None:
    written = (
        report(transfer("ACSC")).replace("2023-11-02T09", "2023-11-31T09").replace(ACCOUNT, "0200 0010-09012345678")
    )
    (row,) = read(tmp_path, written).rows
    assert (row.settled_on, row.account) == ("", ACCOUNT)


@pytest.mark.parametrize(
    ("number", "total", "fits"),
    [("1", "1286.40", True), ("2", "1286.40", False), ("1", "1286.41", False), ("", "1286.4", True), ("1", "", True)],
)
def test_counts_of_a_status_report_have_to_be_right(tmp_path: Path, number: str, total: str, *, fits: bool) -> None:
    def told(status: str) -> str:
        return (
            f"<NbOfTxsPerSts><DtldNbOfTxs>{number}</DtldNbOfTxs><DtldSts>{status}</DtldSts>"
            f"<DtldCtrlSum>{total}</DtldCtrlSum></NbOfTxsPerSts>"
        )

    assert (read(tmp_path, report(told("ACSC"), transfer("ACSC"))).faults == []) is fits
    assert read(tmp_path, report(told("RJCT"), transfer("ACSC"))).faults == [], "none of them is listed"
