"""Files on disk: written whole or not at all, and papers kept under the digest of their own content."""

import errno
import hashlib
import os
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from io import BufferedRandom
from pathlib import Path
from typing import BinaryIO

from core.domain.errors import StorageFailed
from core.domain.wording import N_

_DIGEST = re.compile(r"[0-9a-f]{64}")
_CAUSES = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT), N_("文件没有保存：服务器存储空间已满，请联系系统管理员清理后重试")),
    **dict.fromkeys(
        (errno.EROFS, errno.EACCES, errno.EPERM), N_("文件没有保存：服务器存储为只读，请联系系统管理员处理后重试")
    ),
}
_OTHER_CAUSE = N_("文件没有保存：服务器存储发生故障，请稍后重试，仍不成功请联系系统管理员")
_LOST = N_("文件在服务器上缺失或已损坏，请联系系统管理员从备份中恢复")


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: temporary file, fsync, rename. Raises ``OSError`` and then leaves nothing behind.

    Only the owner may read it: papers, exports and the signed head are nobody else's.
    """
    with written_atomically(path) as file:
        file.write(content)


def write_once(path: Path, content: bytes) -> None:
    """``write_atomically``, safe from a power cut, unless the file is there already: of two writers the first one's stays."""
    with suppress(FileExistsError), written_atomically(path, os.link) as file:
        file.write(content)
    _sync_folder(path.parent)


@contextmanager
def written_atomically(path: Path, place: Callable[[Path, Path], object] = Path.replace) -> Iterator[BufferedRandom]:
    """A file to write (and read back) that stands at ``path`` once the block has ended well, and nowhere otherwise.

    ``place`` puts the whole temporary file there.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        place(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def storage_failures() -> Iterator[None]:
    """Turn what the operating system says of files into one sentence: ``StorageFailed``."""
    try:
        yield
    except OSError as error:
        raise StorageFailed(_CAUSES.get(error.errno or 0, _OTHER_CAUSE)) from error


def keep_file(path: Path, content: bytes) -> None:
    """``write_atomically`` and, beyond a crash of the process, safe from a power cut; ``StorageFailed`` in one sentence."""
    keep_written_file(path, lambda file: file.write(content))


def keep_written_file(path: Path, write: Callable[[BinaryIO], object]) -> tuple[str, int]:
    """``keep_file`` of whatever ``write`` writes, a piece at a time; returns its SHA-256 and its size in bytes.

    What ``write`` raises leaves nothing behind.
    """
    with storage_failures():
        with written_atomically(path) as file:
            write(file)
            file.seek(0)
            sha256, size = hashlib.file_digest(file, "sha256").hexdigest(), file.tell()
        for folder in (path.parent, path.parent.parent):
            _sync_folder(folder)
    return sha256, size


def read_whole(path: Path, sha256: str) -> bytes:
    """The content of a file as it was kept; ``StorageFailed`` when it is missing or no longer the same."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise StorageFailed(_LOST) from error
    if sha256_of(content) != sha256:
        raise StorageFailed(_LOST)
    return content


def require_whole(path: Path, sha256: str) -> None:
    """As ``read_whole`` for a file of any size: it is read a piece at a time and not kept."""
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise StorageFailed(_LOST) from error
    if found != sha256:
        raise StorageFailed(_LOST)


def sha256_of(content: bytes) -> str:
    """SHA-256 in hexadecimal: a paper's name on disk."""
    return hashlib.sha256(content).hexdigest()


class BlobStore:
    """Papers by the SHA-256 of their content, below one folder: ``ab/abcdef…``. What people called a file is never a path."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, sha256: str) -> Path:
        """Where this content is kept, whether or not it is there. ``ValueError`` for what is no digest."""
        if not _DIGEST.fullmatch(sha256):
            raise ValueError("not a SHA-256 digest")
        return self.folder / sha256[:2] / sha256

    def put(self, content: bytes) -> str:
        """Keep ``content`` and return its digest. The same content is kept once; a damaged copy is replaced."""
        sha256 = sha256_of(content)
        if not self.holds(sha256):
            keep_file(self.path(sha256), content)
        return sha256

    def holds(self, sha256: str) -> bool:
        """Whether this content is here, whole and unchanged."""
        with suppress(StorageFailed):
            read_whole(self.path(sha256), sha256)
            return True
        return False

    def find(self, sha256: str) -> Path:
        """The path of a kept content, checked to be whole; ``StorageFailed`` when it is missing or was changed."""
        read_whole(self.path(sha256), sha256)
        return self.path(sha256)


def _sync_folder(folder: Path) -> None:
    # A renamed file is only safe from a power cut once the folder that names it has reached the disk as well.
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
