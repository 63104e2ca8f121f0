"""The payment message of ISO 20022, pain.001.001.09: one ``PmtInf`` for each fund, CNAPS codes as clearing members."""

import re
from collections.abc import Sequence
from datetime import UTC
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from core.documents.payment_list import PURPOSE, RunSheet
from core.domain.money import plain_yuan
from core.domain.payments import FundAccount, Order, total_by_fund
from core.domain.vocabulary import Insurance

FILE_NAME = "pain.001-{number}.xml"
NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
#: ExternalClearingSystemIdentification1Code of the CNAPS identifier (twelve digits).
CLEARING_SYSTEM = "CNAPS"
CURRENCY = "CNY"
_NAME_LENGTH, _REMITTANCE_LENGTH = 140, 140
# What XML 1.0 can't carry at all.
_NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def write_pain001(run: RunSheet) -> bytes:
    """The message of a run; counts and control sums are those of its orders, to the fen."""
    document = Element("Document", xmlns=NAMESPACE)
    initiation = SubElement(document, "CstmrCdtTrfInitn")
    _add_header(initiation, run)
    for fund in total_by_fund(run.orders):
        _add_fund(initiation, run, fund)
    indent(document)
    written: bytes = tostring(document, encoding="UTF-8", xml_declaration=True)
    return written


def _add_header(parent: Element, run: RunSheet) -> None:
    header = SubElement(parent, "GrpHdr")
    _add(header, "MsgId", run.number)
    _add(header, "CreDtTm", run.made_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
    _add_sums(header, run.orders)
    # The message is the agency's: it pays from the accounts of several holders.
    _add(SubElement(header, "InitgPty"), "Nm", run.agency or next(iter(run.accounts.values())).holder)


def _add_sums(parent: Element, orders: Sequence[Order]) -> None:
    _add(parent, "NbOfTxs", str(len(orders)))
    _add(parent, "CtrlSum", plain_yuan(sum(order.amount for order in orders)))


def _add_fund(parent: Element, run: RunSheet, fund: Insurance) -> None:
    information, paying, orders = SubElement(parent, "PmtInf"), run.accounts[fund], run.of(fund)
    _add(information, "PmtInfId", f"{run.number}-{fund.value}")
    _add(information, "PmtMtd", "TRF")
    # One booking for each order: the statement names each of them.
    _add(information, "BtchBookg", "false")
    _add_sums(information, orders)
    _add(SubElement(information, "ReqdExctnDt"), "Dt", run.day)
    _add_debtor(information, paying)
    for order in orders:
        _add_order(information, order)


def _add_debtor(parent: Element, paying: FundAccount) -> None:
    _add(SubElement(parent, "Dbtr"), "Nm", paying.holder)
    account = _add_account(parent, "DbtrAcct", paying.account)
    _add(account, "Ccy", CURRENCY)
    _add_agent(parent, "DbtrAgt", paying.cnaps_code, paying.bank)


def _add_order(parent: Element, order: Order) -> None:
    transfer = SubElement(parent, "CdtTrfTxInf")
    names = SubElement(transfer, "PmtId")
    _add(names, "InstrId", order.reference)
    _add(names, "EndToEndId", order.reference)
    amount = _add(SubElement(transfer, "Amt"), "InstdAmt", plain_yuan(order.amount))
    amount.set("Ccy", CURRENCY)
    _add_agent(transfer, "CdtrAgt", order.cnaps_code, order.branch_name or order.bank_name)
    _add(SubElement(transfer, "Cdtr"), "Nm", order.account_holder)
    _add_account(transfer, "CdtrAcct", order.bank_account)
    said = PURPOSE.format(number=order.number)
    _add(SubElement(transfer, "RmtInf"), "Ustrd", said, limit=_REMITTANCE_LENGTH)


def _add_account(parent: Element, name: str, number: str) -> Element:
    account = SubElement(parent, name)
    _add(SubElement(SubElement(account, "Id"), "Othr"), "Id", number)
    return account


def _add_agent(parent: Element, name: str, cnaps_code: str, bank: str) -> None:
    institution = SubElement(SubElement(parent, name), "FinInstnId")
    member = SubElement(institution, "ClrSysMmbId")
    _add(SubElement(member, "ClrSysId"), "Cd", CLEARING_SYSTEM)
    _add(member, "MmbId", cnaps_code)
    _add(institution, "Nm", bank)


def _add(parent: Element, name: str, text: str, *, limit: int = _NAME_LENGTH) -> Element:
    child = SubElement(parent, name)
    child.text = _NOT_IN_XML.sub("", text)[:limit]
    return child
