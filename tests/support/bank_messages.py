"""What a bank writes in ISO 20022, for tests: a status report (pain.002) and a statement (camt.053)."""

from typing import Any

_PAIN002 = "urn:iso:std:iso:20022:tech:xsd:pain.002.001.03"
_CAMT053 = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"


def _yuan(fen: int) -> str:
    return f"{fen / 100:.2f}"


def statement(*entries: tuple[str, str, Any], total: int | None = None) -> bytes:
    """camt.053 of (direction, reference, order) entries; ``total``: what it says its debits add up to, in fen."""
    told = f"<TxsSummry><TtlDbtNtries><Sum>{_yuan(total)}</Sum></TtlDbtNtries></TxsSummry>" if total is not None else ""
    written = "".join(
        f"<Ntry><Amt Ccy='CNY'>{_yuan(order.amount if order else 10000)}</Amt><CdtDbtInd>{direction}</CdtDbtInd>"
        f"<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2023-11-01</Dt></BookgDt><NtryDtls><TxDtls>"
        f"<Refs><EndToEndId>{reference}</EndToEndId></Refs><RltdPties><CdtrAcct><Id><Othr>"
        f"<Id>{order.bank_account if order else '1'}</Id></Othr></Id></CdtrAcct></RltdPties></TxDtls></NtryDtls></Ntry>"
        for direction, reference, order in entries
    )
    return (
        f'<Document xmlns="{_CAMT053}"><BkToCstmrStmt><Stmt>{told}{written}</Stmt></BkToCstmrStmt></Document>'.encode()
    )


def status_report(*transfers: tuple[str, str, Any], total: int | None = None) -> bytes:
    """pain.002 of (status, reference, order) transfers; ``total``: what it says the first one's status adds up to, in fen."""
    told = (
        f"<NbOfTxsPerSts><DtldNbOfTxs>{len(transfers)}</DtldNbOfTxs><DtldSts>{transfers[0][0]}</DtldSts>"
        f"<DtldCtrlSum>{_yuan(total)}</DtldCtrlSum></NbOfTxsPerSts>"
        if total is not None
        else ""
    )
    written = "".join(
        f"<TxInfAndSts><OrgnlEndToEndId>{reference}</OrgnlEndToEndId><TxSts>{status}</TxSts>"
        f"<AccptncDtTm>2023-11-01T10:00:00</AccptncDtTm><OrgnlTxRef><Amt><InstdAmt Ccy='CNY'>{_yuan(order.amount)}"
        f"</InstdAmt></Amt><CdtrAcct><Id><Othr><Id>{order.bank_account}</Id></Othr></Id></CdtrAcct></OrgnlTxRef>"
        "</TxInfAndSts>"
        for status, reference, order in transfers
    )
    return (
        f'<Document xmlns="{_PAIN002}"><CstmrPmtStsRpt><OrgnlGrpInfAndSts>{told}</OrgnlGrpInfAndSts>'
        f"<OrgnlPmtInfAndSts>{written}</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>"
    ).encode()
