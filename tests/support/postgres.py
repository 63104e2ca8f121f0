"""A PostgreSQL server of the tests' own: made in a temporary folder, stopped and deleted at the end."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
from psycopg import sql

from tests.support.ports import free_port
from tests.support.system import postgres_folder

# What is written here is thrown away, so nothing waits for the disk. Everything else stays as it is in production.
THROWAWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200"}
START_ATTEMPTS = 3
START_SECONDS = 30


class PostgresServer:
    """A server with its own cluster of databases: its address, and databases to be made and dropped on it."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self.programs = programs
        self.folder = folder
        self.log = folder / "server.log"
        self.port = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._numbers = count(1)

    def url(self, database: str = "postgres") -> str:
        """The address of one database, in the form that ``DATABASE_URL`` has."""
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{database}"

    def execute(self, statement: str, *names: str) -> None:
        """Run one statement outside any transaction; ``{}`` in it stand for quoted names."""
        with psycopg.connect(self.url().replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def new_database(self, template: str = "template0") -> str:
        """Make a database as a copy of ``template`` and return its name. Nobody may be connected to the template."""
        name = f"test_{next(self._numbers)}"
        self.execute("CREATE DATABASE {} TEMPLATE {}", name, template)
        return name

    def drop_database(self, name: str) -> None:
        """Drop a database, whoever is still connected to it."""
        self.execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def start(self) -> None:
        """Make the cluster on the first call and start the server; a later call starts it at the same port."""
        if not (self.folder / "data").exists():
            self._make_cluster()
        for _ in range(START_ATTEMPTS):
            port = self.port or free_port()
            self._process = self._run(self._command(port), self.log)
            if self._answers(self._process, port):
                self.port = port
                return
            self.stop()
        message = f"PostgreSQL did not start:\n{self.log.read_text()}"
        raise RuntimeError(message)

    def stop(self) -> None:
        """Stop the server: clients are cut off, files are closed properly (a "fast" shutdown)."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def restart(self) -> None:
        """Stop and start at the same port, as an operator does while people work."""
        self.stop()
        self.start()

    def _command(self, port: int) -> list[str]:
        settings = THROWAWAY | {"listen_addresses": "127.0.0.1", "unix_socket_directories": str(self.folder)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [str(self.programs / "postgres"), "-D", str(self.folder / "data"), "-p", str(port), *options]

    def _make_cluster(self) -> None:
        log = self.folder / "initdb.log"
        options = ["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
        command = [str(self.programs / "initdb"), "-D", str(self.folder / "data"), *options]
        if self._run(command, log).wait() != 0:
            message = f"initdb failed:\n{log.read_text()}"
            raise RuntimeError(message)

    def _run(self, command: list[str], log: Path) -> subprocess.Popen[bytes]:
        owner = _owner()
        with log.open("ab") as output:
            return subprocess.Popen(
                command,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                user=owner,
                group=pwd.getpwnam(owner).pw_gid if owner else None,
                extra_groups=[] if owner else None,
                # Ctrl-C at the terminal must not stop the server before the tests that still use it have ended.
                start_new_session=True,
            )

    @staticmethod
    def _answers(process: subprocess.Popen[bytes], port: int) -> bool:
        deadline = time.monotonic() + START_SECONDS
        while process.poll() is None and time.monotonic() < deadline:
            try:
                psycopg.connect(host="127.0.0.1", port=port, user="postgres", dbname="postgres").close()
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return True
        return False


@contextmanager
def running_postgres() -> Iterator[PostgresServer]:
    """Start a server for the length of the ``with`` block."""
    programs = postgres_folder()
    # Not below pytest's own folder: only its owner may enter that, and the server runs as somebody else.
    folder = Path(tempfile.mkdtemp(prefix="refund-pg-"))
    if owner := _owner():
        shutil.chown(folder, owner)
    server = PostgresServer(programs, folder)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder)


def _owner() -> str | None:
    """Who the server runs as when the caller is root, as whom PostgreSQL refuses to run; ``None`` means the caller."""
    if os.geteuid() != 0:
        return None
    try:
        pwd.getpwnam("postgres")
    except KeyError:
        return "nobody"
    return "postgres"
