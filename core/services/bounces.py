"""Why the bank sent money of a batch back: whoever corrects the bank details, or compares them, has to know."""

from dataclasses import dataclass

from core.domain.payments import Outcome
from core.domain.vocabulary import Insurance
from core.store.database import Connection
from core.store.payments import orders_of_batch
from core.texts import _


@dataclass(frozen=True, slots=True)
class Bounce:
    """The funds whose latest payment came back for this reason, in the bank's words."""

    funds: tuple[Insurance, ...]
    reason: str

    def say_funds(self) -> str:
        """The funds in words."""
        return _("、").join(_(fund.label) for fund in self.funds)


def read_bounces(connection: Connection, batch_id: str) -> tuple[Bounce, ...]:
    """What came back and was not sent again since, reason by reason."""
    latest = {Insurance(order.insurance): order for order in orders_of_batch(connection, batch_id)}
    funds: dict[str, list[Insurance]] = {}
    for fund in Insurance:
        if fund in latest and latest[fund].status == Outcome.BOUNCED:
            funds.setdefault(_(latest[fund].bank_reason), []).append(fund)
    return tuple(Bounce(tuple(own), reason) for reason, own in funds.items())
