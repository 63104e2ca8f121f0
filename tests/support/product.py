"""The product as its users meet it: a process of its own, started the way ``make run`` starts it."""

import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.support.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60
STOP_SECONDS = 15
# Eighteen characters with a date in the middle: an identity number, which no log may ever hold.
IDENTITY_NUMBER = re.compile(
    r"(?<!\d)[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?!\d)"
)
TRACEBACK = "Traceback (most recent call last)"


def product_environment(data_dir: Path, **settings: str) -> dict[str, str]:
    """The caller's environment with none of his own settings of the product, and nothing of his home folder."""
    ours = ("REFUND_", "STREAMLIT_", "DATABASE_URL")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    home = data_dir.parent / "home"
    home.mkdir(exist_ok=True)
    return kept | {"HOME": str(home), "PYTHONUNBUFFERED": "1", "REFUND_DATA_DIR": str(data_dir)} | settings


def run_command(data_dir: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """``python -m core …`` to its end, whatever its exit code; standard output and error are kept as text."""
    return subprocess.run(
        [sys.executable, "-m", "core", *arguments],
        cwd=ROOT,
        env=product_environment(data_dir, **settings),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


@dataclass
class Product:
    """One server process. It can be stopped, killed and started again, always at the same address.

    ``script``: what it serves, if not the product.
    """

    data_dir: Path
    log: Path
    settings: dict[str, str] = field(default_factory=dict)
    script: Path = ROOT / "app.py"
    port: int = field(default_factory=free_port)
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """Where it is, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start the server and wait until it answers."""
        command = [sys.executable, "-m", "streamlit", "run", self.script.name]
        address = ["--server.address=127.0.0.1", f"--server.port={self.port}"]
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                [*command, *address],
                cwd=self.script.parent,
                env=product_environment(self.data_dir, **self.settings),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._wait_until_healthy()

    def stop(self) -> None:
        """Ask the server to end, as an operator does, and end it if it doesn't."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End the server without any warning, as a power cut does."""
        self._end(signal.SIGKILL)

    def output(self) -> str:
        """Everything it has written to standard output and error since the first start."""
        return self.log.read_text(errors="replace")

    def complaints(self) -> list[str]:
        """What must never be in the output: lines that begin a traceback or show an identity number."""
        return [line for line in self.output().splitlines() if TRACEBACK in line or IDENTITY_NUMBER.search(line)]

    def _wait_until_healthy(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:
                break
            try:
                if httpx.get(f"{self.url}/_stcore/health", timeout=5, trust_env=False).is_success:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.1)
        self.kill()
        message = f"the product did not start:\n{self.output()}"
        raise RuntimeError(message)

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        try:
            os.killpg(self._process.pid, how)
            self._process.wait(timeout=STOP_SECONDS)
        except ProcessLookupError:
            self._process.wait()
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._process = None
