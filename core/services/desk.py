"""What every service works with: database, clock, ids and files, wired once from the environment."""

import hashlib
import hmac
import json
import os
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from filelock import FileLock

from core.domain.errors import DamagedKey
from core.domain.mail import MailServer, mail_server
from core.domain.roles import Viewer
from core.domain.settings import Settings
from core.domain.wording import N_
from core.store.audit import Head, append_entry
from core.store.database import Connection, Database
from core.store.files import write_atomically, write_once
from core.store.queries import read_settings

#: Days and months are those of the agency, wherever the server stands.
AGENCY_ZONE = ZoneInfo("Asia/Shanghai")
_KEY_BYTES = 32


def _now() -> datetime:
    return datetime.now(UTC)


def _new_id() -> str:
    return secrets.token_hex(12)


@dataclass(frozen=True)
class Unit:
    """One write transaction: its connection, its moment, and the way to leave an audit entry in it.

    ``mail`` is the server that mails about it leave by, ``None`` where nobody gets any.
    """

    connection: Connection
    at: str
    today: date
    viewer: Viewer
    _entries: list[Head] = field(default_factory=list)
    mail: MailServer | None = None

    def audit(self, action: str, subject: str, **detail: Any) -> int:
        """Append an audit entry under the viewer's name and return its sequence."""
        head = append_entry(
            self.connection, at=self.at, actor=self.viewer.username, action=action, subject=subject, detail=detail
        )
        self._entries.append(head)
        return head.sequence


@dataclass(frozen=True)
class Desk:
    """Database, clock, ids and files. ``clock`` gives aware UTC datetimes; tests pass their own."""

    database: Database
    data_dir: Path
    clock: Callable[[], datetime] = _now
    new_id: Callable[[], str] = _new_id
    mail: MailServer | None = None
    _head_lock: threading.Lock = field(default_factory=threading.Lock)

    def now(self) -> str:
        """The present moment as stored: ISO 8601, UTC, whole seconds."""
        return self.clock().astimezone(UTC).isoformat(timespec="seconds")

    def today(self) -> date:
        """Today at the agency."""
        return self.clock().astimezone(AGENCY_ZONE).date()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent snapshot of one moment, which the connection knows: what becomes true by time is read by it."""
        with self.database.read() as connection:
            yield connection.execution_options(moment=self.now())

    @contextmanager
    def write(self, viewer: Viewer) -> Iterator[Unit]:
        """One transaction: all of it or nothing. After it commits, the signed head follows the audit chain."""
        entries: list[Head] = []
        with self.database.write() as connection:
            at = self.now()
            yield Unit(connection.execution_options(moment=at), at, self.today(), viewer, entries, self.mail)
        if entries:
            self._sign(entries[-1])

    def settings(self, connection: Connection) -> Settings:
        """The switches in force."""
        return Settings(read_settings(connection))

    # --- the signed head of the audit chain, outside the database ---

    @property
    def _head_path(self) -> Path:
        return self.data_dir / "audit-head.json"

    def key(self, purpose: str) -> bytes:
        """32 random bytes for one purpose, kept beside the database and not in it; made when they are first asked for.

        ``DamagedKey`` when the file holds anything else: it is never made anew.
        """
        path = self.data_dir / f"{purpose}.key"
        if not path.exists():
            write_once(path, secrets.token_bytes(_KEY_BYTES))
        key = path.read_bytes()
        if len(key) != _KEY_BYTES:
            raise DamagedKey(N_("密钥文件 {file} 已损坏，请联系系统管理员从备份中恢复该文件，不要删除"), file=path.name)
        return key

    def _signature(self, head: Head) -> str:
        return hmac.new(self.key("audit"), f"{head.sequence}:{head.hash}".encode(), hashlib.sha256).hexdigest()

    def _sign(self, head: Head) -> None:
        # Two commits may arrive here in the other order, also from two processes: the head only ever moves forward.
        with self._head_lock, FileLock(f"{self._head_path}.lock"):
            known = self.signed_head()
            if known is not None and known.sequence >= head.sequence:
                return
            content = {"sequence": head.sequence, "hash": head.hash, "signature": self._signature(head)}
            write_atomically(self._head_path, json.dumps(content).encode())

    def signed_head(self) -> Head | None:
        """The head as signed, ``None`` before the first entry; ``ValueError`` when the signature does not fit."""
        try:
            content = json.loads(self._head_path.read_bytes())
        except FileNotFoundError:
            return None
        head = Head(content["sequence"], content["hash"])
        if not hmac.compare_digest(content["signature"], self._signature(head)):
            raise ValueError("the signed audit head was changed")
        return head


def open_desk(environment: Mapping[str, str] | None = None) -> Desk:
    """The desk of this environment: ``DATABASE_URL``, ``REFUND_DATA_DIR``, ``REFUND_SMTP_URL`` (``names.md``).

    Makes the schema when empty.
    """
    environment = os.environ if environment is None else environment
    data_dir = Path(environment.get("REFUND_DATA_DIR") or "data/local").resolve()
    url = environment.get("DATABASE_URL") or f"sqlite:///{data_dir / 'refund.sqlite3'}"
    mail = mail_server(environment)
    database = Database(url)
    database.migrate()
    return Desk(database, data_dir, mail=mail)


@cache
def shared_desk() -> Desk:
    """The one desk of a server process."""
    return open_desk()
