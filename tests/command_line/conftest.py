"""What tests of commands share: each gives a ``desk`` of its own."""

import pytest

from core.__main__ import main
from core.services.desk import Desk
from tests.support.names import Run


@pytest.fixture
def run(desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in this process: its exit status, what it printed, and what it said."""
    monkeypatch.setenv("DATABASE_URL", desk.database.url.render_as_string(hide_password=False))

    def command(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        status = main(arguments)
        return status, *capsys.readouterr()

    return command
