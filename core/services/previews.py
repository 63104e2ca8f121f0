"""The preview: what would be filed, what is refused and why, and what still stands in the way.

``assess`` is the one computation behind preview and submission, so that the two can only differ when the facts do.
"""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from itertools import groupby
from typing import Any

import numpy as np
import pandas as pd

from core.domain.bank import Notice, check_bank_fields, clean_bank, clean_field
from core.domain.batch import FiledLine, batch_fingerprint, digest
from core.domain.errors import InvalidInput
from core.domain.identifiers import normalise
from core.domain.period import Period
from core.domain.reasons import NOTE_LENGTH, REASONS, Reason
from core.domain.roles import Viewer
from core.domain.settings import Settings
from core.domain.vocabulary import INSURANCE_VALUES, INSURANCES, VERDICT_VALUES, VERDICTS, Insurance, Verdict
from core.domain.wording import N_
from core.rules import RULE_VERSION
from core.rules.holds import Hold, duplicate_groups, find_holds
from core.rules.joint import Judged, join
from core.rules.judgement import Judgement
from core.rules.lines import Mask
from core.services.bank_notices import errors_of, notices_by_field, say_notice
from core.services.branches import listed_name
from core.services.contributions import InvalidInputs
from core.services.desk import Desk
from core.services.drafts import Draft, read_draft
from core.services.drift import snapshot
from core.services.judged_lines import filed_frame, refusal_frame, refused_lines
from core.services.judging import judge_rows
from core.store import drafts as store
from core.store.database import Connection
from core.store.employers import former_names
from core.store.papers import Paper, papers_of_draft
from core.texts import _

_REFUSED = VERDICTS.index(Verdict.REFUSED)


@dataclass(frozen=True, slots=True)
class Totals:
    """Lines and fen. ``extras`` are late fees and interest as far as they are returned; the three add up to ``total``."""

    lines: int
    employer_part: int
    personal_part: int
    extras: int

    @property
    def total(self) -> int:
        """Fen that would be refunded."""
        return self.employer_part + self.personal_part + self.extras


@dataclass(frozen=True)
class Group:
    """The lines of one reason and one voucher type: what becomes one batch."""

    reason: Reason
    voucher_type: str
    indexes: np.ndarray
    fingerprint: str


@dataclass(frozen=True)
class Preview:
    """What the preview shows and the confirmation presents again."""

    draft: Draft
    judgement: Judged
    groups: tuple[Group, ...]
    holds: tuple[Hold, ...]
    warnings: tuple[str, ...]
    papers: tuple[Paper, ...]
    missing: tuple[tuple[str, ...], ...]
    fingerprint: str
    key: str = ""
    duplicates: tuple[tuple[str, ...], ...] = field(default=())

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """The reasons of the ticked rows, the draft's own first."""
        return tuple(part.reason for part in self.judgement.parts)

    @cached_property
    def filed(self) -> np.ndarray:
        """Indexes of the lines that 确认提交 files: 可退 and 待核."""
        return np.flatnonzero(self.judgement.verdict < _REFUSED)

    @cached_property
    def refused(self) -> np.ndarray:
        """Indexes of the lines that can't be refunded."""
        return refused_lines(self.judgement)

    @property
    def can_submit(self) -> bool:
        """Whether 确认提交 is on."""
        return bool(len(self.filed)) and not any(hold.blocking for hold in self.holds)

    @property
    def totals(self) -> Totals:
        """Over all lines that would be filed."""
        return _totals(self.judgement, self.filed)

    @property
    def by_insurance(self) -> dict[Insurance, Totals]:
        """The same by insurance fund."""
        of = self.judgement.insurance[self.filed]
        return {kind: _totals(self.judgement, self.filed[of == code]) for code, kind in enumerate(INSURANCES)}

    @cached_property
    def lines(self) -> pd.DataFrame:
        """退费明细: one record per filed line; money in fen, ``note`` says what a reviewer must settle."""
        return filed_frame(self.judgement, self.filed)

    @cached_property
    def refusals(self) -> pd.DataFrame:
        """不能退费情况: one record per refused line with codes, texts, basis and remedy of every finding."""
        return refusal_frame(self.judgement, self.refused)

    @cached_property
    def rows(self) -> pd.DataFrame:
        """One record per ticked row: 可退, 部分可退 or 不可退 (待核 counts as 可退), and whether a line is 待核."""
        judged = self.judgement
        frame = pd.DataFrame(
            {
                "id": judged.serial,
                "name": judged.name,
                "social_security_number": judged.social_security_number,
                "period": judged.period,
                "refused": judged.verdict == _REFUSED,
                "review": judged.verdict == VERDICTS.index(Verdict.REVIEW),
                "refundable": judged.refundable,
            }
        )
        by_row = (
            frame.groupby("id", sort=False)
            .agg(
                name=("name", "first"),
                social_security_number=("social_security_number", "first"),
                period=("period", "first"),
                all_refused=("refused", "all"),
                any_refused=("refused", "any"),
                review=("review", "any"),
                refundable=("refundable", "sum"),
            )
            .reset_index()
        )
        outcome = np.select([by_row.all_refused, by_row.any_refused], ["refused", "partial"], "refundable")
        return by_row.drop(columns=["all_refused", "any_refused"]).assign(outcome=outcome)


def preview_batch(desk: Desk, viewer: Viewer, draft_id: str) -> Preview:
    """Judge the draft as it stands and remember what was shown.

    Raises ``InvalidInputs`` naming the field of everything that is missing or wrong; the draft is kept as it is.
    """
    with desk.read() as connection:
        draft = read_draft(connection, viewer, draft_id)
        settings = desk.settings(connection)
        require_complete(connection, settings, draft)
        preview = assess(connection, settings, draft, desk.today())
    with desk.write(viewer) as unit:
        read_draft(unit.connection, viewer, draft_id, lock=True)
        key = store.read_key(unit.connection, draft_id) or desk.new_id()
        store.update_draft(
            unit.connection, draft_id, idempotency_key=key, previewed=json.dumps(snapshot(preview), ensure_ascii=False)
        )
    return replace(preview, key=key)


def resolve_duplicates(desk: Desk, viewer: Viewer, draft_id: str, drop: Collection[str]) -> None:
    """Untick the copies that shall stay with the agency (N27)."""
    with desk.write(viewer) as unit:
        draft = read_draft(unit.connection, viewer, draft_id, lock=True)
        store.change_ticked(unit.connection, draft.draft_id, remove=drop)
        store.update_draft(unit.connection, draft.draft_id, updated_at=unit.at)


def check_bank(desk: Desk, viewer: Viewer, draft_id: str) -> dict[str, list[tuple[str, str]]]:
    """Faults of the bank block as typed, by field: (``error`` or ``warning``, sentence). Blank fields are not told yet."""
    with desk.read() as connection:
        draft = read_draft(connection, viewer, draft_id)
        return notices_by_field(_bank_notices(connection, draft), clean_bank(draft.content.bank))


def require_complete(connection: Connection, settings: Settings, draft: Draft, *, with_papers: bool = True) -> None:
    """Raise ``InvalidInputs`` unless something is ticked, a reason is given and the bank block holds.

    Where papers are demanded (a switch), they have to be there as well; ``with_papers`` off leaves them out.
    """
    problems = [*_selection_problems(draft), *_reason_problems(settings, draft)]
    problems += errors_of(_bank_notices(connection, draft))
    if with_papers and settings["missing_required_material"] == "block":
        present = {paper.material for paper in papers_of_draft(connection, draft.draft_id)}
        problems += [
            InvalidInput(N_("请上传必需材料"), field=f"upload_{group[0]}")
            for group in missing_materials(map(settings.reason, draft.reasons), present)
        ]
    if problems:
        raise InvalidInputs(problems)


def _selection_problems(draft: Draft) -> list[InvalidInput]:
    return [] if draft.row_count else [InvalidInput(N_("请先查询并勾选需要退费的记录"), field="contributions")]


def missing_materials(reasons: Iterable[Reason], present: set[str]) -> tuple[tuple[str, ...], ...]:
    """The groups of 必需 materials of which none is present, over all reasons of an application."""
    return tuple(dict.fromkeys(group for reason in reasons for group in reason.missing(present)))


def reasons_of_draft(desk: Desk, draft: Draft) -> tuple[Reason, ...]:
    """The reasons that a draft's rows are ticked for, with the materials that they ask for now."""
    with desk.read() as connection:
        return tuple(map(desk.settings(connection).reason, draft.reasons))


def _reason_problems(settings: Settings, draft: Draft) -> list[InvalidInput]:
    used = [REASONS.get(code) for code in (draft.content.reason, *draft.reasons)]
    if any(reason is None or not settings.is_on(f"reason_active_{reason.code}") for reason in used):
        return [InvalidInput(N_("请选择退费原因"), field="reason")]
    needs_note = any(reason is not None and reason.needs_note for reason in used)
    if needs_note and len(normalise(draft.content.reason_note)) < NOTE_LENGTH:
        return [InvalidInput(N_("请说明具体原因，不少于 {count} 个字"), field="reason_note", count=NOTE_LENGTH)]
    return []


def _bank_notices(connection: Connection, draft: Draft) -> list[Notice]:
    employer = draft.employer
    names = {employer.name, *former_names(connection, employer.employer_id)}
    listed = listed_name(connection, clean_field("cnaps_code", draft.content.bank.get("cnaps_code", "")))
    return check_bank_fields(draft.content.bank, registered=employer.registered, names=names, listed=listed)


def assess(connection: Connection, settings: Settings, draft: Draft, today: date) -> Preview:
    """Judge what is ticked, group it, and find what stands in the way; writes nothing."""
    parts = judge_parts(connection, settings, draft, today)
    judged = join(parts)
    filed = judged.verdict < _REFUSED
    groups = _groups(draft, judged, filed)
    papers = tuple(papers_of_draft(connection, draft.draft_id))
    duplicates = tuple(copies for part in parts for copies in duplicate_groups(part, part.verdict < _REFUSED))
    holds = find_holds(
        voucher_types=() if draft.content.split_vouchers else _mixed_vouchers(groups),
        reasons=() if draft.content.split_reasons else draft.reasons,
        duplicates=duplicates,
        in_arrears=draft.employer.in_arrears,
    )
    if not draft.content.split_vouchers:
        groups = _merged(draft, judged, groups)
    refused = np.flatnonzero(~filed)
    return Preview(
        draft,
        judged,
        groups,
        tuple(holds),
        _warnings(connection, draft),
        papers,
        missing_materials((part.reason for part in parts), {paper.material for paper in papers}),
        digest(
            [
                [group.fingerprint for group in groups],
                [paper.paper_id for paper in papers],
                sorted([judged.serial[i], int(judged.insurance[i]), *judged.codes(i)] for i in refused.tolist()),
            ]
        ),
        duplicates=duplicates,
    )


def judge_parts(connection: Connection, settings: Settings, draft: Draft, today: date) -> list[Judgement]:
    """Every ticked row, judged for its own reason."""
    assigned = store.read_assigned(connection, draft.draft_id)
    by_reason: dict[str, list[str]] = {code: [] for code in draft.reasons}
    for serial in store.read_ticked(connection, draft.draft_id):
        by_reason[assigned.get(serial, draft.content.reason)].append(serial)
    filing = Period.of(today)
    return [
        judge_rows(connection, settings, draft.employer_id, reason, serials, filing)
        for reason, serials in by_reason.items()
    ]


def _warnings(connection: Connection, draft: Draft) -> tuple[str, ...]:
    told = [say_notice(notice) for notice in _bank_notices(connection, draft) if not notice.is_error]
    if not draft.employer.has_registered_account:
        told.append(_("本单位尚无已登记的退费账户，所填账户将随批次提交，由审核人员核对（待核）"))
    return tuple(told)


def _groups(draft: Draft, judged: Judged, filed: Mask) -> tuple[Group, ...]:
    """The filed lines by reason and voucher type."""
    groups: list[Group] = []
    first = 0
    for part in judged.parts:
        places = first + np.flatnonzero(filed[first : first + len(part)])
        kinds = judged.voucher_type[places]
        groups += [
            _group(draft, judged, part.reason, str(kind), places[kinds == kind]) for kind in sorted(set(kinds.tolist()))
        ]
        first += len(part)
    return tuple(groups)


def _mixed_vouchers(groups: Sequence[Group]) -> set[str]:
    """The voucher types of every reason that has several: what would stand mixed in one batch."""
    mixed = {reason for reason, count in Counter(group.reason.code for group in groups).items() if count > 1}
    return {group.voucher_type for group in groups if group.reason.code in mixed}


def _merged(draft: Draft, judged: Judged, groups: Sequence[Group]) -> tuple[Group, ...]:
    """One group of every reason, whatever its voucher types."""
    merged = []
    for _code, same in groupby(groups, key=lambda group: group.reason.code):
        first, *others = tuple(same)
        if not others:
            merged.append(first)
            continue
        indexes = np.sort(np.concatenate([first.indexes, *(group.indexes for group in others)]))
        names = "、".join(group.voucher_type for group in (first, *others))
        merged.append(_group(draft, judged, first.reason, names, indexes))
    return tuple(merged)


def _group(draft: Draft, judged: Judged, reason: Reason, voucher_type: str, indexes: np.ndarray) -> Group:
    return Group(reason, voucher_type, indexes, fingerprint_of(draft, reason, filed_lines(judged, indexes)))


def note_of(draft: Draft, reason: Reason) -> str:
    """What is filed as the text of a reason: only 其他 has one."""
    return draft.content.reason_note if reason.needs_note else ""


def fingerprint_of(draft: Draft, reason: Reason, filed: Sequence[FiledLine]) -> str:
    """The fingerprint of one batch as it would be filed from this draft."""
    return batch_fingerprint(
        employer_id=draft.employer_id,
        reason=reason.code,
        reason_note=note_of(draft, reason),
        bank=clean_bank(draft.content.bank),
        rule_version=RULE_VERSION,
        lines=filed,
    )


def filed_lines(judged: Judged, indexes: np.ndarray) -> list[FiledLine]:
    """The lines at ``indexes`` as they are filed."""
    names = ("serial", "insurance", "verdict", "employer_part", "personal_part", "late_fee", "interest", "refundable")
    return [FiledLine(*row) for row in plain_rows(judged, indexes, *names)]


def plain_rows(judged: Judged, indexes: np.ndarray, *names: str) -> Iterator[tuple[Any, ...]]:
    """The named columns of the lines at ``indexes`` as Python values; insurances and verdicts by their values."""
    columns = {name: getattr(judged, name)[indexes].tolist() for name in names}
    for name, values in (("insurance", INSURANCE_VALUES), ("verdict", VERDICT_VALUES)):
        if name in columns:
            columns[name] = [values[code] for code in columns[name]]
    return zip(*columns.values(), strict=True)


def _totals(judged: Judged, indexes: np.ndarray) -> Totals:
    employer_part, personal_part = int(judged.employer_part[indexes].sum()), int(judged.personal_part[indexes].sum())
    refundable = int(judged.refundable[indexes].sum())
    return Totals(len(indexes), employer_part, personal_part, refundable - employer_part - personal_part)
