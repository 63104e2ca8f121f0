"""What a preview showed, and how what would be filed now differs from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.domain.bank import clean_bank
from core.domain.vocabulary import INSURANCES, VERDICTS
from core.texts import _

if TYPE_CHECKING:
    from core.services.previews import Preview


def snapshot(preview: "Preview") -> dict[str, object]:
    """What a preview showed, small enough to keep with the draft."""
    judged = preview.judgement
    return {
        "fingerprint": preview.fingerprint,
        "reason": [reason.code for reason in preview.reasons],
        "bank": clean_bank(preview.draft.content.bank),
        "papers": [paper.paper_id for paper in preview.papers],
        "lines": [
            [serial, insurance, verdict, refundable, "|".join(judged.codes(i))]
            for i, (serial, insurance, verdict, refundable) in enumerate(
                zip(
                    judged.serial.tolist(),
                    judged.insurance.tolist(),
                    judged.verdict.tolist(),
                    judged.refundable.tolist(),
                    strict=True,
                )
            )
        ],
    }


@dataclass(frozen=True, slots=True)
class Difference:
    """How what would be filed now differs from what was previewed. ``lines``: person, month, insurance, before, now."""

    lines: tuple[tuple[str, int, str, str, str], ...]
    notes: tuple[str, ...]


def difference(shown: Mapping[str, object] | None, now: "Preview") -> Difference:
    """The difference between a stored snapshot and a fresh preview."""
    current = snapshot(now)
    if not shown:
        return Difference((), (_("预览内容已更新，请核对后再次确认"),))
    before = {(line[0], line[1]): tuple(line[2:]) for line in shown["lines"]}  # type: ignore[attr-defined]
    after = {(line[0], line[1]): tuple(line[2:]) for line in current["lines"]}  # type: ignore[attr-defined]
    judged = now.judgement
    where = {
        (serial, code): i
        for i, (serial, code) in enumerate(zip(judged.serial.tolist(), judged.insurance.tolist(), strict=True))
    }
    changed = []
    for key in sorted({*before, *after}):
        if before.get(key) == after.get(key):
            continue
        i = where.get(key)
        name, period = (str(judged.name[i]), int(judged.period[i])) if i is not None else ("", 0)
        changed.append((name, period, str(INSURANCES[key[1]]), _outcome(before.get(key)), _outcome(after.get(key))))
    notes = [
        sentence
        for sentence, name in (
            (_("退费原因已更改"), "reason"),
            (_("退费账户信息已更改"), "bank"),
            (_("已上传的要件有变动"), "papers"),
        )
        if shown[name] != current[name]
    ]
    return Difference(tuple(changed), tuple(notes) or ((_("预览内容已更新，请核对后再次确认"),) if not changed else ()))


def _outcome(line: tuple[object, ...] | None) -> str:
    if line is None:
        return _("未勾选")
    verdict, _refundable, codes = line
    label = _(VERDICTS[int(str(verdict))].label)
    told = _("、").join(filter(None, str(codes).split("|")))
    return _("{label}（{codes}）").format(label=label, codes=told) if told else label
