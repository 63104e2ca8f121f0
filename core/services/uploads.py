"""Ledger files on their way in: streamed to disk by the door, read by the import, gone after a day.

An upload is a folder with a random name below ``data_dir/uploads``. Files are numbered in it; what people called them
stands in its list, which is written last: an upload that broke off has no list and is nobody's.
"""

import json
import re
import secrets
import shutil
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO

from core.domain.errors import InvalidInput, NotFound, StorageFailed
from core.domain.roles import Right, Viewer
from core.domain.wording import N_
from core.services.desk import Desk
from core.store.files import write_atomically
from core.texts import _

EXTENSIONS = ("xlsx", "xls", "csv", "zip")
MOST_BYTES = 200 * 1024 * 1024
MOST_FILES = 20
#: How many uploads one person may have lying here; an older one makes room.
MOST_UPLOADS = 3
#: What must stay free on the disk: the database shares it.
SPARE_BYTES = 512 * 1024 * 1024
KEPT = timedelta(days=1)
_UPLOAD_ID = re.compile(r"[0-9a-f]{32}")
_LIST = "list.json"


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """One file that has arrived: where it lies, what its sender called it, and its size in bytes."""

    path: Path
    name: str
    size: int


@dataclass
class Upload:
    """An upload that is arriving: ``begin_file``, ``write`` …, for every file, then ``finish``; or ``discard``."""

    viewer: Viewer
    upload_id: str
    folder: Path
    started_at: str
    files: list[UploadedFile] = field(default_factory=list)
    _open: BinaryIO | None = None
    _name: str = ""
    _written: int = 0

    def begin_file(self, name: str) -> None:
        """The next file and what its sender calls it; ``InvalidInput`` for a kind that is no ledger file, or too many."""
        self._end_file()
        extension = check_name(name)
        if len(self.files) >= MOST_FILES:
            raise InvalidInput(N_("一次最多上传 {most} 个文件"), field="ledger_files", most=MOST_FILES)
        self._name = Path(name.replace("\\", "/")).name[-200:]
        self._open = (self.folder / f"{len(self.files) + 1:03d}.{extension}").open("xb")

    def write(self, chunk: bytes) -> None:
        """The next bytes of this file; ``InvalidInput`` once all files together are over 200 MB."""
        if self._open is None:
            raise InvalidInput(N_("上传的内容不完整，请重新上传"), field="ledger_files")
        self._written += len(chunk)
        if self._written > MOST_BYTES:
            raise InvalidInput(N_("一次上传的文件合计不能超过 {most} MB"), field="ledger_files", most=MOST_BYTES >> 20)
        try:
            self._open.write(chunk)
        except OSError as error:
            raise StorageFailed(N_("服务器磁盘空间不足或不可写，请联系系统管理员")) from error

    def finish(self) -> list[UploadedFile]:
        """Everything has arrived: write the list that makes the upload its owner's."""
        self._end_file()
        if not self.files:
            raise InvalidInput(N_("没有收到文件，请选择台账文件后重试"), field="ledger_files")
        listed = [{"file": file.path.name, "name": file.name, "size": file.size} for file in self.files]
        content = {"username": self.viewer.username, "at": self.started_at, "files": listed}
        write_atomically(self.folder / _LIST, json.dumps(content, ensure_ascii=False).encode())
        return self.files

    def discard(self) -> None:
        """Leave nothing behind."""
        if self._open is not None:
            self._open.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _end_file(self) -> None:
        if self._open is None:
            return
        path, size = Path(self._open.name), self._open.tell()
        self._open.close()
        self._open = None
        self.files.append(UploadedFile(path, self._name, size))


def check_name(name: str) -> str:
    """The extension of a ledger file's name, without the dot; ``InvalidInput`` when it is none."""
    extension = name.rpartition(".")[2].lower()
    if extension not in EXTENSIONS or "." not in name:
        raise InvalidInput(
            N_("文件 {name} 不是台账文件，只接收 {kinds}"),
            field="ledger_files",
            name=name[-60:],
            kinds=_("、").join(EXTENSIONS),
        )
    return extension


def start_upload(desk: Desk, viewer: Viewer) -> Upload:
    """Open a folder for files to arrive in (``Right.IMPORT_LEDGER``). Clears away what is a day old or one too many."""
    viewer.require(Right.IMPORT_LEDGER)
    clean_uploads(desk)
    for upload_id in _own_uploads(desk, viewer)[MOST_UPLOADS - 1 :]:
        shutil.rmtree(_root(desk) / upload_id, ignore_errors=True)
    upload_id = secrets.token_hex(16)
    folder = _root(desk) / upload_id
    try:
        folder.mkdir(mode=0o700, parents=True)
        is_full = shutil.disk_usage(folder).free < SPARE_BYTES + MOST_BYTES
    except OSError as error:
        raise StorageFailed(N_("服务器磁盘空间不足或不可写，请联系系统管理员")) from error
    if is_full:
        shutil.rmtree(folder, ignore_errors=True)
        raise StorageFailed(N_("服务器磁盘空间不足或不可写，请联系系统管理员"))
    return Upload(viewer, upload_id, folder, desk.now())


def uploaded_files(desk: Desk, viewer: Viewer, upload_id: str) -> list[UploadedFile]:
    """The files of one's own upload in the order they came; ``NotFound`` for anybody else's, or after a day."""
    viewer.require(Right.IMPORT_LEDGER)
    folder = _root(desk) / upload_id
    content = _read_list(folder) if _UPLOAD_ID.fullmatch(upload_id) else None
    if content is None or content["username"] != viewer.username:
        raise NotFound(N_("没有找到上传的文件，可能已超过一天被清理，请重新上传"), field="ledger_files")
    return [UploadedFile(folder / file["file"], file["name"], file["size"]) for file in content["files"]]


def list_uploaded(desk: Desk, viewer: Viewer, upload_id: str) -> list[Path]:
    """Where the files of one's own upload lie; what they were called is in ``uploaded_files``."""
    return [file.path for file in uploaded_files(desk, viewer, upload_id)]


def discard_upload(desk: Desk, viewer: Viewer, upload_id: str) -> None:
    """Clear one's own upload away, once it is imported or given up."""
    if uploaded_files(desk, viewer, upload_id):
        shutil.rmtree(_root(desk) / upload_id, ignore_errors=True)


def clean_uploads(desk: Desk) -> None:
    """Clear away every upload that is older than a day, finished or not."""
    oldest = (desk.clock() - KEPT).timestamp()
    for folder in _folders(desk):
        # Another server may be clearing away the same.
        with suppress(FileNotFoundError):
            if folder.stat().st_mtime < oldest:
                shutil.rmtree(folder, ignore_errors=True)


def _root(desk: Desk) -> Path:
    return desk.data_dir / "uploads"


def _folders(desk: Desk) -> list[Path]:
    root = _root(desk)
    return [folder for folder in root.iterdir() if _UPLOAD_ID.fullmatch(folder.name)] if root.is_dir() else []


def _own_uploads(desk: Desk, viewer: Viewer) -> list[str]:
    """A person's finished uploads, the newest first."""
    listed = [
        (content["at"], folder.name)
        for folder in _folders(desk)
        if (content := _read_list(folder)) is not None and content["username"] == viewer.username
    ]
    return [name for _at, name in sorted(listed, reverse=True)]


def _read_list(folder: Path) -> dict[str, Any] | None:
    try:
        content: dict[str, Any] = json.loads((folder / _LIST).read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return None
    return content
