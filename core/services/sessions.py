"""Signing in and out, on the server's side: a random token in the browser, its SHA-256 in the database.

What a screen knows of its user comes from here by way of the gate (``core.web.identity``): in the Streamlit script
``st.user`` holds ``username`` and ``session``, and is empty when the gate has let nobody through. A screen asks
``viewer_of_sign_in(desk, st.user["username"], st.user["session"])`` at the start of every run: ``None`` means "not, or no
longer, allowed in".
"""

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from core.domain.errors import NotAllowed
from core.domain.roles import SYSTEM, Viewer
from core.domain.wording import N_
from core.services.desk import Desk
from core.services.passwords import hash_password, needs_new_hash, password_matches
from core.services.throttle import Attempt, count_attempt
from core.store import sign_ins
from core.store.accounts import read_user, read_viewer, update_user
from core.store.database import Connection

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=8)
#: How long a second factor that was shown counts as fresh (step-up).
FACTOR_FRESH = timedelta(minutes=5)
#: ``seen_at`` is written at most this often: a click is a read, not a write.
SEEN_EVERY = timedelta(minutes=1)
_KEPT = timedelta(days=30)


class SignInRefused(NotAllowed):
    """Unknown name, wrong password, disabled account: one answer, so that none can be told from another."""

    def __init__(self) -> None:
        super().__init__(N_("用户名或密码不正确"), field="password")


@dataclass(frozen=True, slots=True)
class Session:
    """A sign-in that is alive: whose it is, and when somebody was last seen."""

    viewer: Viewer
    token_hash: str
    seen_at: datetime

    @property
    def reference(self) -> str:
        """A name for this sign-in that opens nothing: what a Streamlit session is bound to."""
        return reference_of(self.token_hash)


def reference_of(token_hash: str) -> str:
    """The name of a session that opens nothing."""
    return hashlib.sha256(f"reference:{token_hash}".encode()).hexdigest()[:32]


def normal_username(typed: str) -> str:
    """A user name as it is stored: without spaces around it, in lower case."""
    return typed.strip().lower()


def sign_in(desk: Desk, username: str, password: str, address: str) -> str:
    """Begin a session and return its token. ``SignInRefused``, or ``Throttled`` after too many failures.

    ``address`` is the caller's network address. Unknown and disabled accounts cost the same time and the same writes as
    wrong passwords.
    """
    username = normal_username(username)
    attempt = count_attempt(desk, username, address)
    with desk.read() as connection:
        user = read_user(connection, username)
        usable = read_viewer(connection, username) is not None
    known_hash = user.password_hash if user is not None and usable else ""
    if not password_matches(known_hash, password):
        _note_failure(desk, username if user is not None else "", address)
        raise SignInRefused
    new_hash = hash_password(password) if needs_new_hash(known_hash) else known_hash
    return _begin(desk, username, attempt, known_hash, new_hash)


def sign_out(desk: Desk, token: str) -> None:
    """End the session of this token; one that is unknown or over already is no error."""
    session = find_session(desk, token)
    with desk.write(session.viewer if session else SYSTEM) as unit:
        username = sign_ins.revoke_session(unit.connection, fingerprint(token), unit.at)
        if username is not None:
            unit.audit("session.end", username)


def find_session(desk: Desk, token: str) -> Session | None:
    """The session of this token; ``None`` when it was ended, was idle or lasted too long, or its account is disabled."""
    with desk.read() as connection:
        row = sign_ins.read_session(connection, fingerprint(token))
        viewer = read_viewer(connection, row.username) if row is not None else None
    if row is None or viewer is None:
        return None
    now, seen_at, created_at = desk.clock(), datetime.fromisoformat(row.seen_at), datetime.fromisoformat(row.created_at)
    # Both ways: a clock that was set back by years must not make a session last for years.
    is_over = now - seen_at >= IDLE or abs(now - created_at) >= ABSOLUTE
    return None if is_over else Session(viewer, row.token_hash, seen_at)


def viewer_of_session(desk: Desk, token: str) -> Viewer | None:
    """Who holds this token, ``None`` when it opens nothing any more."""
    session = find_session(desk, token)
    return session.viewer if session else None


def viewer_of_sign_in(desk: Desk, username: str, reference: str) -> Viewer | None:
    """Who this user is now, and whether this very sign-in has shown its second factor within the last minutes.

    ``None`` for an account that was shut and for a sign-in that was ended.
    """
    with desk.read() as connection:
        viewer = read_viewer(connection, username)
        row = session_of(connection, username, reference) if viewer is not None else None
    if viewer is None or row is None:
        return None
    if not row.factor_at:
        return viewer
    age = desk.clock() - datetime.fromisoformat(row.factor_at)
    # Not in the future either: a clock that was set back must not keep a factor fresh for years.
    return replace(viewer, fresh_factor=timedelta() <= age <= FACTOR_FRESH)


def session_of(connection: Connection, username: str, reference: str) -> Any | None:
    """The row of a user's session by its reference; ``None`` when it was ended, or is somebody else's."""
    rows = sign_ins.read_live_sessions(connection, username)
    return next((row for row in rows if reference_of(row.token_hash) == reference), None)


def needs_touch(desk: Desk, session: Session) -> bool:
    """Whether activity is worth writing down again."""
    return desk.clock() - session.seen_at >= SEEN_EVERY


def touch(desk: Desk, session: Session) -> None:
    """Write down that somebody is there: the idle time counts from now."""
    with desk.write(session.viewer) as unit:
        sign_ins.touch_session(unit.connection, session.token_hash, unit.at)


def fingerprint(token: str) -> str:
    """What the database knows of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def _begin(desk: Desk, username: str, attempt: Attempt, known_hash: str, new_hash: str) -> str:
    token = secrets.token_urlsafe(32)
    with desk.read() as connection:
        viewer = read_viewer(connection, username)
    with desk.write(viewer or SYSTEM) as unit:
        user = read_user(unit.connection, username, lock=True)
        # The account may have been disabled, or its password changed, while the old one was being compared.
        if user is None or user.disabled or user.password_hash != known_hash:
            raise SignInRefused
        oldest = (desk.clock() - _KEPT).astimezone(UTC).isoformat(timespec="seconds")
        sign_ins.delete_sessions_before(unit.connection, oldest)
        sign_ins.delete_failures(unit.connection, subject=attempt.account, failure_ids=attempt.failure_ids)
        if new_hash != known_hash:
            update_user(unit.connection, username, password_hash=new_hash)
        sign_ins.insert_session(unit.connection, fingerprint(token), username, unit.at)
        unit.audit("session.begin", username)
    return token


def _note_failure(desk: Desk, username: str, address: str) -> None:
    # Unknown names are not written down: they may be a password that was typed into the wrong field.
    with desk.write(SYSTEM) as unit:
        unit.audit("session.refuse", username, address=address)
