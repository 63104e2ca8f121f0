"""The programs that pip cannot install: PostgreSQL, Chromium and a Chinese font.

``python -m tests.support.system`` finds them, installs what is missing with apt when it runs as root, and otherwise says in
one sentence what to install. Nothing is skipped because a program is absent: a green run has really run everything.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

# Debian and Red Hat keep the server's programs out of PATH, one folder for each major version.
POSTGRES_FOLDERS = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin")
# The same browser without its windows comes first: a page that is opened afresh takes it half the time.
CHROMIUM_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class MissingProgramError(RuntimeError):
    """A program that the tests need is not on this machine."""


def find_postgres() -> Path | None:
    """The folder that holds ``postgres`` and ``initdb``, the newest version first."""
    installed = [folder for pattern in POSTGRES_FOLDERS for folder in Path("/").glob(pattern[1:])]
    on_path = [Path(folder) for folder in os.get_exec_path()]
    for folder in (*on_path, *sorted(installed, key=_version, reverse=True)):
        if (folder / "postgres").is_file() and (folder / "initdb").is_file():
            return folder
    return None


def find_chromium() -> Path | None:
    """Chromium's program: what the variable CHROMIUM names, else the first one on PATH."""
    names = (os.environ["CHROMIUM"],) if os.environ.get("CHROMIUM") else CHROMIUM_NAMES
    return next((Path(found) for name in names if (found := shutil.which(name))), None)


def find_chinese_font() -> Path | None:
    """A font that draws Chinese; without one every picture shows empty boxes."""
    if not (fc_list := shutil.which("fc-list")):
        return None
    listing = subprocess.run([fc_list, ":lang=zh-cn", "file"], capture_output=True, text=True, check=True).stdout
    return next((Path(line.partition(":")[0]) for line in listing.splitlines()), None)


@dataclass(frozen=True)
class Need:
    """One thing that has to be there, how to find it, and the Debian packages that bring it."""

    name: str
    find: Callable[[], Path | None]
    packages: tuple[str, ...]


NEEDS = (
    Need("PostgreSQL", find_postgres, ("postgresql",)),
    Need("Chromium", find_chromium, ("chromium-headless-shell",)),
    Need("a Chinese font", find_chinese_font, ("fonts-noto-cjk", "fontconfig")),
)


def require(*needs: Need) -> list[Path]:
    """Where they are; raises ``MissingProgramError`` with the way to get what is not there."""
    found = {need: need.find() for need in needs}
    if missing := [need for need, path in found.items() if path is None]:
        names = ", ".join(need.name for need in missing)
        packages = " ".join(package for need in missing for package in need.packages)
        message = f"The tests need {names}: install {packages} (as root, 'make system' does it where there is apt)."
        raise MissingProgramError(message)
    return [path for path in found.values() if path is not None]


def postgres_folder() -> Path:
    """The folder of PostgreSQL's programs."""
    return require(NEEDS[0])[0]


def chromium() -> Path:
    """Chromium's program."""
    if (wanted := os.environ.get("CHROMIUM")) and not find_chromium():
        message = f"CHROMIUM names {wanted}, which is no program on PATH: install it, or leave CHROMIUM empty."
        raise MissingProgramError(message)
    return require(NEEDS[1])[0]


def install(packages: list[str]) -> None:
    """Install Debian packages without asking anything: there may be nobody at the terminal, nor a terminal."""
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
        subprocess.run(["apt-get", "-q", *command], env=quiet, stdin=subprocess.DEVNULL, check=True)


def main() -> int:
    """Find everything, install what is missing where that is possible, and report in one sentence otherwise."""
    missing = [package for need in NEEDS if not need.find() for package in need.packages]
    if missing and os.geteuid() == 0 and shutil.which("apt-get"):
        print(f"Installing what the tests need: {' '.join(missing)}", file=sys.stderr)
        try:
            install(missing)
        except subprocess.CalledProcessError as error:
            print(f"'{' '.join(error.cmd)}' failed; install {' '.join(missing)} by hand.", file=sys.stderr)
            return 1
    try:
        require(*NEEDS)
    except MissingProgramError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _version(folder: Path) -> int:
    """The major version in ``/usr/lib/postgresql/15/bin`` or ``/usr/pgsql-15/bin``."""
    digits = "".join(character for character in folder.parent.name if character.isdigit())
    return int(digits or 0)


if __name__ == "__main__":
    sys.exit(main())
