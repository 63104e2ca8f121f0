"""``check`` finds every kind of damage: each is planted with raw SQL behind the back of constraints and triggers.

The ledger before the damage: one batch paid and closed, one in review, one withdrawn, with papers.
"""

import json
import re
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from core.domain.roles import SYSTEM, Viewer
from core.services.checks import Broken, check_everything
from core.services.desk import Desk
from core.services.filing import submit_batch
from core.services.papers import add_paper
from core.services.previews import preview_batch
from core.services.settings import change_setting
from core.services.steps import advance_batch, withdraw_batch
from core.store.database import Database
from tests.support.desks import (
    CLERK,
    FINANCE,
    NOW,
    REVIEWER,
    SECOND_REVIEWER,
    Clock,
    Ledger,
    make_desk,
    prepare_draft,
)
from tests.support.pool import MigratedDatabases
from tests.support.postgres import PostgresServer
from tests.support.warm import warm

PDF = (Path(__file__).parents[2] / "data" / "demo" / "sample.pdf").read_bytes()
PAID = "(SELECT batch_id FROM batches WHERE state = 'closed')"
LIVE = "(SELECT batch_id FROM batches WHERE state = 'first_review')"
ONE_ORDER = "insurance = 'unemployment'"
ONE_LINE = f"batch_id = {PAID} AND position = 1"


def file_batch(desk: Desk, serials: Sequence[str], *papers: str) -> str:
    draft_id = prepare_draft(desk, serials)
    for material in papers:
        add_paper(desk, CLERK, draft_id, material, f"{material}.pdf", PDF)
    preview = preview_batch(desk, CLERK, draft_id)
    return submit_batch(desk, CLERK, draft_id, preview.key, preview.fingerprint).numbers[0]


def advance(desk: Desk, number: str, *steps: tuple[Viewer, str]) -> None:
    for viewer, step in steps:
        assert isinstance(desk.clock, Clock)
        desk.clock.forward(hours=3)
        advance_batch(desk, viewer, number, step, "银行回单核对一致")


def work(desk: Desk) -> None:
    """Three batches: paid and closed, in review, withdrawn."""
    ledger = Ledger(desk.database)
    change_setting(desk, SYSTEM, "approval_threshold_yuan", "100000")
    paid = file_batch(desk, ledger.leaver(1, [202204, 202205, 202206]), "M1", "M8")
    advance(desk, paid, (REVIEWER, "pass"), (SECOND_REVIEWER, "pass"))
    advance(desk, paid, (FINANCE, "pay"), (FINANCE, "settle"), (FINANCE, "close"))
    file_batch(desk, ledger.leaver(2, [202205, 202206]), "M1", "M8")
    withdraw_batch(desk, CLERK, file_batch(desk, ledger.leaver(3, [202205])))


@pytest.fixture(scope="module")
def busy_folder(_migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The work done once on SQLite, database and all, to be copied for every test."""
    folder = tmp_path_factory.mktemp("busy")
    database = Database(f"sqlite:///{shutil.copyfile(_migrated_file, folder / 'refund.sqlite3')}")
    work(make_desk(database, folder))
    database.dispose()
    with closing(sqlite3.connect(folder / "refund.sqlite3")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return folder


@pytest.fixture(scope="module")
def busy_databases(
    _migrated_name: str, postgres_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> tuple[MigratedDatabases, Path]:
    """The work done once on PostgreSQL: databases that hold it, and the data directory beside them."""
    name, folder = postgres_server.new_database(_migrated_name), tmp_path_factory.mktemp("busy")
    database = Database(postgres_server.url(name))
    work(make_desk(database, folder))
    database.dispose()
    return MigratedDatabases(postgres_server, name), folder


@pytest.fixture(params=["sqlite", "postgresql"])
def busy_desk(request: pytest.FixtureRequest, data_dir: Path) -> Iterator[Desk]:
    """A desk with three batches behind it; nothing is wrong with it."""
    if request.param == "sqlite":
        shutil.copytree(request.getfixturevalue("busy_folder"), data_dir, dirs_exist_ok=True)
        yield from opened(f"sqlite:///{data_dir / 'refund.sqlite3'}", data_dir)
        return
    databases, folder = request.getfixturevalue("busy_databases")
    shutil.copytree(folder, data_dir, dirs_exist_ok=True)
    server: PostgresServer = request.getfixturevalue("postgres_server")
    name = databases.take()
    yield from opened(server.url(name), data_dir)
    databases.give_back(name)


def opened(url: str, folder: Path) -> Iterator[Desk]:
    desk = Desk(warm(Database(url)), folder, clock=Clock(NOW + timedelta(days=1)))
    yield desk
    desk.database.dispose()


@dataclass(frozen=True)
class Damage:
    """What is done to the database, and what ``check`` must say. ``bare`` tables lose all their constraints first."""

    name: str
    code: str
    told: str
    statements: tuple[str, ...]
    bare: tuple[str, ...] = ()


def damage(name: str, code: str, told: str, *statements: str, bare: tuple[str, ...] = ()) -> Damage:
    return Damage(name, code, told, statements, bare)


COPY_LINE = f"""INSERT INTO batch_lines SELECT {LIVE}, 900, serial, insurance, social_security_number, name, period, verdict,
    employer_part, personal_part, late_fee, interest, refundable, live FROM batch_lines WHERE {ONE_LINE}"""
DAMAGES = (
    # 1
    damage("one line in two live batches", "1", "同时在两个", COPY_LINE, bare=("batch_lines",)),
    # 2
    damage(
        "another total", "2", "总额不等于有效明细之和", f"UPDATE batches SET total = total + 1 WHERE batch_id = {PAID}"
    ),
    damage("another count", "2", "明细条数与实际不符", f"UPDATE batches SET line_count = 1 WHERE batch_id = {PAID}"),
    damage("a refusal lost", "2", "不能退费条数", "DELETE FROM refused_lines WHERE serial = 'S000001'"),
    damage("a fen more is paid", "2", "支付金额不等于", "UPDATE payment_lines SET amount = amount + 1"),
    damage("a fund is not paid", "2", "支付金额不等于", "DELETE FROM payment_lines WHERE insurance = 'unemployment'"),
    damage(
        "money between funds",
        "2",
        "支付金额不等于",
        "UPDATE payment_lines SET amount = amount + 1 WHERE insurance = 'pension'",
        "UPDATE payment_lines SET amount = amount - 1 WHERE insurance = 'unemployment'",
    ),
    # 3
    damage("another account", "3", "指纹不符", "UPDATE batches SET bank_account = '0200001009012345679'"),
    damage("another rule version", "3", "指纹不符", "UPDATE batches SET rule_version = 'older'"),
    damage("another verdict", "3", "指纹不符", f"UPDATE batch_lines SET verdict = 'review' WHERE {ONE_LINE}"),
    damage("a line lost", "3", "指纹不符", f"DELETE FROM batch_lines WHERE {ONE_LINE}"),
    # 4
    damage("no key", "4", "缺少防重复提交", f"UPDATE batches SET idempotency_key = '' WHERE batch_id = {PAID}"),
    damage("one key twice", "4", "同一个防重复提交", "UPDATE batches SET idempotency_key = 'k'", bare=("batches",)),
    damage("one number twice", "4", "批次号重复", "UPDATE batches SET number = 'TF202311010000014'", bare=("batches",)),
    damage(
        "a mistyped number",
        "4",
        "校验位不正确",
        f"UPDATE batches SET number = 'TF20231101000001' || (1 + "
        f"CAST(substr(number, 17) AS integer)) % 10 WHERE batch_id = {PAID}",
    ),
    # 5
    damage("a paid line is free", "5", "占用标记", f"UPDATE batch_lines SET live = FALSE WHERE {ONE_LINE}"),
    damage("a withdrawn line is not", "5", "占用标记", "UPDATE batch_lines SET live = TRUE"),
    damage(
        "the ledger says less",
        "5",
        "与台账中的缴费记录不一致",
        "UPDATE contributions SET pension_employer_part = 1 WHERE serial = 'S000002'",
    ),
    damage(
        "the ledger says another month",
        "5",
        "与台账中的缴费记录不一致",
        "UPDATE contributions SET period = 202001 WHERE serial = 'S000002'",
    ),
    damage("the row is gone", "5", "与台账中的缴费记录不一致", "DELETE FROM contributions WHERE serial = 'S000002'"),
    damage(
        "a reversal without payment",
        "5",
        "尚未支付的批次有冲销记录",
        f"""INSERT INTO reversals
           SELECT batch_id, position, serial, insurance, -employer_part, -personal_part, 0, 0, 'now', 1
           FROM batch_lines WHERE batch_id = {LIVE} AND position = 1""",
    ),
    damage("a payment without reversal", "5", "缺少冲销记录", "DELETE FROM reversals WHERE position = 1"),
    damage("an entry left out", "5", "次序不连续", "UPDATE reversals SET entry = 3 WHERE position = 1"),
    damage(
        "given back without the money",
        "5",
        "缺少冲销记录",
        """INSERT INTO reversals SELECT batch_id, position, serial, insurance, -employer_part, -personal_part,
            -late_fee, -interest, at, 2 FROM reversals WHERE position = 1""",
    ),
    damage("half a reversal", "5", "冲销金额", "UPDATE reversals SET employer_part = employer_part / 2"),
    # payments
    damage("a run with another total", "2", "支付批次的笔数或总额", "UPDATE payment_runs SET total = total + 1"),
    damage("a run with fewer orders", "2", "支付批次的笔数或总额", f"DELETE FROM payment_orders WHERE {ONE_ORDER}"),
    damage("an order of a fen more", "2", "支付订单的金额", f"UPDATE payment_orders SET amount = 1 WHERE {ONE_ORDER}"),
    damage(
        "one fund leaves twice",
        "1",
        "两笔在途或已支付",
        f"""INSERT INTO payment_orders SELECT reference || 'x', run_id, batch_id, insurance, 2, amount, bank_name,
            bank_account, account_holder, branch_name, cnaps_code, status, bank_reason, settled_on, note, result_id
            FROM payment_orders WHERE {ONE_ORDER}""",
        bare=("payment_orders",),
    ),
    damage(
        "a paid batch with a fund under way",
        "5",
        "没有支付成功的订单",
        f"UPDATE payment_orders SET status = 'sent', result_id = NULL WHERE {ONE_ORDER}",
    ),
    damage(
        "an order under way of a batch that isn't",
        "5",
        "在途的支付订单不一致",
        f"UPDATE payment_orders SET status = 'sent', result_id = NULL WHERE {ONE_ORDER}",
    ),
    damage(
        "every fund is paid and the batch is not",
        "5",
        "没有转为已支付",
        "UPDATE batches SET state = 'paying' WHERE state = 'closed'",
    ),
    damage("a result of no file", "5", "与银行回盘的记录不一致", "UPDATE bank_results SET booked = FALSE"),
    damage(
        "the bank said another account",
        "5",
        "与银行回盘的记录不一致",
        "UPDATE bank_result_rows SET account = '1' WHERE position = 1",
    ),
    damage("a row of the bank is lost", "5", "银行回盘的行数", "DELETE FROM bank_result_rows WHERE position = 1"),
    damage(
        "a line refused behind the batch's back",
        "5",
        "占用标记",
        f"INSERT INTO line_decisions VALUES ({PAID}, 1, 1, 'first_reviewer', 'refuse', 'N13', '', 'reviewer1', 'now', TRUE)",
    ),
    damage(
        "the money of a refused line",
        "2",
        "总额不等于有效明细之和",
        f"INSERT INTO line_decisions VALUES ({PAID}, 1, 1, 'first_reviewer', 'refuse', 'N13', '', 'reviewer1', 'now', TRUE)",
    ),
    damage(
        "a refused line was reversed",
        "5",
        "未予退费的明细有冲销记录",
        f"INSERT INTO line_decisions VALUES ({PAID}, 1, 1, 'first_reviewer', 'refuse', 'N13', '', 'reviewer1', 'now', TRUE)",
    ),
    damage(
        "nothing is left of a batch",
        "5",
        "没有有效明细",
        f"""INSERT INTO line_decisions SELECT batch_id, position, 1, 'first_reviewer', 'refuse', 'N13', '', 'reviewer1', 'now',
            TRUE FROM batch_lines WHERE batch_id = {LIVE}""",
    ),
    damage("a round too many", "5", "轮次与补正次数不一致", f"UPDATE batches SET round = 2 WHERE batch_id = {LIVE}"),
    damage(
        "a mark of a round to come",
        "5",
        "逐条意见与批次轮次不一致",
        f"INSERT INTO line_decisions VALUES ({LIVE}, 1, 2, 'first_reviewer', 'pass', '', '', 'reviewer1', 'now', FALSE)",
    ),
    damage(
        "a correction without its step",
        "5",
        "更正前的银行信息与更正次数不一致",
        f"INSERT INTO bank_corrections VALUES ({LIVE}, 1, '', '', '', '', '', '', 'clerk1', 'corrector', 'now')",
    ),
    damage(
        "a line marked in another's part",
        "6",
        "承担了两个环节",
        f"INSERT INTO line_decisions VALUES ({PAID}, 1, 1, 'second_reviewer', 'pass', '', '', 'clerk1', 'now', TRUE)",
    ),
    # 6
    damage(
        "two parts held",
        "6",
        "承担了两个环节",
        f"INSERT INTO batch_parts VALUES ({PAID}, 'clerk1', 'payer')",
        bare=("batch_parts",),
    ),
    damage(
        "a step in another's part",
        "6",
        "承担了两个环节",
        "UPDATE batch_events SET username = 'clerk1' WHERE step = 'close'",
    ),
    damage(
        "a part that nobody holds", "6", "没有登记为该环节", "DELETE FROM batch_parts WHERE part = 'second_reviewer'"
    ),
    damage("another filer", "6", "没有登记为申报环节", "UPDATE batches SET filer = 'clerk1b'"),
    # 7
    damage(
        "a state out of nowhere",
        "7",
        "最后一条流程记录不一致",
        "UPDATE batches SET state = 'payable' WHERE state = 'closed'",
    ),
    damage("a step is missing", "7", "不连续", "DELETE FROM batch_events WHERE step = 'settle'"),
    damage("no history", "7", "不连续", f"DELETE FROM batch_events WHERE batch_id = {LIVE}"),
    damage(
        "a step that leads elsewhere", "7", "流程之外", "UPDATE batch_events SET step = 'bounce' WHERE step = 'settle'"
    ),
    damage("a step that doesn't exist", "7", "流程之外", "UPDATE batch_events SET step = 'bribe' WHERE step = 'pay'"),
    damage("a step by the wrong part", "7", "流程之外", "UPDATE batch_events SET part = 'payer' WHERE step = 'pass'"),
    damage(
        "another step was audited",
        "7",
        "没有对应的审计记录",
        "UPDATE audit SET action = 'batch.pay' WHERE action = 'batch.pass'",
    ),
    damage(
        "another batch was audited",
        "7",
        "没有对应的审计记录",
        "UPDATE audit SET subject = 'TF0' WHERE action = 'batch.settle'",
    ),
    damage(
        "somebody else was audited",
        "7",
        "没有对应的审计记录",
        "UPDATE audit SET actor = 'finance2' WHERE action = 'batch.pay'",
    ),
    damage(
        "an entry without its step", "7", "审计记录没有对应的流程记录", "DELETE FROM batch_events WHERE step = 'close'"
    ),
    damage(
        "one entry for two steps",
        "7",
        "一条审计记录对应了多条",
        "UPDATE batch_events SET audit_sequence = (SELECT max(sequence) FROM audit)",
        bare=("batch_events",),
    ),
    damage("an entry was changed", "7", "自序号 1 起", "UPDATE audit SET detail = '{}' WHERE sequence = 1"),
    damage("an entry was forged whole", "7", "自序号 1 起", "UPDATE audit SET hash = 'x' WHERE sequence = 1"),
    damage("an entry is missing", "7", "自序号 2 起", "DELETE FROM audit WHERE sequence = 2"),
    damage(
        "the log was cut off",
        "7",
        "审计记录自序号",
        "DELETE FROM audit WHERE sequence = (SELECT max(sequence) FROM audit)",
    ),
    damage("the log is empty", "7", "自序号 1 起", "DELETE FROM audit"),
    # the boards
    damage(
        "a batch counts less",
        "boards",
        "统计数与明细不一致",
        "UPDATE batch_figures SET lines = 1 WHERE measure = 'filed'",
    ),
    damage(
        "a batch does not count", "boards", "统计数与明细不一致", f"DELETE FROM batch_figures WHERE batch_id = {LIVE}"
    ),
    damage("a sum of a fen more", "boards", "不一致，月份：202311", "UPDATE line_rollup SET amount = amount + 1"),
    damage("a sum of nothing", "boards", "不一致，月份：202301", "UPDATE line_rollup SET month = 202301"),
    damage("a step counted twice", "boards", "办理步骤的统计", "UPDATE step_rollup SET moves = 2 WHERE step = 'pay'"),
    # the ledger
    damage("a fact at no employer", "ledger", "人员事项的单位编号", "UPDATE facts SET employer_id = 'E9'"),
    damage("a fact that needs an employer", "ledger", "人员事项的单位编号", "UPDATE facts SET employer_id = ''"),
    damage(
        "a negative amount",
        "database",
        "contributions.ck_contributions_not_negative",
        "UPDATE contributions SET pension_interest = -1",
        bare=("contributions",),
    ),
    damage(
        "an unknown kind",
        "database",
        "contributions.ck_contributions_kind_known",
        "UPDATE contributions SET kind = 'gift'",
        bare=("contributions",),
    ),
    damage(
        "a thirteenth month",
        "database",
        "contributions.ck_contributions_period_is_month",
        "UPDATE contributions SET period = 202213",
        bare=("contributions",),
    ),
    damage(
        "a serial twice",
        "database",
        "contributions.uq_contributions_serial",
        "UPDATE contributions SET serial = 'S'",
        bare=("contributions",),
    ),
    damage("a row of nobody", "database", "contributions.fk_contributions_employer_id", "DELETE FROM employers"),
    damage(
        "a step by nobody",
        "database",
        "batch_parts.fk_batch_parts_username",
        "DELETE FROM users WHERE username = 'finance1'",
    ),
    damage("a setting that nobody knows", "settings", "colour", "INSERT INTO settings VALUES ('colour', 'red')"),
    damage("a setting out of range", "settings", "days_to_pay", "INSERT INTO settings VALUES ('days_to_pay', '600')"),
    # the house itself
    damage("no index against double claims", "schema", "uq_batch_lines_live", "DROP INDEX uq_batch_lines_live"),
    damage("no constraints", "schema", "ck_contributions_not_negative", bare=("contributions",)),
    damage("no column", "schema", "exports.kind", "ALTER TABLE exports DROP COLUMN kind"),
    damage("no table", "schema", "exports", "DROP TABLE exports"),
    damage("another revision", "schema", "0000", "UPDATE alembic_version SET version_num = '0000'"),
)


def plant(database: Database, statements: Sequence[str], bare: Sequence[str] = ()) -> None:
    """Run statements with nothing to stop them. Triggers come back afterwards; what ``bare`` took away does not."""
    with closing(open_unguarded(database)) as connection:
        triggers = []
        if database.is_sqlite:
            triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _sql in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        for table in bare:
            connection.execute(f"CREATE TABLE copied AS SELECT * FROM {table}")
            connection.execute(f"DROP TABLE {table} {'' if database.is_sqlite else 'CASCADE'}")
            connection.execute(f"ALTER TABLE copied RENAME TO {table}")
        for statement in (*statements, *(sql for _name, sql in triggers)):
            connection.execute(statement)


def open_unguarded(database: Database) -> Any:
    """The driver's own connection: every statement commits, no constraint to another table and no trigger is looked at."""
    if database.is_sqlite:
        connection = sqlite3.connect(str(database.url.database), isolation_level=None)
        connection.execute("PRAGMA ignore_check_constraints = ON")
        return connection
    database.dispose()
    address = database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(address, autocommit=True, options="-c session_replication_role=replica")


def told(found: Sequence[Broken], code: str) -> str:
    return "\n".join(broken.sentence for broken in found if broken.code == code)


def test_nothing_is_wrong_with_an_empty_database(desk: Desk) -> None:
    assert check_everything(desk) == []


def test_nothing_is_wrong_after_ordinary_work(busy_desk: Desk) -> None:
    assert check_everything(busy_desk) == []


@pytest.mark.parametrize("done", DAMAGES, ids=lambda done: done.name)
def test_damage_is_found(busy_desk: Desk, done: Damage) -> None:
    plant(busy_desk.database, done.statements, done.bare)

    assert done.told in told(check_everything(busy_desk), done.code)


def test_a_dropped_trigger_is_missed(busy_desk: Desk) -> None:
    on = "" if busy_desk.database.is_sqlite else " ON audit"
    plant(busy_desk.database, [])
    with busy_desk.database.write() as connection:
        connection.exec_driver_sql(f"DROP TRIGGER audit_keep_delete{on}")

    assert "audit_keep_delete" in told(check_everything(busy_desk), "schema")


def test_a_trigger_that_is_switched_off_is_missed(postgresql_database: Database, data_dir) -> None:
    with postgresql_database.write() as connection:
        connection.exec_driver_sql("ALTER TABLE audit DISABLE TRIGGER audit_keep_update")

    assert "audit_keep_update" in told(check_everything(Desk(postgresql_database, data_dir)), "schema")


def test_a_damaged_file_is_found(sqlite_database: Database, data_dir) -> None:
    plant(
        sqlite_database,
        [
            "INSERT INTO settings VALUES ('days_to_pay', '5')",
            "PRAGMA writable_schema = ON",
            "UPDATE sqlite_master SET rootpage = 2 WHERE name = 'ix_papers_batch'",
        ],
    )

    assert "损坏" in told(check_everything(Desk(sqlite_database, data_dir)), "database")


# --- what lies outside the database -----------------------------------------------------------------------------------


def test_a_lost_paper_is_found(busy_desk: Desk) -> None:
    (path,) = (path for path in (busy_desk.data_dir / "papers").rglob("*") if path.is_file())
    path.unlink()

    assert "材料文件缺失" in told(check_everything(busy_desk), "papers")


def test_a_changed_paper_is_found(busy_desk: Desk) -> None:
    (path,) = (path for path in (busy_desk.data_dir / "papers").rglob("*") if path.is_file())
    path.write_bytes(path.read_bytes() + b" ")

    assert "材料文件缺失或已损坏" in told(check_everything(busy_desk), "papers")


@pytest.mark.parametrize("change", [{"sequence": 1}, {"hash": "0" * 64}, {"signature": "0" * 64}], ids=str)
def test_a_changed_head_is_found(busy_desk: Desk, change: dict[str, object]) -> None:
    path = busy_desk.data_dir / "audit-head.json"
    path.write_text(json.dumps({**json.loads(path.read_bytes()), **change}))

    assert "签名不符" in told(check_everything(busy_desk), "7")


def test_a_head_that_is_no_longer_readable_is_found(busy_desk: Desk) -> None:
    (busy_desk.data_dir / "audit-head.json").write_text("{")

    assert "签名不符" in told(check_everything(busy_desk), "7")


def test_a_damaged_key_is_found(busy_desk: Desk) -> None:
    (busy_desk.data_dir / "audit.key").write_bytes(b"")

    assert "密钥文件 audit.key 已损坏" in told(check_everything(busy_desk), "7")


def test_a_lost_head_is_found(busy_desk: Desk) -> None:
    (busy_desk.data_dir / "audit-head.json").unlink()

    assert "链头丢失" in told(check_everything(busy_desk), "7")


def test_a_crash_before_the_first_signature_is_no_damage(desk: Desk) -> None:
    change_setting(desk, SYSTEM, "days_to_pay", "6")
    (desk.data_dir / "audit-head.json").unlink()

    assert check_everything(desk) == []


def test_a_crash_between_commit_and_signature_is_no_damage(busy_desk: Desk) -> None:
    signed = (busy_desk.data_dir / "audit-head.json").read_bytes()
    change_setting(busy_desk, SYSTEM, "days_to_pay", "6")
    (busy_desk.data_dir / "audit-head.json").write_bytes(signed)

    assert check_everything(busy_desk) == []


def test_a_log_that_was_written_anew_is_found(busy_desk: Desk) -> None:
    """The chain alone would hold; the head outside the database does not fit it."""
    signed = (busy_desk.data_dir / "audit-head.json").read_bytes()
    plant(busy_desk.database, ["DELETE FROM batch_events", "DELETE FROM audit"])
    for days in range(5, 60):
        change_setting(busy_desk, SYSTEM, "days_to_pay", str(days))
    (busy_desk.data_dir / "audit-head.json").write_bytes(signed)

    assert "被改动、缺失或截断" in told(check_everything(busy_desk), "7")


def test_no_sentence_names_a_person(busy_desk: Desk) -> None:
    plant(busy_desk.database, ["UPDATE batches SET total = 0", "DELETE FROM batch_events", "DELETE FROM facts"])

    said = "\n".join(broken.sentence for broken in check_everything(busy_desk))

    assert not re.search(r"\d{17}[\dX]|赵一|clerk1", said)
