"""The second factor: a code of an authenticator app (TOTP, six digits, 30 seconds), shown again before money moves.

Whoever decides or pays enrols once. A code that is shown keeps *this* sign-in fresh for five minutes
(``core.services.sessions.viewer_of_sign_in``); a code is taken once, wrong ones are counted. Who has lost his device is reset by
an administrator, or at the command line.
"""

import base64
import hmac
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pyotp
from cryptography.fernet import Fernet, InvalidToken

from core.documents.qr_code import qr_svg
from core.domain.errors import IllegalTransition, InvalidInput, NotAllowed
from core.domain.identifiers import normalise
from core.domain.roles import Right, Viewer
from core.domain.wording import N_
from core.services.accounts import DEMO_ACCOUNTS, existing_user
from core.services.desk import Desk, Unit
from core.services.sessions import session_of
from core.services.throttle import count_factor_attempt
from core.store import accounts as store
from core.store.sign_ins import delete_failures, note_factor, revoke_sessions

#: The name under which an authenticator app lists the account.
ISSUER = "Refund Desk"
#: The input in which a code is typed, on every screen.
FIELD = "factor_code"
#: How many sign-ins of one person may have an enrolment under way; the oldest gives way.
_MOST_BEGUN = 5
_ENROLLED = N_("已登记动态验证码；更换设备请联系系统管理员重置")
_WRONG = N_("动态验证码不正确或已使用过，请输入最新的一个")
_ELSEWHERE = N_("该验证码属于另一处登录中显示的密钥：请回到那里完成登记，或扫描本页的二维码")


@dataclass(frozen=True)
class Enrolment:
    """A secret on its way into the user's device; it opens nothing until a code of it has been shown."""

    secret: str
    uri: str

    @property
    def groups(self) -> str:
        """The secret for typing, in groups of four."""
        return " ".join(re.findall(".{1,4}", self.secret))

    @cached_property
    def picture(self) -> str:
        """The QR code that an authenticator app scans (SVG)."""
        return qr_svg(self.uri)


def enrolled_at(desk: Desk, viewer: Viewer) -> str:
    """Since when the viewer has a second factor (stored moment); blank while he has none."""
    user = _read(desk, viewer)
    return str(user.totp_confirmed_at)


def begin_enrolment(desk: Desk, viewer: Viewer, session: str) -> Enrolment:
    """A new secret for the viewer, the same one as long as this sign-in goes on about it.

    Another sign-in gets another secret beside it: one that somebody has once seen on this screen is never confirmed by someone
    else, and what was begun elsewhere can still be finished there. Raises ``IllegalTransition`` when a factor is enrolled
    already.
    """
    user = _read(desk, viewer)
    if user.totp_confirmed_at:
        raise IllegalTransition(_ENROLLED, field=FIELD)
    secret = _secret_of(desk, user, session) or _begin(desk, viewer, session)
    return Enrolment(secret, pyotp.TOTP(secret).provisioning_uri(name=viewer.username, issuer_name=ISSUER))


def confirm_enrolment(desk: Desk, viewer: Viewer, session: str, code: str) -> None:
    """Finish what ``begin_enrolment`` began: the first code shows that the device has the secret, and is fresh at once."""
    _prove(desk, viewer, session, code, enrolling=True)


def show_factor(desk: Desk, viewer: Viewer, session: str, code: str) -> None:
    """Take a code of the viewer's device: his sign-in ``session`` (its reference) is fresh for five minutes.

    ``InvalidInput`` in field ``factor_code`` for a wrong or used code, ``Throttled`` after too many of them, ``NotAllowed``
    while nothing is enrolled.
    """
    _prove(desk, viewer, session, code, enrolling=False)


def reset_factor(desk: Desk, viewer: Viewer, name: str) -> None:
    """Take somebody's second factor away and end his sessions; he enrols anew. Asks for the administrator's own fresh one."""
    viewer.require(Right.MANAGE_USERS)
    viewer.require_factor()
    with desk.write(viewer) as unit:
        existing_user(unit, name)
        store.update_user(unit.connection, name, totp_secret="", totp_confirmed_at="", totp_last_step=0)
        revoke_sessions(unit.connection, name, unit.at)
        unit.audit("factor.reset", name)


def demonstration_code(desk: Desk, viewer: Viewer, session: str) -> str:
    """A code that would be taken now, for the demonstration's known accounts and in its mode only; else blank."""
    if os.environ.get("REFUND_DEMO") != "1" or viewer.username not in DEMO_ACCOUNTS:
        return ""
    user = _read(desk, viewer)
    secret = _secret_of(desk, user, session)
    steps = _open_steps(desk, secret, user.totp_last_step) if secret else []
    return pyotp.TOTP(secret).generate_otp(steps[0]) if secret and steps else ""


def _read(desk: Desk, viewer: Viewer) -> Any:
    with desk.read() as connection:
        user = store.read_user(connection, viewer.username)
    if user is None:
        raise NotAllowed(N_("登录已失效，请重新登录。"), field=FIELD)
    return user


def _begin(desk: Desk, viewer: Viewer, session: str) -> str:
    with desk.write(viewer) as unit:
        _require_session(unit, session)
        # Another sign-in may have begun or confirmed its own meanwhile: neither is written over.
        user = _locked(unit)
        if user.totp_confirmed_at:
            raise IllegalTransition(_ENROLLED, field=FIELD)
        begun = {session: pyotp.random_base32()} | _begun(desk, user)
        kept = dict(list(begun.items())[:_MOST_BEGUN])
        store.update_user(
            unit.connection, user.username, totp_secret=_sealed(desk, user.username, kept), totp_last_step=0
        )
    return begun[session]


def _prove(desk: Desk, viewer: Viewer, session: str, code: str, *, enrolling: bool) -> None:
    typed = re.sub(r"\s", "", normalise(code))
    if not re.fullmatch(r"\d{6}", typed, re.ASCII):
        raise InvalidInput(N_("请输入 6 位动态验证码"), field=FIELD)
    attempt = count_factor_attempt(desk, viewer.username)
    with desk.write(viewer) as unit:
        row = _require_session(unit, session)
        if _take(desk, unit, session, typed, enrolling=enrolling):
            note_factor(unit.connection, row.token_hash, unit.at)
            delete_failures(unit.connection, subject=attempt.account, failure_ids=attempt.failure_ids)
            unit.audit("factor.enrol" if enrolling else "factor.show", viewer.username)
            return
        unit.audit("factor.refuse", viewer.username)
        elsewhere = enrolling and _is_begun_elsewhere(desk, _locked(unit), session, typed)
    raise InvalidInput(_ELSEWHERE if elsewhere else _WRONG, field=FIELD)


def _take(desk: Desk, unit: Unit, session: str, code: str, *, enrolling: bool) -> bool:
    """Whether the code is right and nobody has used it; its time-step is then taken."""
    user = _locked(unit)
    secret = _secret_of(desk, user, session)
    if secret is None or bool(user.totp_confirmed_at) is enrolling:
        raise NotAllowed(N_("请先登记动态验证码"), field=FIELD)
    totp = pyotp.TOTP(secret)
    for step in _open_steps(desk, secret, user.totp_last_step):
        if hmac.compare_digest(totp.generate_otp(step), code):
            # What other sign-ins have begun ends here.
            only = {"totp_secret": _sealed(desk, user.username, {session: secret})}
            confirmed = {"totp_confirmed_at": unit.at, **only} if enrolling else {}
            return store.take_time_step(unit.connection, user, step, **confirmed)
    return False


def _open_steps(desk: Desk, secret: str, last: int) -> list[int]:
    """The time-steps whose code may still be shown: this one and its neighbours, as far as they are not used.

    A last step that lies in the future was taken by a clock that has been set back since: it must not shut anybody out.
    """
    now = pyotp.TOTP(secret).timecode(desk.clock())
    return [step for step in (now, now + 1, now - 1) if step > last or last > now + 1]


def _is_begun_elsewhere(desk: Desk, user: Any, session: str, code: str) -> bool:
    """Whether the code is of a secret that another sign-in of the same person shows: he has scanned that one."""
    others = [secret for begun_in, secret in _begun(desk, user).items() if begun_in != session]
    return any(
        hmac.compare_digest(pyotp.TOTP(secret).generate_otp(step), code)
        for secret in others
        for step in _open_steps(desk, secret, user.totp_last_step)
    )


def _require_session(unit: Unit, session: str) -> Any:
    row = session_of(unit.connection, unit.viewer.username, session)
    if row is None:
        raise NotAllowed(N_("登录已失效，请重新登录。"), field=FIELD)
    return row


def _locked(unit: Unit) -> Any:
    """The viewer's own row, held to the end of the transaction."""
    return store.read_user(unit.connection, unit.viewer.username, lock=True)


def _box(desk: Desk) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(desk.key("factor")))


def _secret_of(desk: Desk, user: Any, session: str) -> str | None:
    """The user's secret; one that waits for its confirmation only in the sign-in that began it."""
    begun = _begun(desk, user)
    return next(iter(begun.values()), None) if user.totp_confirmed_at else begun.get(session)


def _begun(desk: Desk, user: Any) -> dict[str, str]:
    """The user's secrets by the sign-in that began them: the confirmed one alone, or all that wait for their confirmation.

    They are sealed together with their owner's name: copied to another row of the database they are none.
    """
    if not user.totp_secret:
        return {}
    try:
        owner, *pairs = json.loads(_box(desk).decrypt(user.totp_secret.encode()))
    except InvalidToken:
        if not user.totp_confirmed_at:
            return {}
        raise NotAllowed(N_("动态验证码的密钥无法读取，请联系系统管理员重置"), field=FIELD) from None
    return dict(zip(pairs[::2], pairs[1::2], strict=True)) if owner == user.username else {}


def _sealed(desk: Desk, owner: str, begun: Mapping[str, str]) -> str:
    """Secrets as the database keeps them: the owner, then each sign-in and its secret."""
    written = json.dumps([owner, *(text for pair in begun.items() for text in pair)])
    return _box(desk).encrypt(written.encode()).decode()
