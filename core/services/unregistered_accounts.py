"""An account that nobody has registered: whoever takes the first look compares it with the papers, and says so."""

from typing import Any

from core.domain.bank import clean_field
from core.domain.errors import InvalidInput
from core.domain.wording import N_
from core.store.database import Connection
from core.store.employers import read_employer

#: The reviewer's word, as it is asked for, kept in the audit entry of his step, and told in the history.
FIELD = "account_checked"
CHECKED = N_("已核对退费账户与申请材料一致")


def is_unregistered(connection: Connection, row: Any) -> bool:
    """Whether batch ``row`` goes to an account that was not registered when it was typed, and is not by now."""
    if not row.account_unverified:
        return False
    return bool(registered_account(read_employer(connection, row.employer_id)) != row.bank_account)


def registered_account(employer: Any | None) -> str:
    """The account number in force, written as a batch keeps it; blank where none is registered."""
    return clean_field("bank_account", employer.bank_account) if employer is not None else ""


def require_checked(*, checked: bool) -> None:
    """Raise ``InvalidInput`` unless the reviewer says that the account is that of the papers."""
    if not checked:
        raise InvalidInput(N_("退费账户未经登记：请在批次页核对账户与申请材料一致，并勾选确认"), field=FIELD)
