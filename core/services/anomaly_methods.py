"""How anomalies are found: one function for each rule, simple enough to be explained on the screen.

A method reads what it needs and gives what it found: the batch, a score from 1 to 100, and what it saw. It accuses nobody: it
says where a second look is worth its time.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby, pairwise
from statistics import median
from typing import Any

from core.domain.money import format_yuan
from core.domain.settings import Settings
from core.domain.wording import N_
from core.store import anomalies as store
from core.store.database import Connection


@dataclass(frozen=True, slots=True)
class Sight:
    """What a method saw of one batch: a score, a sentence (msgid) with its values, and of whom it speaks (usernames)."""

    batch_id: str
    score: int
    sentence: str
    values: Mapping[str, Any] = field(default_factory=dict)
    people: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Moment:
    """What a method works with: the database, the switches, now, and which batches are looked at."""

    connection: Connection
    settings: Settings
    now: datetime
    among: store.Among

    def threshold(self, key: str) -> int:
        """The number of a switch."""
        return self.settings.number(key) or 0


@dataclass(frozen=True, slots=True)
class Method:
    """One rule: its code, its name, how it is explained (msgid with {n}), its switch, and the function."""

    code: str
    name: str
    rule: str
    switch: str
    find: Callable[[Moment], Iterator[Sight]]


def _score(base: int, excess: float, each: float) -> int:
    return max(1, min(100, round(base + excess * each)))


def shared_account(moment: Moment) -> Iterator[Sight]:
    """One account used by several employers. 60, and 15 more for each employer beyond the threshold."""
    least = moment.threshold("anomaly_account_employers")
    for batch_id, employers in store.accounts_of_several(moment.connection, moment.among, least):
        sentence = N_("收款账号被 {count} 个单位使用")
        yield Sight(batch_id, _score(60, employers - least, 15), sentence, {"count": employers})


def same_person(moment: Moment) -> Iterator[Sight]:
    """One person refunded over and over. 40, and 10 more for each batch beyond the threshold."""
    least = moment.threshold("anomaly_person_batches")
    for batch_id, people, times in store.people_in_many(moment.connection, moment.among, least):
        sentence = N_("有 {people} 人反复退费，最多的一人在 {count} 个批次中")
        yield Sight(batch_id, _score(40, times - least, 10), sentence, {"people": people, "count": times})


def unusual_amount(moment: Moment) -> Iterator[Sight]:
    """Much more than the employer's median so far, which needs three earlier batches. 50, and 5 more for each further time."""
    times = moment.threshold("anomaly_amount_times")
    live = store.read_batches(moment.connection, moment.among)
    for _employer, found in groupby(
        store.totals_of_employers(moment.connection, moment.among), key=lambda row: row.employer_id
    ):
        earlier: list[int] = []
        for row in found:
            usual = median(earlier) if len(earlier) >= 3 else 0
            if usual and row.total >= usual * times and row.batch_id in live:
                values = {
                    "total": format_yuan(row.total),
                    "times": f"{row.total / usual:.1f}",
                    "usual": format_yuan(int(usual)),
                }
                sentence = N_("金额 {total} 元，是该单位以往中位数 {usual} 元的 {times} 倍")
                yield Sight(row.batch_id, _score(50, row.total / usual - times, 5), sentence, values)
            earlier.append(row.total)


def fresh_account(moment: Moment) -> Iterator[Sight]:
    """The registered account changed shortly before filing. 50, up to 90 when it was on the very day."""
    days = moment.threshold("anomaly_account_days")
    changes = store.changes_before_filing(moment.connection, moment.among)
    for batch_id, found in groupby(changes, key=lambda row: row.batch_id):
        latest = next(found)
        age = (datetime.fromisoformat(latest.submitted_at) - datetime.fromisoformat(latest.effective_at)).days
        if age <= days:
            score, sentence = _score(90, -age, 40 / max(days, 1)), N_("登记账户在申报前 {days} 天变更")
            yield Sight(
                batch_id, score, sentence, {"days": age}, frozenset({latest.requested_by, latest.decided_by}) - {""}
            )


def hasty_reviewer(moment: Moment) -> Iterator[Sight]:
    """Somebody passed everything of the last 90 days, half of it within seconds of the one before. 70, 2 more for each pass."""
    seconds, least = moment.threshold("anomaly_pass_seconds"), 5
    live = store.read_batches(moment.connection, moment.among)
    since = (moment.now - timedelta(days=90)).isoformat(timespec="seconds")
    for person, found in groupby(store.decisions(moment.connection, moment.among, since), key=lambda row: row.username):
        taken = list(found)
        gaps = [
            (datetime.fromisoformat(b.at) - datetime.fromisoformat(a.at)).total_seconds() for a, b in pairwise(taken)
        ]
        if len(taken) < least or any(row.step in {"return", "reject"} for row in taken) or median(gaps) > seconds:
            continue
        values = {"person": person, "count": len(taken), "seconds": int(median(gaps))}
        sentence = N_("{person} 近 90 天办理 {count} 次全部通过，间隔中位数 {seconds} 秒")
        for batch_id in dict.fromkeys(row.batch_id for row in taken if row.batch_id in live):
            yield Sight(batch_id, _score(70, len(taken) - least, 2), sentence, values, frozenset({person}))


def empty_round(moment: Moment) -> Iterator[Sight]:
    """Sent again without a new paper or an answer to any line. 40, and 20 more for each such round beyond the threshold."""
    least = moment.threshold("anomaly_empty_rounds")
    changed: dict[str, list[str]] = {}
    for batch_id, at in store.changes_of_rounds(moment.connection, moment.among):
        changed.setdefault(batch_id, []).append(at)
    for batch_id, found in groupby(store.rounds(moment.connection, moment.among), key=lambda row: row.batch_id):
        empty = sum(
            (back.step, again.step) == ("return", "resubmit")
            and not any(back.at <= at <= again.at for at in changed.get(batch_id, ()))
            for back, again in pairwise(list(found))
        )
        if empty >= least:
            sentence = N_("{count} 次补正没有补充材料，也没有答复明细")
            yield Sight(batch_id, _score(40, empty - least, 20), sentence, {"count": empty})


METHODS: Mapping[str, Method] = {
    method.code: method
    for method in (
        Method(
            "A01",
            N_("账号被多个单位使用"),
            N_("未撤回、未被不予退费的批次中，同一收款账号至少有 {n} 个单位使用。"),
            "anomaly_account_employers",
            shared_account,
        ),
        Method(
            "A02",
            N_("同一人反复退费"),
            N_("同一人至少在 {n} 个批次中有仍然有效的退费明细。"),
            "anomaly_person_batches",
            same_person,
        ),
        Method(
            "A03",
            N_("金额远超该单位以往"),
            N_("金额达到该单位以往批次中位数的 {n} 倍；以往至少有 3 个批次才比较。"),
            "anomaly_amount_times",
            unusual_amount,
        ),
        Method(
            "A04",
            N_("申报前刚变更账户"),
            N_("登记账户的变更（含台账更正）在申报前 {n} 天以内生效。"),
            "anomaly_account_days",
            fresh_account,
        ),
        Method(
            "A05",
            N_("审核过快"),
            N_("同一办理人近 90 天至少办理 5 次，全部通过，且相邻两次间隔的中位数不超过 {n} 秒。"),
            "anomaly_pass_seconds",
            hasty_reviewer,
        ),
        Method(
            "A06",
            N_("补正没有变化"),
            N_("退回补正后重新提交，没有补充材料，也没有答复明细，至少 {n} 次。"),
            "anomaly_empty_rounds",
            empty_round,
        ),
    )
}
