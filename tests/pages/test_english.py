"""In English no screen says a word of Chinese, except for the names that stand in the ledger."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message
from streamlit.testing.v1 import AppTest

from core.services.accounts import set_language
from core.services.desk import Desk
from core.services.drafts import save_draft
from tests.pages.conftest import Open
from tests.support.desks import ADMIN, CLERK, Ledger, person, prepare_draft

CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]+")


def said(block: Any) -> Iterator[str]:
    """Every text that reaches the browser, whatever kind of element carries it."""
    proto = getattr(block, "proto", None)
    if isinstance(proto, Message):
        yield from strings(MessageToDict(proto))
    for child in getattr(block, "children", {}).values():
        yield from said(child)


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for each in value.values():
            yield from strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from strings(each)
    elif isinstance(value, str):
        yield value


def chinese(app: AppTest) -> set[str]:
    tables = [str(each) for kind in (app.dataframe, app.table) for frame in kind for each in cells(frame.value)]
    return {found for text in [*said(app._tree), *tables] for found in CHINESE.findall(text)}


def cells(frame: Any) -> Iterator[Any]:
    yield from (*frame.columns, *frame.index, *frame.to_numpy().ravel())


@pytest.mark.parametrize(
    ("username", "file"),
    [
        ("clerk1", None),
        ("clerk1", "apply.py"),
        ("clerk1", "confirm.py"),
        ("clerk1", "batches.py"),
        ("reviewer1", None),
        ("reviewer1", "review.py"),
        ("finance1", "payments.py"),
        ("analyst1", "insights.py"),
        ("admin1", "ledger.py"),
        ("admin1", "settings.py"),
        ("auditor1", "settings.py"),
        ("clerk1", "settings.py"),
    ],
)
def test_x(open_app: Open, desk: Desk, ledger: Ledger, username: str, file: str | None) -> None:
    prepare_draft(desk, ledger.leaver(1, [202203, 202205]))
    with desk.write(ADMIN) as unit:
        from core.store import accounts as store
        store.update_user(unit.connection, username, language="en")
    app = open_app(username, file)
    print(username, file, chinese(app), app.exception)
