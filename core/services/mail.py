"""Mails about what happened to one's batches: the same that 消息 lists, for those who want it by mail too.

They are written in the transaction of the step and sent later (``mail_sending``), so that no step ever waits for a mail
server. A mail names a batch, its state and the way to it; never a person, an identity number, an account or a note.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from core.domain.account_change import ChangeState
from core.domain.lifecycle import Edge, State
from core.domain.wording import N_
from core.services.desk import Unit
from core.store import outbox
from core.texts import _, speaking

_SUBJECT = N_("【退费工作台】{subject}：{state}")
_BODY = N_(
    "{subject}：{step}，当前状态为“{state}”。\n\n登录退费工作台查看：{link}\n\n"
    "本邮件由系统自动发送，请勿回复。不再接收邮件的，请在“我的账号”中关闭。\n"
)
_CHANGE, _COMMENT = N_("登记账户变更"), N_("有新的留言")


@dataclass(frozen=True, slots=True)
class _News:
    """What a mail tells, in msgids but for ``subject``, which is a batch number or a msgid."""

    sequence: int
    subject: str
    step: str
    state: str
    path: str


def announce_step(unit: Unit, batch_id: str, number: str, edge: Edge, sequence: int, actor: str) -> None:
    """Tell the others who have a part in a batch of a step that ``actor`` took, each in his own language."""
    if unit.mail is not None:
        readers = outbox.holders_who_want_mail(unit.connection, batch_id, actor)
        _queue(unit, readers, _News(sequence, number, edge.label, edge.target.label, f"/batch?no={number}"))


def announce_comment(unit: Unit, batch: Any, sequence: int, *, internal: bool) -> None:
    """Tell the others who have a part in ``batch``, and whom it is assigned to, that something was written beside it."""
    if unit.mail is not None:
        readers = outbox.commented_who_want_mail(
            unit.connection, batch.batch_id, unit.viewer.username, internal=internal
        )
        state = State(batch.state).label
        _queue(unit, readers, _News(sequence, batch.number, _COMMENT, state, f"/batch?no={batch.number}"))


def announce_change(unit: Unit, employer_id: str, requested_by: str, state: ChangeState, sequence: int) -> None:
    """Tell the employer's clerks, and whoever asked, what another person did about its registered account."""
    if unit.mail is not None:
        readers = outbox.of_account_who_want_mail(unit.connection, employer_id, requested_by, unit.viewer.username)
        _queue(unit, readers, _News(sequence, _CHANGE, _CHANGE, state.label, "/inbox"))


def _queue(unit: Unit, readers: Iterable[Any], news: _News) -> None:
    outbox.insert_mails(unit.connection, [_mail(unit, reader, news) for reader in readers])


def _mail(unit: Unit, reader: Any, news: _News) -> dict[str, str]:
    site = unit.mail.site if unit.mail is not None else ""
    with speaking(reader.language):
        said = {"subject": _(news.subject), "step": _(news.step), "state": _(news.state), "link": site + news.path}
        return {
            # One mail for each event and reader, whatever happens.
            "mail_id": f"{news.sequence}-{reader.username}",
            "username": reader.username,
            "recipient": reader.email,
            "subject": _(_SUBJECT).format(**said),
            "body": _(_BODY).format(**said),
            "queued_at": unit.at,
            "due_at": unit.at,
        }
