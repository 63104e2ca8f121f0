"""The first usable screen, cold and warm, against an empty app with an empty grid, each started anew, in the same browser.

Cold is a visitor whose browser has nothing of the product yet and whose server nobody has asked anything yet: from opening
/apply, signed in, until the rows of the query stand in the grid and the script is at rest. Warm is the same browser again, in
another tab: so nothing is left over in the memory of either page, and both find their files where the browser keeps them.

The second floor is a bare script with the fields, buttons and columns of the guide and nothing behind them: what Streamlit and
the grid themselves take to draw such a screen.
"""

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from tests.bench.measuring import Figure
from tests.bench.ticking import ask_for_nineteen, empty_app, make_product
from tests.support.browser import Visitors, running_browser
from tests.support.clerk import GRID, SETTLED
from tests.support.product import Product

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

TURNS, WARM_VISITS = 5, 3
EMPTY = """
import pandas as pd
import streamlit as st
from st_aggrid import AgGrid
st.header("empty")
AgGrid(pd.DataFrame({"a": [0]}), key="empty")
"""
FIELDS = """
import pandas as pd
import streamlit as st
from st_aggrid import AgGrid
st.set_page_config(layout="wide")
for name in ("用户须知", "消息", "申请", "记录", "账号", "帮助", "退出"):
    st.sidebar.button(name, icon=":material/info:")
st.header("单位人员缴费退费申请")
with st.container(border=True):
    st.subheader("缴费信息查询")
    months = [f"{year}-{month:02}" for year in range(2016, 2026) for month in range(1, 13)]
    for column, name in zip(st.columns(2), ("开始时间", "终止时间")):
        column.selectbox(name, months)
    st.text_area("社会保障号")
    for column, name in zip(st.columns(3), ("查询", "重置", "全单位")):
        column.button(name, icon=":material/search:")
with st.container(border=True):
    st.subheader("人员缴费信息")
    for column, name in zip(st.columns(3), ("选中离职后各月", "全选", "取消全选")):
        column.button(name, icon=":material/search:")
    names = ["序号", "姓名", "社会保障号码", "对应缴费所属期", "类型", "凭证", "状态", "说明"]
    names[4:4] = [f"金额{place}" for place in range(15)]
    columns = [{"field": name, "width": 118} for name in names]
    rows = {"pagination": True, "paginationPageSize": 10, "rowSelection": {"mode": "multiRow", "checkboxes": True}}
    AgGrid(pd.DataFrame(dict.fromkeys(names, range(19))), key="rows", gridOptions={"columnDefs": columns, **rows}, height=420)
with st.container(border=True):
    st.selectbox("退费原因", ["劳动合同变动", "重复参保"])
with st.container(border=True):
    st.subheader("退费信息")
    for name in ("银行名称", "银行账号", "银行户名", "开户行名称", "人行支付系统行号", "银行交换号"):
        st.text_input(name)
with st.container(border=True):
    st.subheader("附件上传")
    for place in range(1, 9):
        for column, draw in zip(st.columns(3), (st.text, st.text, st.button)):
            with column:
                draw(f"材料 {place}{'　' if draw is st.text else ''}")
st.button("提交", type="primary")
"""


def measure() -> Iterator[Figure]:
    """Cold and warm, against both floors."""
    with tempfile.TemporaryDirectory() as name, running_browser() as browser:
        folder = Path(name)
        product = make_product(folder / "data")
        visit = Visitors(browser)
        ask_for_nineteen(visit(product.url))
        visit.close()
        product.stop()
        taken = _in_turns(browser, product, folder)
    for place, kind in enumerate(("cold", "warm")):
        empty, fields, ours = (statistics.median(visits[place] for visits in each) for each in taken)
        yield Figure(f"first usable screen, {kind}: product / empty app", empty, ours, 1.5)
        yield Figure(f"first usable screen, {kind}: product / bare fields", fields, ours, 1.5)


def _in_turns(browser: "Browser", product: Product, folder: Path) -> tuple[list[tuple[float, float]], ...]:
    """(cold, warm) seconds of the empty app, the bare fields and the product, turn by turn."""
    taken: tuple[list[tuple[float, float]], ...] = ([], [], [])
    for _turn in range(TURNS):
        for own, script in zip(taken, (EMPTY, FIELDS), strict=False):
            with empty_app(folder, script) as url:
                own.append(_visits(browser, url, "/"))
        taken[-1].append(_visits_of_product(browser, product))
    return taken


def _visits_of_product(browser: "Browser", product: Product) -> tuple[float, float]:
    product.start()
    try:
        return _visits(browser, product.url, "/apply", _sign_in)
    finally:
        product.stop()


def _sign_in(page: "Page") -> None:
    """Sign in, and leave before any screen is drawn."""
    page.request.post("/login", form={"username": "clerk1", "password": "demo-clerk1-2026"}, max_redirects=0)


def _visits(
    browser: "Browser", url: str, path: str, prepare: Callable[["Page"], None] | None = None
) -> tuple[float, float]:
    """Seconds of the first visit and the median of the next ones, in a browser of its own."""
    visitors = Visitors(browser)
    page = visitors(url)
    if prepare:
        prepare(page)
    cold = _open(page, path)
    warm = statistics.median(_open_beside(page, path) for _visit in range(WARM_VISITS))
    visitors.close()
    return cold, warm


def _open_beside(page: "Page", path: str) -> float:
    tab = page.context.new_page()
    seconds = _open(tab, path)
    tab.close()
    return seconds


def _open(page: "Page", path: str) -> float:
    start = time.perf_counter()
    page.goto(path, wait_until="commit")
    page.frame_locator(GRID).locator(".ag-row").first.wait_for()
    page.wait_for_selector(SETTLED)
    return time.perf_counter() - start
