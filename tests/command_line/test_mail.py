"""``python -m core mail send``, and an address given with a new account."""

from dataclasses import replace
from pathlib import Path

import pytest

from core.services import filing, previews, steps
from core.services.accounts import list_users
from core.services.desk import Desk
from core.services.mail_wishes import save_mail_wish
from core.store.database import Database
from tests.support.desks import ADMIN, CLERK, REVIEWER, Ledger, make_desk, prepare_draft
from tests.support.names import Run
from tests.support.post_office import SENDER, open_post_office


@pytest.fixture
def desk(sqlite_database: Database, data_dir: Path) -> Desk:
    return make_desk(sqlite_database, data_dir)


def test_what_is_due_is_sent_and_counted(desk: Desk, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_post_office() as office:
        mailing = replace(desk, mail=office.server)
        save_mail_wish(mailing, CLERK, "clerk@example.cn", wanted=True)
        preview = previews.preview_batch(mailing, CLERK, prepare_draft(desk, Ledger(desk.database).leaver(1, [202205])))
        key, fingerprint = preview.key, preview.fingerprint
        number = filing.submit_batch(mailing, CLERK, preview.draft.draft_id, key, fingerprint).numbers[0]
        steps.advance_batch(mailing, REVIEWER, number, "accept")
        monkeypatch.setenv("REFUND_SMTP_URL", f"smtp://127.0.0.1:{office.port}?from={SENDER}&starttls=no")

        assert run("mail", "send", "--format", "csv") == (0, "sent,put_off,given_up,waiting\n1,0,0,0\n", "")
        assert run("mail", "send", "--format", "csv") == (0, "sent,put_off,given_up,waiting\n0,0,0,0\n", "")
        assert [mail["To"] for mail in office.delivered] == ["clerk@example.cn"]


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("", "没有配置邮件服务器，请设置环境变量 REFUND_SMTP_URL\n"),
        ("smtp://nowhere", "REFUND_SMTP_URL 无法识别，应为 smtp://用户:密码@主机:587?from=发件地址\n"),
    ],
)
def test_a_missing_or_wrong_server_is_one_sentence(
    run: Run, monkeypatch: pytest.MonkeyPatch, url: str, sentence: str
) -> None:
    monkeypatch.setenv("REFUND_SMTP_URL", url)

    assert run("mail", "send") == (1, "", sentence)


def test_an_account_is_made_with_an_address(desk: Desk, run: Run) -> None:
    assert run("user", "add", "new.reviewer", "--role", "reviewer", "--email", "new@example.cn")[0] == 0
    assert {user.username: user.email for user in list_users(desk, ADMIN)}["new.reviewer"] == "new@example.cn"
    assert run("user", "add", "other.reviewer", "--role", "reviewer", "--email", "nobody")[0] == 1
