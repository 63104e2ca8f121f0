"""Keys beside the database: whole or not at all, the same for every server, and never silently made anew."""

import errno
import os
from pathlib import Path

import pytest

from core.domain.errors import DamagedKey
from core.services.desk import Desk
from core.store.database import Database

KEY = 32


@pytest.fixture
def servers(sqlite_database: Database, data_dir: Path) -> tuple[Desk, Desk]:
    """Two servers on one data directory."""
    return Desk(sqlite_database, data_dir / "keys"), Desk(sqlite_database, data_dir / "keys")


def test_a_key_is_made_once_and_only_its_owner_reads_it(servers: tuple[Desk, Desk]) -> None:
    one, other = servers
    key = one.key("factor")

    assert len(key) == KEY
    assert one.key("factor") == other.key("factor") == key != one.key("audit")
    assert (one.data_dir / "factor.key").stat().st_mode & 0o777 == 0o600
    assert {path.name for path in one.data_dir.iterdir()} == {"factor.key", "audit.key"}


def test_a_full_disk_leaves_no_key_behind(servers: tuple[Desk, Desk], monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            servers[0].key("factor")

    assert list(servers[0].data_dir.iterdir()) == []
    assert len(servers[0].key("factor")) == KEY


def test_of_two_servers_that_make_a_key_at_once_the_first_ones_stays(
    servers: tuple[Desk, Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = servers
    fsync, meanwhile = os.fsync, []

    def slow(descriptor: int) -> None:
        monkeypatch.setattr(os, "fsync", fsync)
        meanwhile.append(other.key("factor"))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", slow)
    assert [one.key("factor")] == meanwhile
    assert [path.name for path in one.data_dir.iterdir()] == ["factor.key"]


@pytest.mark.parametrize("content", [b"", b"x" * 31, b"x" * 33], ids=["empty", "short", "long"])
def test_a_damaged_key_is_named_and_left_alone(servers: tuple[Desk, Desk], content: bytes) -> None:
    servers[0].data_dir.mkdir()
    path = servers[0].data_dir / "factor.key"
    path.write_bytes(content)

    with pytest.raises(DamagedKey, match=r"factor\.key"):
        servers[0].key("factor")
    assert path.read_bytes() == content
