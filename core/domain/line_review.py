"""What is said of single lines while a batch goes round: what an official decides, what the employer answers.

A mark counts for good once the step of its part is taken; until then it may be made anew. A line that is refused or dropped
for good does not stand any more: it is not refunded and is free for another batch.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from core.domain.batch import digest
from core.domain.lifecycle import Part
from core.domain.vocabulary import Labelled, Verdict
from core.domain.wording import N_


class Mark(Labelled):
    """What was said of a line: the first three by officials, the last two by the employer."""

    PASS = "pass", N_("同意退费")
    REFUSE = "refuse", N_("不予退费")
    RETURN = "return", N_("退回补正")
    ANSWER = "answer", N_("已答复")
    DROP = "drop", N_("单位放弃")


class Standing(Labelled):
    """Where a line stands in its batch now."""

    CLEAR = "clear", N_("可退")
    OPEN = "open", N_("待核")
    ANSWERED = "answered", N_("已答复")
    PASSED = "passed", N_("已核")
    REFUSING = "refusing", N_("拟不予退费")
    RETURNED = "returned", N_("待补正")
    DROPPING = "dropping", N_("拟放弃")
    REFUSED = "refused", N_("不予退费")
    DROPPED = "dropped", N_("单位放弃")


#: The code of a refusal that no rule states; its text says why.
OTHER = "other"
OFFICIAL_MARKS = (Mark.PASS, Mark.REFUSE, Mark.RETURN)
EMPLOYER_MARKS = (Mark.ANSWER, Mark.DROP)
#: Marks that take a line out of its batch, once they count for good.
ENDING_MARKS = (Mark.REFUSE, Mark.DROP)
FALLEN = frozenset({Standing.REFUSED, Standing.DROPPED})
#: These leave their batch with the next step that takes it on.
LEAVING = frozenset({Standing.REFUSING, Standing.DROPPING})

_ORDER = {part: place for place, part in enumerate(Part)}


@dataclass(frozen=True, slots=True)
class Said:
    """One mark on one line. ``final`` once the step of its part in this round was taken."""

    position: int
    round: int
    part: Part
    mark: Mark
    code: str
    text: str
    username: str
    at: str
    final: bool


@dataclass(frozen=True, slots=True)
class Opinion:
    """What somebody wants to say of lines, as it comes from a screen: a ``Mark``, the code of a refusal, a text."""

    mark: str
    code: str = ""
    text: str = ""


def standing(verdict: str, said: Iterable[Said], now: int) -> Standing:
    """Where a line stands in round ``now``, from its verdict and all that was said of it."""
    told = list(said)
    for each in told:
        if each.final and each.mark in ENDING_MARKS:
            return Standing.REFUSED if each.mark is Mark.REFUSE else Standing.DROPPED
    answer = answer_of(told, now)
    if answer is not None:
        return Standing.DROPPING if answer.mark is Mark.DROP else Standing.ANSWERED
    last = last_decision(told)
    if last is None:
        return Standing.OPEN if verdict == Verdict.REVIEW else Standing.CLEAR
    if last.mark is Mark.RETURN:
        # What was sent back in an earlier round has come back: it has to be settled again.
        return Standing.RETURNED if last.round == now else Standing.OPEN
    return Standing.PASSED if last.mark is Mark.PASS else Standing.REFUSING


def left_before(said: Iterable[Said], last: tuple[int, Part] | None) -> bool:
    """Whether a line had left its batch by itself, before the step that was taken in this round as this part, if any.

    The step that rejects a batch refuses every line that is left: those stay what the batch was about to its end.
    """
    return any(each.final and each.mark in ENDING_MARKS and (each.round, each.part) != last for each in said)


def last_decision(said: Iterable[Said]) -> Said | None:
    """The official's mark that counts: of the latest round, and in it of the latest part."""
    decided = [each for each in said if each.mark in OFFICIAL_MARKS]
    return max(decided, key=lambda each: (each.round, _ORDER[each.part]), default=None)


def answer_of(said: Iterable[Said], now: int) -> Said | None:
    """What the employer said of a line in round ``now``."""
    return next((each for each in said if each.mark in EMPLOYER_MARKS and each.round == now), None)


def digest_of_marks(said: Iterable[Said], now: int) -> str:
    """What somebody has seen who decides about a batch in round ``now``: another mark, or another word of one, is another."""
    marks = [[each.position, each.round, each.part, each.mark, each.code, each.text, each.username] for each in said]
    return digest([now, marks])


def say_positions(positions: Iterable[int]) -> str:
    """Places of lines in a few characters: 1-3,7."""
    # Places that follow each other are as far from their numbers in the row.
    runs = groupby(enumerate(sorted(positions)), key=lambda each: each[1] - each[0])
    ends = ([place for _number, place in run] for _distance, run in runs)
    return ",".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in ends)


def by_position(said: Iterable[Said]) -> dict[int, Sequence[Said]]:
    """Everything that was said, line by line."""
    found: dict[int, list[Said]] = {}
    for each in said:
        found.setdefault(each.position, []).append(each)
    return dict(found)
