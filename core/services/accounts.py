"""The people who use the product: who they are, what they may do, how they get in.

There is no default account. The first administrator is made at the command line and sets a password with a one-time
token; administrators make the others. Nobody is deleted: a disabled account keeps its name in the records.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from core.domain.errors import InvalidInput, NotFound
from core.domain.mail import check_address
from core.domain.roles import RIGHTS, SYSTEM, Right, Role, Viewer
from core.domain.wording import N_
from core.services import passwords
from core.services.desk import Desk, Unit
from core.services.sessions import SignInRefused, normal_username
from core.services.throttle import count_attempt
from core.store import accounts as store
from core.store.employers import read_employers
from core.store.sign_ins import delete_failures, revoke_sessions
from core.texts import LANGUAGES

TOKEN_LASTS = timedelta(days=3)
#: Whose accounts are worth a second factor to an administrator: who decides, pays, or makes such accounts himself.
DECIDING = (Right.REVIEW, Right.APPROVE, Right.PAY, Right.MANAGE_USERS)
_USERNAME = re.compile(r"[a-z][a-z0-9._-]{1,31}")
_RESERVED = frozenset({SYSTEM.username, "anonymous"})


@dataclass(frozen=True, slots=True)
class Account:
    """One user as an administrator sees it. ``can_sign_in`` is false until a password has been set."""

    username: str
    role: Role
    employers: tuple[str, ...]
    language: str
    disabled: bool
    can_sign_in: bool
    has_factor: bool
    created_at: str
    email: str = ""


def viewer_of(desk: Desk, username: str) -> Viewer | None:
    """Who this user is and what he may do now; ``None`` for an unknown or disabled account."""
    with desk.read() as connection:
        return store.read_viewer(connection, username)


def list_users(desk: Desk, viewer: Viewer) -> list[Account]:
    """Every account by name (``Right.MANAGE_USERS``)."""
    viewer.require(Right.MANAGE_USERS)
    with desk.read() as connection:
        employers = store.read_employers_of_users(connection)
        return [
            Account(
                row.username,
                Role(row.role),
                tuple(employers.get(row.username, ())),
                row.language,
                row.disabled,
                bool(row.password_hash) and not row.disabled,
                bool(row.totp_confirmed_at),
                row.created_at,
                row.email,
            )
            for row in store.read_users(connection)
        ]


def create_user(
    desk: Desk,
    viewer: Viewer,
    name: str,
    role: Role,
    employers: Collection[str] = (),
    password: str | None = None,
    *,
    email: str = "",
) -> str | None:
    """Make an account. Without a password it returns the one-time token with which its owner sets one (3 days).

    ``employers`` are employer ids, needed for a clerk and not allowed for others. ``InvalidInput`` names the field:
    ``username``, ``role``, ``employers``, ``email`` or ``password``. Mails are sent to ``email`` once its owner wants them.
    """
    viewer.require(Right.MANAGE_USERS)
    name, email = _checked_name(name), check_address(email)
    if password is not None:
        passwords.check_password(name, password)
    password_hash = passwords.hash_password(password) if password is not None else ""
    with desk.write(viewer) as unit:
        bound = _checked_employers(unit, role, employers)
        _require_factor_for(desk, unit, role)
        store.insert_user(unit.connection, name, role, unit.at, password_hash=password_hash, email=email)
        store.bind_employers(unit.connection, name, bound)
        unit.audit("user.create", name, role=role.value, employers=bound)
        return None if password is not None else _give_token(desk, unit, name)


def disable_user(desk: Desk, viewer: Viewer, name: str) -> None:
    """Shut an account and end its sessions at once. Not one's own, and not the last administrator's."""
    viewer.require(Right.MANAGE_USERS)
    with desk.write(viewer) as unit:
        existing_user(unit, name)
        if name == viewer.username:
            raise InvalidInput(N_("不能停用自己的账号，请由其他系统管理员操作"), field="username")
        if store.lock_active(unit.connection, Role.ADMIN) == {name}:
            raise InvalidInput(N_("不能停用最后一个系统管理员账号，请先新增一个系统管理员"), field="username")
        store.update_user(unit.connection, name, disabled=True, token_hash="", token_expires_at="")
        revoke_sessions(unit.connection, name, unit.at)
        unit.audit("user.disable", name)


def enable_user(desk: Desk, viewer: Viewer, name: str) -> None:
    """Open a disabled account again, with the password it had."""
    viewer.require(Right.MANAGE_USERS)
    with desk.write(viewer) as unit:
        _require_factor_for(desk, unit, Role(existing_user(unit, name).role))
        store.update_user(unit.connection, name, disabled=False)
        unit.audit("user.enable", name)


def reset_user(desk: Desk, viewer: Viewer, name: str) -> str:
    """Take an account's password away, end its sessions, and return the one-time token for a new one (3 days)."""
    viewer.require(Right.MANAGE_USERS)
    with desk.write(viewer) as unit:
        _require_factor_for(desk, unit, Role(existing_user(unit, name).role))
        store.update_user(unit.connection, name, password_hash="")
        revoke_sessions(unit.connection, name, unit.at)
        unit.audit("user.reset", name)
        return _give_token(desk, unit, name)


def set_password_by_token(desk: Desk, username: str, token: str, password: str, address: str) -> None:
    """Set the password of a new or reset account, once. ``InvalidInput`` in field ``token`` or ``password``.

    Tokens are guessed no oftener than passwords: attempts are counted together.
    """
    username = normal_username(username)
    attempt = count_attempt(desk, username, address)
    with desk.read() as connection:
        user = store.read_user(connection, username)
    if user is None or not _token_opens(desk, user, token):
        raise InvalidInput(N_("一次性口令不正确或已过期，请联系系统管理员重新生成"), field="token")
    passwords.check_password(username, password)
    password_hash = passwords.hash_password(password)
    with desk.write(Viewer(username, Role(user.role))) as unit:
        if not _token_opens(desk, store.read_user(unit.connection, username, lock=True), token):
            raise InvalidInput(N_("一次性口令不正确或已过期，请联系系统管理员重新生成"), field="token")
        _change_password(unit, username, password_hash)
        delete_failures(unit.connection, subject=attempt.account, failure_ids=attempt.failure_ids)
        unit.audit("password.set", username)


def change_password(desk: Desk, viewer: Viewer, old: str, new: str, address: str) -> None:
    """Change one's own password; every session ends. ``InvalidInput`` in field ``password``, or ``SignInRefused``."""
    attempt = count_attempt(desk, viewer.username, address)
    with desk.read() as connection:
        user = store.read_user(connection, viewer.username)
    if user is None or user.disabled or not passwords.password_matches(user.password_hash, old):
        raise SignInRefused
    passwords.check_password(viewer.username, new)
    password_hash = passwords.hash_password(new)
    with desk.write(viewer) as unit:
        _change_password(unit, viewer.username, password_hash)
        delete_failures(unit.connection, subject=attempt.account, failure_ids=attempt.failure_ids)
        unit.audit("password.change", viewer.username)


def set_language(desk: Desk, viewer: Viewer, language: str) -> None:
    """Remember the language in which a user reads the product: ``zh`` or ``en``."""
    if language not in LANGUAGES:
        raise InvalidInput(N_("没有这种语言可选"), field="language")
    with desk.write(viewer) as unit:
        store.update_user(unit.connection, viewer.username, language=language)


def language_of(desk: Desk, viewer: Viewer) -> str:
    """The language a user has chosen: ``zh`` unless he chose another."""
    with desk.read() as connection:
        user = store.read_user(connection, viewer.username)
    return user.language if user is not None else "zh"


# --- the demonstration's accounts (names.md) ---

DEMO_ACCOUNTS: dict[str, tuple[Role, tuple[str, ...]]] = {
    "clerk1": (Role.CLERK, ("D001",)),
    "clerk2": (Role.CLERK, ("D002",)),
    "clerk3": (Role.CLERK, ("D003",)),
    "clerk4": (Role.CLERK, ("D001",)),
    "reviewer1": (Role.REVIEWER, ()),
    "reviewer2": (Role.REVIEWER, ()),
    "reviewer3": (Role.REVIEWER, ()),
    "reviewer4": (Role.REVIEWER, ()),
    "approver1": (Role.APPROVER, ()),
    "approver2": (Role.APPROVER, ()),
    "finance1": (Role.FINANCE, ()),
    "analyst1": (Role.ANALYST, ()),
    "admin1": (Role.ADMIN, ()),
    "auditor1": (Role.AUDITOR, ()),
}


def demo_password(name: str) -> str:
    """What everybody may know: the password of a demonstration account."""
    return f"demo-{name}-2026"


def ensure_demo_accounts(desk: Desk) -> None:
    """Make the demonstration's accounts where they are missing. Only for the demonstration mode.

    ``InvalidInput`` when there are accounts and none of them is the demonstration's: a database that somebody works with
    gets no known passwords. Clerks are bound to D001–D003 even before these employers have been imported.
    """
    with desk.read() as connection:
        present = {row.username for row in store.read_users(connection)}
    if present and not present & DEMO_ACCOUNTS.keys():
        raise InvalidInput(N_("数据库中已有正式账号，不能以演示模式启动，请去掉 REFUND_DEMO 或换一个数据库"))
    missing = [name for name in DEMO_ACCOUNTS if name not in present]
    hashes = {name: passwords.hash_password(demo_password(name)) for name in missing}
    for name, password_hash in hashes.items():
        role, employers = DEMO_ACCOUNTS[name]
        with desk.write(SYSTEM) as unit:
            if store.read_user(unit.connection, name) is None:
                store.insert_user(unit.connection, name, role, unit.at, password_hash=password_hash)
                store.bind_employers(unit.connection, name, employers)
                unit.audit("user.create", name, role=role.value, employers=list(employers), demonstration=True)


# --- parts of the above ---


def _checked_name(name: str) -> str:
    name = normal_username(name)
    if not _USERNAME.fullmatch(name) or name in _RESERVED:
        sentence = N_("用户名须为 2 至 32 个字符，以小写字母开头，只能包含小写字母、数字、点、下划线和连字符")
        raise InvalidInput(sentence, field="username")
    return name


def _checked_employers(unit: Unit, role: Role, employers: Collection[str]) -> list[str]:
    wanted = sorted(set(employers))
    if role == Role.SYSTEM:
        raise InvalidInput(N_("不能创建该角色的账号"), field="role")
    if role != Role.CLERK:
        if wanted:
            raise InvalidInput(N_("只有单位经办人需要指定参保单位"), field="employers")
        return []
    if not wanted:
        raise InvalidInput(N_("请为单位经办人指定至少一个参保单位"), field="employers")
    known = {row.employer_id for row in read_employers(unit.connection, wanted)}
    if unknown := [employer_id for employer_id in wanted if employer_id not in known]:
        raise InvalidInput(N_("没有编号为 {unknown} 的参保单位"), field="employers", unknown="、".join(unknown)[:200])
    return wanted


def existing_user(unit: Unit, name: str) -> Any:
    """A person's row inside a transaction; ``NotFound`` for an unknown name and for the system's own entry."""
    user = store.read_user(unit.connection, name)
    if user is None or user.role == Role.SYSTEM:
        raise NotFound(N_("没有这个用户"), field="username")
    return user


def _require_factor_for(desk: Desk, unit: Unit, role: Role) -> None:
    """Where the switch says so, whoever lets somebody decide or pay shows his own second factor first."""
    decides = any(right in RIGHTS[role] for right in DECIDING)
    if decides and desk.settings(unit.connection).is_on("factor_for_user_changes"):
        unit.viewer.require_factor()


def _give_token(desk: Desk, unit: Unit, name: str) -> str:
    token = passwords.new_token()
    expires = (desk.clock() + TOKEN_LASTS).astimezone(UTC).isoformat(timespec="seconds")
    store.update_user(unit.connection, name, token_hash=passwords.token_hash(token), token_expires_at=expires)
    return token


def _token_opens(desk: Desk, user: Any, token: str) -> bool:
    if user is None or user.disabled or not user.token_expires_at:
        return False
    lasts = desk.clock() < datetime.fromisoformat(user.token_expires_at)
    return passwords.token_matches(user.token_hash, token) and lasts


def _change_password(unit: Unit, username: str, password_hash: str) -> None:
    store.update_user(unit.connection, username, password_hash=password_hash, token_hash="", token_expires_at="")
    revoke_sessions(unit.connection, username, unit.at)
