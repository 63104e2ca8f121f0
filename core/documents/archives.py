"""Zip containers behind a declared-size check: no reader stops a zip bomb by itself (0.6 MB became 650 MB of memory).

Nothing is trusted that the container says of itself: ``zipfile`` never gives more bytes than were declared, and whoever
reads a workbook is handed a container rebuilt from what was counted here. Paths inside are shown, never used.
"""

import errno
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path, PurePosixPath

from core.documents.problems import Unreadable

MAX_ENTRIES = 2_000
MAX_TOTAL_BYTES = 2 << 30
#: Below this size a high ratio harms nobody: an empty style sheet packs well.
SMALL_BYTES = 1 << 20
#: Real sheets pack 10 to 60 times; a bomb packs 1,000 times.
MAX_RATIO = 200
_UTF8_NAMES = 0x800
_ENCRYPTED = 0x1
ZIP_MAGIC = b"PK\x03\x04"


@contextmanager
def open_archive(path: Path) -> Iterator[zipfile.ZipFile]:
    """Open a zip whose declared sizes are acceptable; raises ``Unreadable`` otherwise."""
    with ExitStack() as stack:
        with reading_zip():
            archive = stack.enter_context(zipfile.ZipFile(path))
            _check(archive)
        yield archive


@contextmanager
def reading_zip() -> Iterator[None]:
    """Around every single touch of a zip: whatever goes wrong with its content, the file is damaged (``Unreadable``)."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, RuntimeError, ValueError) as error:
        raise Unreadable("E07") from error
    except OSError as error:
        # A damaged container sends the reader to places that no file has; everything else is the disk's fault.
        if error.errno != errno.EINVAL:
            raise
        raise Unreadable("E07") from error


def _check(archive: zipfile.ZipFile) -> None:
    entries = archive.infolist()
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise Unreadable("E02")
    if any(entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED} for entry in entries):
        raise Unreadable("E07")
    if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_TOTAL_BYTES:
        raise Unreadable("E04")
    if len({entry.filename for entry in entries}) < len(entries) or any(map(_is_bomb, entries)):
        raise Unreadable("E04")


def _is_bomb(entry: zipfile.ZipInfo) -> bool:
    return entry.file_size > SMALL_BYTES and entry.file_size > MAX_RATIO * entry.compress_size


def shown_name(entry: zipfile.ZipInfo) -> str:
    """The name of an entry as people know it: without its folders, and decoded as GBK where Chinese Windows wrote it."""
    name = PurePosixPath(entry.filename.replace("\\", "/")).name
    if not entry.flag_bits & _UTF8_NAMES and not name.isascii():
        with suppress(UnicodeError):
            name = name.encode("cp437").decode("gb18030")
    return "".join(letter for letter in name if unicodedata.category(letter)[0] != "C")


def is_litter(entry: zipfile.ZipInfo) -> bool:
    """What operating systems and office programs leave behind, and folders."""
    name = PurePosixPath(entry.filename).name
    return (
        entry.is_dir()
        or entry.filename.startswith("__MACOSX/")
        or name.startswith((".", "~$"))
        or name.lower() in {"thumbs.db", "desktop.ini"}
    )
