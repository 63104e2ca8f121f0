"""In English the screens say no word of Chinese, except for names that stand in the ledger."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message
from streamlit.testing.v1 import AppTest

from core.domain.agency import FIELDS
from core.domain.fund_accounts import FUNDS
from core.domain.roles import Viewer
from core.services.accounts import set_language
from core.services.desk import Desk
from core.services.filing import submit_batch
from core.services.previews import preview_batch
from tests.pages.conftest import Open
from tests.support.desks import ADMIN, ANALYST, BANK, CLERK, FINANCE, REVIEWER, Ledger, prepare_draft

CHINESE = re.compile(r"[\u3001-\u303f\u3400-\u9fff\uff00-\uffef]+")
#: The other language's own name, what the ledger says of an employer and a person, names of the funds' accounts and the agency's.
NAMES = {"中文", "甲公司", "赵一", "正常", BANK["bank_name"], BANK["branch_name"]} | {
    run
    for fields in (*FUNDS.values(), [field[1:] for field in FIELDS])
    for _meaning, value in fields
    for run in CHINESE.findall(value)
}
SCREENS = [
    (CLERK, "home.py"),
    (CLERK, "apply.py"),
    (CLERK, "confirm.py"),
    (CLERK, "batch.py"),
    (CLERK, "batches.py"),
    (CLERK, "ledger.py"),
    (REVIEWER, "home.py"),
    (REVIEWER, "review.py"),
    (REVIEWER, "batch.py"),
    (FINANCE, "payments.py"),
    (ANALYST, "insights.py"),
    (ADMIN, "ledger.py"),
    (ADMIN, "settings.py"),
]


def said(block: Any) -> Iterator[str]:
    """Every text that reaches the browser, whatever element carries it."""
    if isinstance(proto := getattr(block, "proto", None), Message):
        yield from strings(MessageToDict(proto))
    for child in getattr(block, "children", {}).values():
        yield from said(child)


def strings(value: Any) -> Iterator[str]:
    """The texts in a message, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from strings(each)


def written(app: AppTest) -> Iterator[str]:
    """What stands in the tables: their content reaches the browser as bytes."""
    for frame in (*app.dataframe, *app.table):
        yield from map(str, (*frame.value.columns, *frame.value.index, *frame.value.to_numpy().ravel()))


@pytest.fixture
def number(desk: Desk, ledger: Ledger) -> str:
    """A batch that was filed, and an open draft with a month that is refused."""
    preview = preview_batch(desk, CLERK, prepare_draft(desk, ledger.leaver(1, [202205])))
    (number,) = submit_batch(desk, CLERK, preview.draft.draft_id, preview.key, preview.fingerprint).numbers
    prepare_draft(desk, ledger.leaver(2, [202203, 202206]))
    return number


@pytest.mark.parametrize(("viewer", "file"), SCREENS, ids=lambda value: getattr(value, "username", value))
def test_a_screen_says_no_word_of_chinese(open_app: Open, desk: Desk, number: str, viewer: Viewer, file: str) -> None:
    set_language(desk, viewer, "en")
    app = open_app(viewer.username)
    app.query_params["no"] = number
    app.switch_page(file).run()

    assert app.header or app.error or app.main.caption
    assert {word for text in [*said(app._tree), *written(app)] for word in CHINESE.findall(text)} <= NAMES


@pytest.mark.parametrize("file", ["apply.py", "confirm.py"])
def test_the_check_would_find_chinese(open_app: Open, number: str, file: str) -> None:
    app = open_app(CLERK.username, file)

    assert {"退费信息", "退费预览"} & {word for text in said(app._tree) for word in CHINESE.findall(text)}
