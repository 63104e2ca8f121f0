"""The lines as a rule sees them: plain NumPy columns with names of the business.

Not a pandas frame, although a frame would read alike: making one from columns and indexing it costs more than judging
one person's 19 months altogether, and a merge with the facts some 24 ms before its first row. A column here is an array and
a rule is a mask, so one engine serves a clerk's query and a whole city.
"""

from enum import StrEnum
from functools import cache, cached_property
from itertools import islice
from typing import Any, Generic, Protocol, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from core.domain.period import Period, month_ordinal
from core.domain.reasons import Reason
from core.domain.settings import Settings
from core.domain.vocabulary import Arrival, Assessment, InjuryMode, Insurance, PaymentKind

Ints = NDArray[np.int64]
Texts = NDArray[np.object_]
#: Which lines: shape (n,) for a whole row, (3, n) for its lines, (1,) for all alike.
Mask = NDArray[np.bool_]

NOWHERE: Mask = np.array([False])
EVERYWHERE: Mask = np.array([True])
#: Insurances are planes 0, 1, 2 of every array of lines, in this order.
PLANES = {insurance: plane for plane, insurance in enumerate(Insurance)}
#: Multiplies a person's number so that person and month (YYYYMM) make one sortable key.
PERSON = 10**6


class Ledger(Protocol):
    """What there is to judge, as columns of one employer's rows in order of person, period and serial.

    Closed lists are positions in their enum, months YYYYMM, days YYYYMMDD, money fen. Rows that are not ticked are there
    only because others of the same month lean on them (N11, R10).
    """

    serial: Texts
    social_security_number: Texts
    name: Texts
    voucher_type: Texts
    person: Ints  # 0, 1, 2 … in the order of the rows
    period: Ints
    own: Mask  # the row is the applicant's; of any other row nothing is known but its id
    ticked: Mask
    suspense: Mask
    kind: Ints
    assessment: Ints
    arrival: Ints
    injury_mode: Ints
    amounts: Ints  # (3 insurances, 4 amounts, rows): employer_part, personal_part, late_fee, interest

    # Batches that hold a line: which lines (3, rows), and for each (serial, plane) the batch's number and state.
    live: Mask
    paid: Mask
    claims: dict[tuple[str, int], tuple[str, str]]

    # Facts of these people; where a fact names an employer, only the applicant's. Blank 终止 = OPEN_END.
    fact_kind: Ints
    fact_person: Ints
    fact_insurance: Ints
    fact_start: Ints
    fact_end: Ints

    # R07 only: other employers' rows 已到账, and per insurance whether that line is received and in no batch.
    elsewhere_person: Ints
    elsewhere_period: Ints
    elsewhere_free: Mask  # (3, rows elsewhere)


Kind = TypeVar("Kind", bound=StrEnum)


class Choices(Generic[Kind]):
    """A column of one closed list: ``lines.arrival.is_(Arrival.MISSING)`` is a mask."""

    __slots__ = ("_positions", "codes")

    def __init__(self, codes: Ints, positions: dict[Kind, int]) -> None:
        self.codes = codes
        self._positions = positions

    def is_(self, *kinds: Kind) -> Mask:
        """Where the column holds one of ``kinds``."""
        first, *others = kinds
        mask: Mask = self.codes == self._positions[first]
        for kind in others:
            mask |= self.codes == self._positions[kind]
        return mask

    def __getitem__(self, row: int) -> Kind:
        return next(islice(self._positions, int(self.codes[row]), None))


def _positions(kinds: type[Kind]) -> dict[Kind, int]:
    return {kind: position for position, kind in enumerate(kinds)}


_KINDS, _ASSESSMENTS = _positions(PaymentKind), _positions(Assessment)
_ARRIVALS, _INJURY_MODES = _positions(Arrival), _positions(InjuryMode)


@cache
def lines_of(*insurances: Insurance) -> Mask:
    """The lines of these insurances, as a mask (3, 1)."""
    mask = np.array([[insurance in insurances] for insurance in Insurance])
    mask.flags.writeable = False
    return mask


class Lines:
    """Every line of the ledger's rows. What belongs to the row has shape (n,), what belongs to the line (3, n), in the
    order of ``Insurance``; NumPy joins the two. A rule may return either shape.

    ``known`` and ``fits`` are what the reason's own fact says (``months``); ``refused`` is there for the rules that are
    judged last, and ``unsettled`` is what N11 found, kept for its basis.
    """

    known: Mask
    fits: Mask
    refused: Mask
    unsettled: Mask

    def __init__(self, ledger: Ledger, reason: Reason, settings: Settings, filing: Period) -> None:
        self.ledger, self.reason, self.settings, self.filing = ledger, reason, settings, filing
        self.person, self.period = ledger.person, ledger.period
        self.own, self.ticked, self.suspense = ledger.own, ledger.ticked, ledger.suspense
        self.kind = Choices(ledger.kind, _KINDS)
        self.assessment = Choices(ledger.assessment, _ASSESSMENTS)
        self.arrival = Choices(ledger.arrival, _ARRIVALS)
        self.injury_mode = Choices(ledger.injury_mode, _INJURY_MODES)
        self.live, self.paid = ledger.live, ledger.paid
        self.received: Ints = ledger.amounts.sum(axis=1)
        returned = 4 if settings.returns_late_fee(reason.code) else 2
        self.payable: Ints = self.received if returned == 4 else ledger.amounts[:, :returned].sum(axis=1)

    def __len__(self) -> int:
        return len(self.period)

    @cached_property
    def months_before_filing(self) -> Ints:
        """How many months lie between t and the month of filing."""
        return self.filing.ordinal - cast("Ints", month_ordinal(cast("Any", self.period)))

    @cached_property
    def month_key(self) -> Ints:
        """One number for a person's month."""
        return self.person * PERSON + self.period

    @cached_property
    def _month_starts(self) -> Ints:
        key = self.month_key
        return np.flatnonzero(np.concatenate(([True], key[1:] != key[:-1])))

    @cached_property
    def month_group(self) -> Ints:
        """The number of the (person, period) that a row lies in: rows of one month stand together."""
        sizes = np.diff(np.append(self._month_starts, len(self)))
        return np.repeat(np.arange(len(sizes)), sizes)

    def rows_of_month(self, row: int) -> slice:
        """The rows of the same person and period: they stand together."""
        return slice(*self.month_group.searchsorted((self.month_group[row], self.month_group[row] + 1)))

    def count_in_month(self, mask: Mask) -> Ints:
        """For each line, how many lines of ``mask`` (3, n) there are of the same person, period and insurance."""
        if not len(self):
            return np.zeros(mask.shape, np.int64)
        counts: Ints = np.add.reduceat(mask, self._month_starts, axis=1, dtype=np.int64)
        return counts[:, self.month_group]

    @cached_property
    def free_elsewhere(self) -> Mask:
        """Where another employer has a line of the same person, period and insurance, received and in no batch."""
        keys = self.ledger.elsewhere_person * PERSON + self.ledger.elsewhere_period
        return np.stack([np.isin(self.month_key, keys[free]) for free in self.ledger.elsewhere_free])
