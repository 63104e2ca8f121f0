"""Pictures of pages below one folder, the least used ones dropped for room: each can be drawn again.

Several servers may share the folder: files come whole or not at all, and one that is gone was dropped by another.
"""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from core.store.files import write_atomically


class PageCache:
    """``folder/ab/abcdef…-3``: page 3 of the paper with this SHA-256. A file's time is when it was last looked at."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self, sha256: str, page: int) -> bytes | None:
        """The kept picture, which counts as used from now on; ``None`` when it has to be drawn."""
        path = self._path(sha256, page)
        try:
            content = path.read_bytes()
            os.utime(path)
        except OSError:
            return None
        return content

    def keep(self, sha256: str, page: int, content: bytes, most_bytes: int) -> None:
        """Keep a picture and drop the least used ones beyond ``most_bytes``. Without room on the disk none is kept."""
        with suppress(OSError):
            write_atomically(self._path(sha256, page), content)
            self.shrink(most_bytes)

    def shrink(self, most_bytes: int) -> None:
        """Drop the least used pictures until the rest takes up ``most_bytes`` at most."""
        found = sorted(self._sizes(), reverse=True)
        room = most_bytes
        for _used, size, path in found:
            room -= size
            if room < 0:
                _drop([path])

    def forget(self, sha256: str) -> None:
        """Drop every page of one paper."""
        _drop(self._path(sha256, 0).parent.glob(f"{sha256}-*"))

    def _path(self, sha256: str, page: int) -> Path:
        return self.folder / sha256[:2] / f"{sha256}-{page}"

    def _sizes(self) -> Iterable[tuple[int, int, Path]]:
        """(last use in ns, bytes, path) of every file, those among them that a crash left half written."""
        for path in self.folder.glob("*/*"):
            with suppress(OSError):
                told = path.stat()
                yield told.st_mtime_ns, told.st_size, path


def _drop(paths: Iterable[Path]) -> None:
    for path in paths:
        with suppress(OSError):
            path.unlink()
