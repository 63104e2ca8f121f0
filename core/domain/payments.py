"""Paying a batch: one order for each fund, what it is called at the bank, and what can become of it (``domain.md`` §4)."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from core.domain.batch import digest
from core.domain.vocabulary import Insurance, Labelled
from core.domain.wording import N_


class Outcome(Labelled):
    """Where a payment order stands. A bounced one never leaves again: the fund's next order has the next attempt."""

    SENT = "sent", N_("待回盘")
    PAID = "paid", N_("支付成功")
    BOUNCED = "bounced", N_("退票")


class FileKind(Labelled):
    """The files of a payment run."""

    LIST = "list", N_("支付清单（xlsx）")
    CSV = "csv", N_("银行文件（csv）")
    PAIN001 = "pain001", N_("ISO 20022 报文（pain.001）")


class ResultKind(Labelled):
    """How a result came: a table in our layout, a message of ISO 20022, or by hand."""

    TABLE = "table", N_("回盘文件")
    PAIN002 = "pain002", N_("支付状态报告（pain.002）")
    CAMT053 = "camt053", N_("银行对账单（camt.053）")
    BY_HAND = "by_hand", N_("手工登记")


#: Why a row fits no order, by the code that is kept with it.
CAUSES: Mapping[str, str] = {
    "unknown": N_("没有这个支付参考号，请与银行核对"),
    "not_ours": N_("流水中没有本系统的支付参考号，请人工核对"),
    "amount": N_("金额与支付清单不符，请与银行核对"),
    "account": N_("收款账号与支付清单不符，请与银行核对"),
    "day": N_("入账日期早于付款日期或晚于今天，请与银行核对"),
    "twice": N_("同一支付参考号出现了不止一次，请与银行核对"),
    "settled": N_("这笔支付已登记过结果，请核对"),
    "returned_later": N_("这笔支付登记为成功后又被退回，请在“待核对”中登记退回"),
    "part": N_("您在该批次承担了其他环节，请由其他财务人员导入"),
}
#: The bank block of an order: the refund account without the local exchange number.
ORDER_BANK = ("bank_name", "bank_account", "account_holder", "branch_name", "cnaps_code")
_LETTERS = {Insurance.PENSION: "P", Insurance.UNEMPLOYMENT: "U", Insurance.WORK_INJURY: "W"}
_REFERENCE = re.compile(r"TF\d{15}[PUW]\d{2,4}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Order:
    """One transfer as it leaves: ``amount`` in fen, ``number`` the batch's."""

    reference: str
    batch_id: str
    number: str
    employer_id: str
    employer_name: str
    insurance: Insurance
    attempt: int
    amount: int
    bank_name: str
    bank_account: str
    account_holder: str
    branch_name: str
    cnaps_code: str


@dataclass(frozen=True, slots=True)
class Caution:
    """What finance should know before it pays a batch: a word for a list, and the sentence.

    ``is_chosen_alone``: such a batch goes along only when somebody has chosen it himself.
    """

    word: str
    sentence: str
    is_chosen_alone: bool = False


OTHER_ACCOUNT = Caution(N_("账户不符"), N_("收款账号与单位现登记账户不一致，请核对后再支付"), is_chosen_alone=True)
NO_ACCOUNT = Caution(N_("账户未登记"), N_("单位没有已登记的退费账户，收款账户由单位填写，请核对后再支付"))
IN_ARREARS = Caution(N_("欠费"), N_("单位有欠费（N18），请确认是否先行抵缴"))
DOUBTFUL_BRANCH = Caution(N_("行号存疑"), N_("人行支付系统行号的校验位不符，请与开户银行核对，以免退票"))
PAID_AGAIN = Caution(N_("再次支付"), N_("退票后重新支付"))


@dataclass(frozen=True, slots=True)
class FundAccount:
    """The account that a fund pays from."""

    holder: str
    account: str
    bank: str
    cnaps_code: str


def payment_reference(number: str, insurance: Insurance, attempt: int) -> str:
    """What the bank prints and sends back: batch number, fund letter, attempt (TF202311010000017P01).

    Letters and digits only, far below the 35 characters of an EndToEndId.
    """
    return f"{number}{_LETTERS[insurance]}{attempt:02d}"


def is_payment_reference(text: str) -> bool:
    """Whether a reference could be one of ours."""
    return _REFERENCE.fullmatch(text) is not None


def run_fingerprint(day: str, orders: Iterable[Order], accounts: Mapping[Insurance, FundAccount]) -> str:
    """SHA-256 over the day, every order as it leaves and the accounts it leaves from; the order of orders doesn't matter."""
    written = sorted([o.reference, o.amount, *(getattr(o, field) for field in ORDER_BANK)] for o in orders)
    paying = [[str(fund), a.holder, a.account, a.bank, a.cnaps_code] for fund, a in sorted(accounts.items())]
    return digest([day, written, paying])


def total_by_fund(orders: Sequence[Order]) -> dict[Insurance, tuple[int, int]]:
    """(number of orders, fen) of each fund that has any."""
    return {
        fund: (len(own), sum(order.amount for order in own))
        for fund in Insurance
        if (own := [order for order in orders if order.insurance is fund])
    }
