"""What the rules found, as columns of lines; findings and texts are made only for lines that somebody looks at."""

from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from functools import cache, cached_property
from typing import TYPE_CHECKING, ClassVar, TypeVar

import numpy as np
from numpy.typing import NDArray

from core.domain.finding import Detail, Finding
from core.domain.money import plain_yuan
from core.domain.period import Period
from core.domain.reasons import Reason
from core.domain.vocabulary import Insurance, Verdict
from core.rules.basis import Case
from core.rules.facts import Facts
from core.rules.lines import Ints, Lines, Mask, Texts
from core.rules.rule import Rule

if TYPE_CHECKING:  # half a second of import that the command line can do without
    import pandas as pd

_PLANES = len(Insurance)
_CHUNK = 1 << 16
_Scalar = TypeVar("_Scalar", bound=np.generic)


class Judgement:
    """Every line of the ticked rows, ordered by person, period, serial and insurance; ``len`` counts lines.

    Columns are NumPy arrays of that length: ``serial``, ``social_security_number``, ``name``, ``voucher_type`` (text),
    ``period`` (YYYYMM), ``insurance`` and ``verdict`` (positions in ``Insurance`` and ``Verdict``: 0 可退, 1 待核, 2 不可退),
    and fen: ``employer_part``, ``personal_part``, ``late_fee``, ``interest`` as in the row, ``received`` (their sum),
    ``payable`` (what the reason returns of it) and ``refundable`` (the same, 0 if refused).
    """

    #: The columns of ``rows``, as the command line prints them.
    COLUMNS: ClassVar[tuple[str, ...]] = (
        "serial", "social_security_number", "name", "period", "insurance", "verdict", "codes",
        "employer_part", "personal_part", "late_fee", "interest", "refundable",
    )  # fmt: skip

    def __init__(self, lines: Lines, facts: Facts, rules: tuple[Rule, ...], found: Mask, refused: Mask) -> None:
        self.lines, self.facts, self.rules, self.found = lines, facts, rules, found
        self._refused = refused
        self._rows: Ints | slice = slice(None) if lines.ticked.all() else np.flatnonzero(lines.ticked)
        self._length = _PLANES * int(np.count_nonzero(lines.ticked))
        self._latest: dict[str, Finding] = {}

    def __len__(self) -> int:
        return self._length

    @property
    def reason(self) -> Reason:
        """The reason that was judged."""
        return self.lines.reason

    @property
    def parts(self) -> tuple["Judgement", ...]:
        """The judgements that this one consists of (``Joint``): itself."""
        return (self,)

    # --- columns ---

    @cached_property
    def serial(self) -> Texts:
        """缴费流水号, the contribution's id."""
        return self._per_row(self.lines.ledger.serial)

    @cached_property
    def social_security_number(self) -> Texts:
        """The person's number."""
        return self._per_row(self.lines.ledger.social_security_number)

    @cached_property
    def name(self) -> Texts:
        """The person's name, as in the row."""
        return self._per_row(self.lines.ledger.name)

    @cached_property
    def voucher_type(self) -> Texts:
        """应征凭证种类."""
        return self._per_row(self.lines.ledger.voucher_type)

    @cached_property
    def period(self) -> Ints:
        """The month, YYYYMM."""
        return self._per_row(self.lines.period)

    @cached_property
    def insurance(self) -> NDArray[np.int8]:
        """The position in ``Insurance``."""
        return np.tile(np.arange(_PLANES, dtype=np.int8), len(self) // _PLANES)

    @cached_property
    def verdict(self) -> NDArray[np.int8]:
        """The position in ``Verdict``."""
        review = self.found.any(axis=0)
        return self._per_line(np.where(self._refused, np.int8(2), review.astype(np.int8)))

    @cached_property
    def employer_part(self) -> Ints:
        """单位缴费金额, fen."""
        return self._amount(0)

    @cached_property
    def personal_part(self) -> Ints:
        """个人缴费金额, fen."""
        return self._amount(1)

    @cached_property
    def late_fee(self) -> Ints:
        """滞纳金, fen."""
        return self._amount(2)

    @cached_property
    def interest(self) -> Ints:
        """利息, fen."""
        return self._amount(3)

    @cached_property
    def received(self) -> Ints:
        """All that the row prints for the insurance, fen."""
        return self._per_line(self.lines.received)

    @cached_property
    def payable(self) -> Ints:
        """What the reason returns of it, fen."""
        return self._per_line(self.lines.payable)

    @cached_property
    def refundable(self) -> Ints:
        """What is paid back: ``payable``, or nothing if the line is refused. Fen."""
        return self._per_line(np.where(self._refused, 0, self.lines.payable))

    # --- findings ---

    def codes(self, line: int) -> tuple[str, ...]:
        """The codes of a line's findings, ascending."""
        return tuple(rule.code for rule in self._marked(line))

    def findings(self, line: int) -> list[Finding]:
        """A line's findings in the order of their codes, each with the facts it rests on."""
        marked = self._marked(line)
        if not marked:
            return []
        case = Case(self.lines, self.facts, *self._place(line))
        return [self._finding(rule, rule.basis(case)) for rule in marked]

    # --- tables ---

    def rows(self) -> Iterator[tuple[str, ...]]:
        """Every line as texts in the order of ``COLUMNS``: period 2022-01, codes joined by |, yuan with two decimals."""
        for start in range(0, len(self), _CHUNK):
            yield from self._told(slice(start, start + _CHUNK))

    def to_frame(self) -> "pd.DataFrame":
        """Every line as a pandas frame: ``COLUMNS`` and voucher_type; money in fen, period YYYYMM, the rest text."""
        import pandas as pd

        columns = {name: getattr(self, name) for name in self.COLUMNS if name != "codes"}
        columns["insurance"] = _labels(Insurance)[self.insurance]
        columns["verdict"] = _labels(Verdict)[self.verdict]
        columns["codes"] = [self._codes[pattern] for pattern in self._patterns.tolist()]
        return pd.DataFrame(columns)[[*self.COLUMNS]].assign(voucher_type=self.voucher_type)

    def _told(self, part: slice) -> Iterator[tuple[str, ...]]:
        yuan, month = _Memo(plain_yuan), _Memo(lambda number: str(Period(number)) if number else "")
        amounts = (self.employer_part, self.personal_part, self.late_fee, self.interest, self.refundable)
        return zip(
            self.serial[part].tolist(),
            self.social_security_number[part].tolist(),
            self.name[part].tolist(),
            map(month.__getitem__, self.period[part].tolist()),
            _labels(Insurance)[self.insurance[part]].tolist(),
            _labels(Verdict)[self.verdict[part]].tolist(),
            map(self._codes.__getitem__, self._patterns[part].tolist()),
            *(map(yuan.__getitem__, column[part].tolist()) for column in amounts),
            strict=True,
        )

    # --- from rows and planes to lines, and back ---

    def per_plane(self, mask: Mask) -> Mask:
        """A mask of lines as (3, all rows of the ledger); rows that are not ticked are outside of it."""
        planes = np.zeros(self.found.shape[1:], np.bool_)
        planes[:, self._rows] = mask.reshape(-1, _PLANES).T
        return planes

    def _place(self, line: int) -> tuple[int, int]:
        row, plane = divmod(line % self._length, _PLANES)
        return (row if isinstance(self._rows, slice) else int(self._rows[row])), plane

    def _per_row(self, column: NDArray[_Scalar]) -> NDArray[_Scalar]:
        return np.repeat(column[self._rows], _PLANES)

    def _per_line(self, planes: NDArray[_Scalar]) -> NDArray[_Scalar]:
        return planes[:, self._rows].T.ravel()

    def _amount(self, place: int) -> Ints:
        return self._per_line(self.lines.ledger.amounts[:, place])

    @cached_property
    def _patterns(self) -> Ints:
        """Each line's findings as one number, a bit per rule: there are few different ones, however many lines."""
        patterns = np.zeros(self.found.shape[1:], np.int64)
        for bit, cells in enumerate(self.found):
            patterns |= cells.astype(np.int64) << bit
        return self._per_line(patterns)

    @cached_property
    def _codes(self) -> "_Memo[str]":
        return _Memo(lambda bits: "|".join(rule.code for rule in self._rules_of[bits]))

    @cached_property
    def _rules_of(self) -> "_Memo[tuple[Rule, ...]]":
        return _Memo(lambda bits: tuple(rule for i, rule in enumerate(self.rules) if bits >> i & 1))

    @cached_property
    def _listed(self) -> list[int]:
        # Lines are told one by one, and a number out of a list costs a third of one out of an array.
        patterns: list[int] = self._patterns.tolist()
        return patterns

    def _finding(self, rule: Rule, details: Iterable[Detail]) -> Finding:
        # The lines of a person come one after the other, and mostly rest on the very same facts: they share a finding.
        finding = self._latest.get(rule.code)
        if finding is None or finding.details is not details:
            finding = self._latest[rule.code] = Finding.of(rule.code, rule.text, details, rule.remedy)
        return finding

    def _marked(self, line: int) -> tuple[Rule, ...]:
        return self._rules_of[self._listed[line]]


_Made = TypeVar("_Made")


class _Memo(dict[int, _Made]):
    """What belongs to whole numbers, each made once: ``map(memo.__getitem__, numbers)`` runs without Python per number."""

    def __init__(self, make: Callable[[int], _Made]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, number: int) -> _Made:
        self[number] = self._make(number)
        return self[number]


@cache
def _labels(kinds: type[StrEnum]) -> NDArray[np.object_]:
    return np.array([kind.value for kind in kinds], dtype=object)
