"""Every invariant of the design, verified on the live database: what ``python -m core check`` tells."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from core.domain.bank import FIELDS
from core.domain.batch import batch_fingerprint
from core.domain.errors import DamagedKey, IllegalTransition, InvalidInput
from core.domain.identifiers import mod_11_10
from core.domain.lifecycle import Part, State, find_edge
from core.domain.settings import find_switch
from core.domain.wording import N_
from core.services.desk import Desk
from core.services.papers import lost_papers
from core.services.payment_runs import lost_payment_files
from core.store import checks as store
from core.store import rollup_checks, schema_checks
from core.store.checks import Move
from core.store.database import Connection
from core.texts import _, explain


@dataclass(frozen=True, slots=True)
class Broken:
    """Something that must never be: the invariant's number (or the part of the house), and one sentence on what and where.

    The sentence names batches, serials and audit entries, never a person.
    """

    code: str
    sentence: str


#: Query of ``core.store.checks``, invariant, sentence. {found} are its offenders.
_QUERIES = (
    ("line_claimed_twice", "1", N_("同一条退费明细同时在两个有效或已支付的批次中，缴费流水号：{found}")),
    ("total_is_not_sum", "2", N_("批次总额不等于有效明细之和：{found}")),
    ("line_count_wrong", "2", N_("批次记载的明细条数与实际不符：{found}")),
    ("refused_count_wrong", "2", N_("批次记载的不能退费条数与实际不符：{found}")),
    ("payment_is_not_sum", "2", N_("按基金的支付金额不等于该险种有效明细之和：{found}")),
    ("key_missing", "4", N_("批次缺少防重复提交的标识：{found}")),
    ("key_used_twice", "4", N_("两个批次使用了同一个防重复提交的标识：{found}")),
    ("number_used_twice", "4", N_("批次号重复：{found}")),
    ("live_mark_wrong", "5", N_("明细的占用标记与批次状态不一致：{found}")),
    ("nothing_stands", "5", N_("批次已没有有效明细，却仍在办理：{found}")),
    ("round_is_not_history", "5", N_("批次轮次与补正次数不一致：{found}")),
    ("mark_of_another_round", "5", N_("逐条意见与批次轮次不一致：{found}")),
    ("correction_without_step", "5", N_("更正前的银行信息与更正次数不一致：{found}")),
    ("line_is_not_ledger", "5", N_("批次明细与台账中的缴费记录不一致：{found}")),
    ("reversed_unpaid", "5", N_("尚未支付的批次有冲销记录：{found}")),
    ("paid_not_reversed", "5", N_("已支付批次的明细缺少冲销记录：{found}")),
    ("entries_out_of_order", "5", N_("冲销与冲回记录的次序不连续：{found}")),
    ("reversal_of_fallen", "5", N_("未予退费的明细有冲销记录：{found}")),
    ("reversal_is_not_mirror", "5", N_("冲销金额与所退明细不一致：{found}")),
    ("run_is_not_sum", "2", N_("支付批次的笔数或总额不等于所含支付订单之和：{found}")),
    ("order_is_not_line", "2", N_("支付订单的金额不等于该基金的支付金额，参考号：{found}")),
    ("line_sent_twice", "1", N_("同一批次同一基金有两笔在途或已支付的订单，参考号：{found}")),
    ("paid_without_order", "5", N_("已支付的批次有基金没有支付成功的订单：{found}")),
    ("order_without_payment", "5", N_("各基金都已支付成功的批次没有转为已支付：{found}")),
    ("sent_is_not_paying", "5", N_("批次状态与在途的支付订单不一致：{found}")),
    ("result_is_not_row", "5", N_("支付结果与银行回盘的记录不一致，参考号：{found}")),
    ("result_rows_wrong", "5", N_("银行回盘的行数与登记的不符，编号：{found}")),
    ("two_parts_held", "6", N_("同一批次中有人承担了两个环节：{found}")),
    ("account_by_its_officials", "6", N_("承担环节的人员申请或批准过该批次收款的登记账户：{found}")),
    ("part_not_held", "6", N_("流程记录的经办人没有登记为该环节的承担人：{found}")),
    ("filer_is_not_filer", "6", N_("批次的申报人没有登记为申报环节的承担人：{found}")),
    ("event_not_audited", "7", N_("流程记录没有对应的审计记录：{found}")),
    ("entry_used_twice", "7", N_("一条审计记录对应了多条流程记录，审计序号：{found}")),
    ("entry_without_event", "7", N_("审计记录没有对应的流程记录，审计序号：{found}")),
    ("fact_of_nobody", "ledger", N_("人员事项的单位编号缺失、多余或不存在，事项：{found}")),
)


def check_everything(desk: Desk) -> list[Broken]:
    """Every invariant that doesn't hold, on one snapshot of the whole database; an empty list when all do."""
    with desk.read() as connection:
        if schema_checks.damaged_pages(connection):
            return [Broken("database", _("数据库文件已损坏，请从备份恢复"))]
        missing = list(_tell("schema", N_("数据库缺少表：{found}"), schema_checks.missing_tables(connection)))
        if missing:
            # What leans on a missing table would only stop half way.
            return missing
        found = list(_structure(connection, desk))
        for check in (_rows, _queries, _fingerprints, _numbers, _histories, _rollups, _settings):
            found += check(connection)
        found += _trail(connection, desk)
    return found + list(_papers(desk)) + list(_payment_files(desk))


def _tell(code: str, sentence: str, found: Sequence[object]) -> Iterator[Broken]:
    """One sentence for all offenders, if there are any."""
    if found:
        shown = "、".join(str(offender) for offender in found[: store.MOST])
        yield Broken(code, _(sentence).format(found=shown + ("……" if len(found) > store.MOST else "")))


def _structure(connection: Connection, desk: Desk) -> Iterator[Broken]:
    if (revision := schema_checks.revision_fault(connection, desk.database)) is not None:
        yield Broken("schema", _("数据库结构的版本（{revision}）与程序不一致").format(revision=revision))
    missing = schema_checks.missing_parts(connection)
    yield from _tell("schema", N_("数据库结构缺少：{found}"), missing)


def _rows(connection: Connection) -> Iterator[Broken]:
    broken = list(schema_checks.rows_against_rules(connection))
    yield from _tell("database", N_("有记录违反数据库约束：{found}"), broken)


def _queries(connection: Connection) -> Iterator[Broken]:
    for query, code, sentence in _QUERIES:
        yield from _tell(code, sentence, store.offenders(connection, query))


def _fingerprints(connection: Connection) -> Iterator[Broken]:
    """Invariant 3: what is on record is what was previewed and confirmed."""
    changed = [
        batch.number
        for batch in store.written_batches(connection)
        if batch.fingerprint
        != batch_fingerprint(
            employer_id=batch.content["employer_id"],
            reason=batch.content["reason"],
            reason_note=batch.content["reason_note"],
            bank={field: batch.content[field] for field in FIELDS},
            rule_version=batch.content["rule_version"],
            lines=batch.lines,
        )
    ]
    yield from _tell("3", N_("批次内容与确认提交时的指纹不符：{found}"), changed)


def _numbers(connection: Connection) -> Iterator[Broken]:
    """Every batch number carries its own check digit (``names.md``)."""
    wrong = [number for number in store.batch_numbers(connection) if not _is_batch_number(number)]
    yield from _tell("4", N_("批次号的格式或校验位不正确：{found}"), wrong)


def _is_batch_number(number: str) -> bool:
    digits = number.removeprefix("TF")
    return len(number) == 17 and len(digits) == 15 and digits.isdigit() and mod_11_10(digits[:-1]) == digits[-1]


def _histories(connection: Connection) -> Iterator[Broken]:
    """Invariants 6 and 7: every history runs along the lifecycle, without a gap, to where the batch stands."""
    faults: dict[Callable[[list[Move]], bool], list[str]] = {fault: [] for fault in _HISTORY_FAULTS}
    for history in store.moves(connection):
        for fault, found in faults.items():
            if fault(history):
                found.append(history[0].number)
    for fault, found in faults.items():
        yield from _tell(*_HISTORY_FAULTS[fault], found)


def _has_gap(history: list[Move]) -> bool:
    positions = [move.position for move in history]
    follows = all(before.to_state == after.from_state for before, after in pairwise(history))
    return positions != list(range(1, len(history) + 1)) or history[0].from_state != "" or not follows


def _ends_elsewhere(history: list[Move]) -> bool:
    return history[-1].to_state != history[-1].state


def _leaves_the_lifecycle(history: list[Move]) -> bool:
    first, *later = history
    filed = (first.step, first.to_state, first.part) == ("submit", State.SUBMITTED.value, Part.FILER.value)
    return not filed or not all(map(_is_legal, later))


def _is_legal(move: Move) -> bool:
    try:
        edge = find_edge(State(move.from_state), move.step)
    except (IllegalTransition, ValueError):
        return False
    return edge.target.value == move.to_state and move.part in {edge.part.value, Part.SYSTEM.value}


_HISTORY_FAULTS: dict[Callable[[list[Move]], bool], tuple[str, str]] = {
    _has_gap: ("7", N_("批次的流程记录不连续：{found}")),
    _ends_elsewhere: ("7", N_("批次状态与最后一条流程记录不一致：{found}")),
    _leaves_the_lifecycle: ("7", N_("批次走了流程之外的步骤：{found}")),
}


def _trail(connection: Connection, desk: Desk) -> Iterator[Broken]:
    """Invariant 7: the audit log is one unbroken chain and reaches the head that was signed outside the database."""
    try:
        head = desk.signed_head()
    except DamagedKey as error:
        yield Broken("7", explain(error))
        head = None
    except (ValueError, KeyError, TypeError):
        yield Broken("7", _("数据库之外的审计链头签名不符，可能被改动"))
        head = None
    else:
        # Entries of the very first transaction may stand alone: a crash came between its commit and its signature.
        if head is None and store.moments_audited(connection) > 1:
            yield Broken("7", _("数据库之外的审计链头丢失，无法确认审计记录是否完整"))
    entry = store.first_broken_entry(connection, head)
    if entry is not None:
        yield Broken("7", _("审计记录自序号 {entry} 起被改动、缺失或截断").format(entry=entry))


def _rollups(connection: Connection) -> Iterator[Broken]:
    """What the boards read is what lines and histories say."""
    yield from _tell("boards", N_("批次的统计数与明细不一致：{found}"), rollup_checks.batches_miscounted(connection))
    yield from _tell(
        "boards", N_("统计汇总与批次的统计数不一致，月份：{found}"), rollup_checks.months_missummed(connection)
    )
    yield from _tell(
        "boards", N_("办理步骤的统计与流程记录不一致，月份：{found}"), rollup_checks.steps_miscounted(connection)
    )


def _settings(connection: Connection) -> Iterator[Broken]:
    yield from _tell(
        "settings",
        N_("有无法识别的设置：{found}"),
        [key for key, value in store.stored_settings(connection) if not _is_accepted(key, value)],
    )


def _is_accepted(key: str, value: str) -> bool:
    try:
        return find_switch(key).accept(value) == value
    except InvalidInput:
        return False


def _papers(desk: Desk) -> Iterator[Broken]:
    yield from _tell("papers", N_("材料文件缺失或已损坏，材料编号：{found}"), lost_papers(desk))


def _payment_files(desk: Desk) -> Iterator[Broken]:
    yield from _tell("papers", N_("支付文件缺失或已损坏：{found}"), lost_payment_files(desk))
