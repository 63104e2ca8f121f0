"""What the data directory needs not keep: at every start, and ``python -m core clean`` for whoever wants it oftener.

| what | kept for | where |
|---|---|---|
| exports | a day | ``exports`` |
| uploaded ledger files | a day, three of a person | ``uploads`` |
| pictures of pages | ``page_cache_mb``, the least used go first | ``paper_pages`` |
| half-written files and folders of a process that died | a day | here |
| sessions, mails that were sent or given up | 30 days | ``sessions``, ``mail_sending`` |
| failed sign-ins | six hours | ``throttle`` |
| screenings | the last five of a scope | ``screenings`` |

Papers, files of payments, batches and the audit log are records: they stay.
"""

import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from core.services.desk import Desk
from core.services.exports import clean_exports
from core.services.paper_pages import clean_pages
from core.services.uploads import clean_uploads

#: Nothing writes one file for so long.
_ABANDONED = timedelta(days=1)
#: ``core.store.files`` names what it is writing after the file it will be; ``tempfile`` gives its folders such names.
_HALF_WRITTEN = re.compile(r"\..+\.[0-9a-f]{8}")
_WORKING = re.compile(r"tmp[a-z0-9_]{8}")


def clean(desk: Desk) -> None:
    """Delete what is past its time in the data directory; what another server deletes meanwhile is gone already."""
    clean_uploads(desk)
    clean_exports(desk)
    clean_pages(desk)
    oldest = (desk.clock() - _ABANDONED).timestamp()
    for path in _left_behind(desk.data_dir):
        with suppress(OSError):
            if path.stat().st_mtime < oldest:
                _delete(path)


def _left_behind(folder: Path) -> Iterator[Path]:
    """What a process that died may have left, whatever its age."""
    yield from (path for path in folder.glob("tmp*") if _WORKING.fullmatch(path.name))
    for pattern in (".*", "papers/??/.*", "payments/??/.*"):
        yield from (path for path in folder.glob(pattern) if _HALF_WRITTEN.fullmatch(path.name))


def _delete(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink()
