"""A file by its extension: which reader takes it, and what a .zip holds."""

import shutil
import tempfile
import threading
import zipfile
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from core.documents.archives import ZIP_MAGIC, is_litter, open_archive, reading_zip, shown_name
from core.documents.compound import MAGIC as OLE_MAGIC
from core.documents.delimited import read_delimited
from core.documents.problems import Unreadable
from core.documents.sheets import Sheet, Tick, no_tick
from core.documents.xls import read_xls
from core.documents.xlsx import read_xlsx

_READERS = {".xlsx": read_xlsx, ".xls": read_xls, ".csv": read_delimited}
_MAGIC = {".xlsx": ZIP_MAGIC, ".zip": ZIP_MAGIC, ".xls": OLE_MAGIC}
MAX_MEMBERS = 200
#: Files read at once in this process, whoever gave them: one may take some hundred megabytes. Held around a whole file.
reading_turns = threading.BoundedSemaphore(2)


def open_sheets(path: Path, tick: Tick = no_tick) -> Generator[Sheet, None, None]:
    """Every sheet of a file, whatever it is; raises ``Unreadable``. The extension says what the content has to be."""
    suffix = path.suffix.lower()
    if suffix not in {*_READERS, ".zip"}:
        raise Unreadable("E06", suffix=path.suffix[:20] or path.name[:20])
    _check_content(path, suffix)
    yield from _open_members(path, tick) if suffix == ".zip" else _READERS[suffix](path, tick)


@contextmanager
def as_file(file_name: str, content: bytes) -> Iterator[Path]:
    """An uploaded file's content as a file of ours while it is read; its name is only asked for its ending."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"file{Path(file_name).suffix.lower()[:8]}"
        path.write_bytes(content)
        yield path


def _check_content(path: Path, suffix: str) -> None:
    with path.open("rb") as file:
        start = file.read(8)
    if not start:
        raise Unreadable("E03")
    if start.startswith(OLE_MAGIC) and suffix == ".xlsx":
        # Excel wraps a protected workbook in the container of old; an old workbook under a new name looks the same.
        raise Unreadable("E02" if _is_encrypted(path) else "E01", suffix=suffix)
    magic = _MAGIC.get(suffix)
    is_foreign = not start.startswith(magic) if magic else start.startswith((ZIP_MAGIC, OLE_MAGIC))
    if is_foreign:
        raise Unreadable("E03" if start.startswith(b"PK\x05\x06") else "E01", suffix=suffix)


def _is_encrypted(path: Path) -> bool:
    return "EncryptedPackage".encode("utf-16-le") in path.read_bytes()


def _open_members(path: Path, tick: Tick) -> Iterator[Sheet]:
    """The sheets of every file in a .zip; each is unpacked under a name of ours. Paths inside are shown, never used."""
    with open_archive(path) as archive, tempfile.TemporaryDirectory() as folder:
        members = [entry for entry in archive.infolist() if not is_litter(entry)]
        if len(members) > MAX_MEMBERS:
            raise Unreadable("E04")
        known = [entry for entry in members if _suffix(entry) in _READERS]
        for entry in members:
            if _suffix(entry) == ".zip":
                raise Unreadable("E05")
            if entry not in known:
                yield Sheet.refused(shown_name(entry), Unreadable("W12"))
        if not known:
            raise Unreadable("E16")
        for number, entry in enumerate(known):
            member = Path(folder) / f"{number}{_suffix(entry)}"
            with reading_zip(), archive.open(entry) as source, member.open("wb") as target:
                shutil.copyfileobj(source, target, 1 << 20)
            yield from _member_sheets(member, shown_name(entry))
            member.unlink()
            tick((number + 1) / len(known))


def _suffix(entry: zipfile.ZipInfo) -> str:
    return Path(shown_name(entry)).suffix.lower()


def _member_sheets(member: Path, name: str) -> Iterator[Sheet]:
    """Sheets under the member's name; a member that can't be read says so under its name."""
    try:
        with closing(open_sheets(member)) as sheets:
            for sheet in sheets:
                sheet.name = f"{name}/{sheet.name}" if sheet.name else name
                yield sheet
    except Unreadable as error:
        yield Sheet.refused(name, error)
