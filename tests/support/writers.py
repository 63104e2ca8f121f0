"""Writers in a process of their own: ``python -m tests.support.writers DATA_DIR URL DRAFT THREADS``.

A program and not a pool of processes: these would begin with the main script of the tests, which page tests put their own in
the place of.
"""

import sys

from core.services import drafts
from core.services.desk import Desk, open_desk
from tests.support.desks import CLERK, at_once

TURNS = 4


def save_often(data_dir: str, url: str, draft_ids: list[str]) -> list[str]:
    """Save into each draft several times, all of them at once in threads; returns what went wrong."""
    desk = open_desk({"REFUND_DATA_DIR": data_dir, "DATABASE_URL": url})
    came = at_once([lambda d=draft: _save(desk, d) for draft in draft_ids])
    desk.database.dispose()
    return [str(each) for each in came if each is not None]


def _save(desk: Desk, draft_id: str) -> None:
    for turn in range(TURNS):
        drafts.save_draft(desk, CLERK, draft_id, reason_note=f"第 {turn} 次")


if __name__ == "__main__":
    data_dir, url, draft_id, threads = sys.argv[1:]
    print("\n".join(save_often(data_dir, url, [draft_id] * int(threads))))
