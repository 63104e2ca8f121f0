"""The grid of contributions (人员缴费信息). This file alone imports st_aggrid and holds its JavaScript.

The grid returns ids only, and the server decides what is ticked: every row carries ``chosen``, and whenever the rows change
the grid ticks accordingly. A tick of the user changes no rows, so nothing is sent down again.
"""

import sys
from collections.abc import Callable, Collection, Mapping
from typing import Any

from st_aggrid import AgGrid, DataReturnMode, JsCode, StAggridTheme
from streamlit.runtime import get_instance

from core.domain.vocabulary import Insurance
from core.domain.wording import N_
from core.services.contributions import ContributionPage
from core.texts import _
from pages.parts import state

KEY = "contributions"
PAGE_SIZES = [10, 20, 50, 100]
#: Heights in pixels. The footer takes two lines on a narrow screen. The scrollbar is the widest that browsers draw, so that
#: the rows of a page never need one of their own.
ROW, HEADER, FOOTER, BORDERS, SCROLLBAR = 30, 30, 46, 3, 17

AMOUNT_LABELS = {
    "employer_part": N_("单位缴费金额"),
    "personal_part": N_("个人缴费金额"),
    "late_fee": N_("滞纳金"),
    "interest": N_("利息"),
}

# --- JavaScript: constant text, flattened to one line by JsCode, so statements end in semicolons and comments are /* */ ---

_ROW_ID = JsCode("function(p) { return p.data.id; }")
_YUAN = JsCode(
    "function(p) { return p.value == null ? '' : (p.value / 100).toLocaleString('zh-CN',"
    " {minimumFractionDigits: 2, maximumFractionDigits: 2}); }"
)
_SELECTABLE = JsCode("function(node) { return !!node.data && !node.data.blocked; }")
_CAUSE = JsCode(
    "function(p) { return p.data"
    " ? ([p.data.blocked || p.data.partly, p.data.assigned].filter(Boolean).join(' · ') || null) : null; }"
)
_IS_BLOCKED = JsCode("function(p) { return !!p.data && !!p.data.blocked; }")
#: What goes up on a tick: the ids, and for which rows they were ticked.
_COLLECT = JsCode(
    """function({eventData}) {
        let api = eventData.api;
        let first = api.getDisplayedRowAtIndex(0);
        return {ids: api.getSelectedNodes().map(n => n.id), view: first ? first.data.view : null};
    }"""
)
#: Only what a person did is reported; what the grid did to follow the server is known there already.
_BY_HAND = JsCode(
    """function({eventData}) {
        return !['api', 'apiSelectAll', 'rowDataChanged', 'gridInitializing', 'selectableChanged'].includes(eventData.source);
    }"""
)
_TICK_AS_CHOSEN = """
    let wanted = [];
    let others = [];
    e.api.forEachNode(n => { if (!!n.data.chosen !== !!n.isSelected()) { (n.data.chosen ? wanted : others).push(n); } });
    e.api.setNodesSelected({nodes: wanted, newValue: true, source: 'api'});
    e.api.setNodesSelected({nodes: others, newValue: false, source: 'api'});
"""
_FOLLOW = JsCode("function(e) {" + _TICK_AS_CHOSEN + "}")
#: Backwards from the footer one would come to the last cell of all: it is the cell that was left, or the first tick box.
_BACK_INTO_CELLS = """
    document.addEventListener('keydown', function(k) {
        if (k.key !== 'Tab' || !k.shiftKey || !k.target.closest('.ag-paging-page-size')) { return; }
        let size = e.api.paginationGetPageSize();
        let first = e.api.paginationGetCurrentPage() * size;
        let left = e.api.getFocusedCell();
        let there = left && left.rowIndex >= first && left.rowIndex < first + size
            ? left : {rowIndex: first, column: e.api.getAllDisplayedColumns()[0]};
        k.preventDefault();
        k.stopPropagation();
        e.api.ensureIndexVisible(there.rowIndex);
        e.api.ensureColumnVisible(there.column);
        e.api.setFocusedCell(there.rowIndex, there.column);
    }, true);
"""
#: The component drops its theme when light and dark are switched; ours follows by CSS variables, so nothing has to change.
_READY = JsCode(
    """function(e) {
        let update = e.api.updateGridOptions;
        e.api.updateGridOptions = function(options) {
            if ('theme' in options) { options = Object.assign({}, options); delete options.theme; }
            if (Object.keys(options).length) { update.call(e.api, options); }
        };"""
    + _BACK_INTO_CELLS
    + _TICK_AS_CHOSEN
    + "}"
)
#: The pinned columns have no group, and yet the grid draws a row of group headers for them: one without a cell is no row.
_MEND = JsCode(
    """function(e) {
        document.querySelectorAll('.ag-header-row-group:empty').forEach(row => {
            row.setAttribute('aria-hidden', 'true');
            row.removeAttribute('tabindex');
        });
    }"""
)
#: Tab goes by the tick boxes: that of the header, that of the first row, and out. Inside, the arrows lead to every cell.
#: Rows, and boxes that scroll, are places of their own in the browser's order: they are taken out of it.
_ONLY_CELLS = """
    document.querySelectorAll(".ag-row, .ag-header-row, .ag-root [class*='viewport']").forEach(box => { box.tabIndex = -1; });
"""
_NEXT_OF_HEADER = JsCode(
    "function(p) {"
    + _ONLY_CELLS
    + "return p.backwards ? false : {headerRowIndex: -1, column: p.api.getAllDisplayedColumns()[0]};}"
)
_NEXT_OF_CELL = JsCode(
    "function(p) {"
    + _ONLY_CELLS
    + "return p.backwards ? {rowIndex: -1, rowPinned: null, column: p.api.getAllDisplayedColumns()[0]} : false;}"
)
#: On a narrow screen 序号 scrolls along, or what is pinned would take half of the grid; and the footer says less.
_FIT = JsCode(
    """function(e) {
        let narrow = e.clientWidth < 560;
        document.body.classList.toggle('refund-narrow', narrow);
        e.api.applyColumnState({state: [{colId: 'number', pinned: narrow ? null : 'left'}]});
    }"""
)
#: 总共 19 条 显示 1-10 条: the grid can only say "1 to 10 of 19", so its own words are hidden and these put beside them.
_SUMMARISE = JsCode(
    """function(e) {
        let panel = document.querySelector('.ag-paging-panel');
        if (!panel) { return; }
        let words = panel.querySelector('.refund-summary');
        if (!words) {
            words = document.createElement('span');
            words.className = 'refund-summary';
            panel.insertBefore(words, panel.firstChild);
        }
        let row = e.api.getDisplayedRowAtIndex(0);
        let before = row ? row.data.before : 0;
        let here = e.api.paginationGetRowCount();
        /* The pages counted here are those of the rows that were sent: of more rows they are a part. */
        panel.classList.toggle('refund-part', !!row && row.data.total > here);
        let size = e.api.paginationGetPageSize();
        let first = Math.min(here, e.api.paginationGetCurrentPage() * size + 1);
        let last = Math.min(here, first + size - 1);
        let text = e.api.getGridOption('context').summary
            .replace('{total}', row ? row.data.total : 0)
            .replace('{first}', before + first)
            .replace('{last}', before + last);
        if (words.textContent !== text) { words.textContent = text; }
    }"""
)


def make_known() -> None:
    """Register the component with the running server: its import does that only inside a script run, and ours is earlier."""
    component = sys.modules["st_aggrid.AgGrid"]._component_func  # noqa: SLF001 - its only name
    get_instance().component_registry.register_component(component)


def draw_contributions(found: ContributionPage, view: str, on_tick: Callable[[], None]) -> None:
    """Draw one page of ``find_contributions``. ``view`` names these rows in what the grid reports.

    ``on_tick`` is called when the user has ticked; ``reported`` says what.
    """
    numbers = range(found.before + 1, found.before + len(found.frame) + 1)
    rows = found.frame.assign(view=view, number=numbers, before=found.before, total=found.total)
    AgGrid(
        rows,
        gridOptions=_options(rows.columns),
        key=KEY,
        callback=lambda _response: on_tick(),
        height=_height(len(rows)),
        theme=_theme(),
        custom_css=_css(),
        allow_unsafe_jscode=True,
        data_return_mode=DataReturnMode.CUSTOM,
        custom_jscode_for_grid_return=_COLLECT,
        should_grid_return=_BY_HAND,
        update_on=["selectionChanged"],
        show_toolbar=False,
        use_json_serialization=False,
    )


def reported() -> tuple[str | None, list[str]] | None:
    """What the user has ticked: (the view it was ticked in, if told, and the ids); ``None`` when nothing was reported."""
    value = state.typed(KEY)
    if not isinstance(value, Mapping) or not isinstance(value.get("ids"), list):
        return None
    return value.get("view"), [str(serial) for serial in value["ids"]]


def is_mounted() -> bool:
    """Whether the grid stood on the screen of the last run; else it starts anew and is ticked from the draft."""
    return state.is_drawn(KEY)


def _height(rows: int) -> int:
    return 2 * HEADER + ROW * min(max(rows, 3), PAGE_SIZES[0]) + FOOTER + BORDERS + SCROLLBAR


def _options(known: Collection[str]) -> dict[str, Any]:
    return {
        "columnDefs": _columns(known),
        "defaultColDef": {
            "sortable": True,
            "resizable": True,
            "suppressHeaderMenuButton": True,
            "tooltipValueGetter": _CAUSE,
            "suppressMovable": True,
        },
        "getRowId": _ROW_ID,
        "rowSelection": {
            "mode": "multiRow",
            "checkboxes": True,
            "headerCheckbox": True,
            "selectAll": "filtered",
            "enableClickSelection": False,
            "isRowSelectable": _SELECTABLE,
            "hideDisabledCheckboxes": False,
            "ctrlASelectsRows": False,
        },
        "selectionColumnDef": {
            "pinned": "left",
            "width": 44,
            "resizable": False,
            "lockPosition": "left",
            "sortable": False,
        },
        "rowClassRules": {"refund-blocked": _IS_BLOCKED},
        "pagination": True,
        "paginationPageSize": PAGE_SIZES[0],
        "paginationPageSizeSelector": PAGE_SIZES,
        "rowHeight": ROW,
        "headerHeight": HEADER,
        "groupHeaderHeight": HEADER,
        "enableBrowserTooltips": True,
        "suppressDragLeaveHidesColumns": True,
        "enableCellTextSelection": True,
        "ensureDomOrder": True,
        "localeText": locale_text(),
        "context": {"summary": _("总共 {total} 条 显示 {first}-{last} 条")},
        "onGridReady": _READY,
        "onRowDataUpdated": _FOLLOW,
        "onFirstDataRendered": _MEND,
        "onPaginationChanged": _SUMMARISE,
        "onGridSizeChanged": _FIT,
        "tabToNextHeader": _NEXT_OF_HEADER,
        "tabToNextCell": _NEXT_OF_CELL,
    }


def _columns(known: Collection[str]) -> list[dict[str, Any]]:
    text = [
        {"field": "number", "headerName": _("序号"), "width": 62, "pinned": "left", "cellClass": "refund-number"},
        {"field": "name", "headerName": _("姓名"), "width": 86, "pinned": "left"},
        {"field": "social_security_number", "headerName": _("社会保障号码"), "width": 176},
        {"field": "period", "headerName": _("对应缴费所属期"), "width": 124, "cellClass": "refund-number"},
    ]
    bases = [_money(f"{insurance}_base", _(insurance.label)) for insurance in Insurance]
    # 工伤 has no personal part, so it has no such column.
    amounts = [
        _group(
            _(insurance.label),
            [
                _money(f"{insurance}_{part}", _(label))
                for part, label in AMOUNT_LABELS.items()
                if f"{insurance}_{part}" in known
            ],
        )
        for insurance in Insurance
    ]
    rest = [
        {"field": "kind", "headerName": _("缴费类型"), "width": 96},
        {"field": "voucher_type", "headerName": _("应征凭证种类"), "width": 132},
        {"field": "arrival", "headerName": _("到账状态"), "width": 96},
        {"colId": "cause", "headerName": _("说明"), "width": 260, "valueGetter": _CAUSE, "sortable": False},
    ]
    return [*text, _group(_("缴费基数"), bases), *amounts, *rest]


def _group(name: str, children: list[dict[str, Any]]) -> dict[str, Any]:
    children[0]["cellClass"] = [*children[0]["cellClass"], "refund-first"]
    return {"headerName": name, "marryChildren": True, "children": children}


def _money(field: str, name: str) -> dict[str, Any]:
    return {
        "field": field,
        "headerName": name,
        "width": 118,
        "type": "rightAligned",
        "valueFormatter": _YUAN,
        "cellClass": ["ag-right-aligned-cell", "refund-number"],
    }


def _theme() -> StAggridTheme:
    """Balham in the colours of the page, which Streamlit keeps up to date inside the frame as CSS variables."""
    return StAggridTheme(base="balham").withParams(
        fontFamily="var(--font)",
        headerFontFamily="var(--font)",
        fontSize=13,
        headerFontSize=13,
        headerFontWeight=600,
        rowHeight=ROW,
        headerHeight=HEADER,
        wrapperBorderRadius=4,
        accentColor="var(--primary-color)",
        backgroundColor="var(--background-color)",
        foregroundColor="var(--text-color)",
        textColor="var(--text-color)",
        headerTextColor="var(--text-color)",
        headerBackgroundColor="var(--secondary-background-color)",
        chromeBackgroundColor="var(--secondary-background-color)",
        oddRowBackgroundColor="var(--background-color)",
        borderColor="color-mix(in srgb, var(--text-color) 16%, transparent)",
        rowHoverColor="color-mix(in srgb, var(--primary-color) 8%, transparent)",
        selectedRowBackgroundColor="color-mix(in srgb, var(--primary-color) 14%, transparent)",
    )


def _css() -> dict[str, dict[str, str]]:
    return {
        # Scrollbars take the page's colours, light and dark; what is pinned never scrolls sideways and needs none.
        "html": {"scrollbar-color": "color-mix(in srgb, var(--text-color) 45%, transparent) var(--background-color)"},
        ".ag-horizontal-left-spacer": {"overflow-x": "hidden !important"},
        ".refund-number": {"font-variant-numeric": "tabular-nums"},
        ".refund-first": {"border-left": "1px solid color-mix(in srgb, var(--text-color) 16%, transparent) !important"},
        ".ag-row.refund-blocked": {"color": "color-mix(in srgb, var(--text-color) 50%, transparent)"},
        ".ag-row.refund-blocked .ag-checkbox-input": {"cursor": "not-allowed"},
        ".ag-paging-row-summary-panel": {"display": "none"},
        "[data-ref='btFirst'], [data-ref='btLast']": {"display": "none"},
        ".ag-paging-panel": {
            "height": f"{FOOTER}px",
            "gap": "0 6px",
            "padding": "0 8px",
            "white-space": "nowrap",
            "justify-content": "flex-end",
            "flex-wrap": "wrap",
        },
        ".refund-summary": {"margin-right": "auto", "font-variant-numeric": "tabular-nums"},
        ".ag-paging-page-size": {"display": "flex", "align-items": "center"},
        ".ag-paging-page-size::after": {"content": f"'{_('条/页')}'", "margin-left": "4px"},
        ".ag-paging-description::after": {"content": f"'{_('页')}'", "margin-left": "4px"},
        ".refund-part .ag-paging-description::before": {"content": f"'{_('本段')}'"},
        ".refund-narrow .ag-paging-page-size::after": {"content": "none"},
    }


def locale_text() -> dict[str, str]:
    """Every word that this grid can show or read out."""
    return {
        "page": _("第"),
        "of": "/",
        "to": "-",
        "pageSizeSelectorLabel": "",
        "ariaPageSizeSelectorLabel": _("每页条数"),
        "firstPage": _("首页"),
        "previousPage": _("上一页"),
        "nextPage": _("下一页"),
        "lastPage": _("末页"),
        "pageLastRowUnknown": "?",
        "noRowsToShow": _("暂无数据"),
        "loadingOoo": _("加载中…"),
        "loadingError": _("加载失败"),
        "selectAll": _("全选"),
        "ariaChecked": _("已勾选"),
        "ariaUnchecked": _("未勾选"),
        "ariaIndeterminate": _("部分勾选"),
        "ariaRowSelect": _("按空格键勾选此行"),
        "ariaRowDeselect": _("按空格键取消勾选此行"),
        "ariaRowToggleSelection": _("按空格键勾选或取消勾选此行"),
        "ariaRowSelectAll": _("按空格键全选或取消全选"),
        "ariaHeaderSelection": _("全选列"),
        "ariaSelectAllCells": _("全选"),
        "ariaSelectColumn": _("按 Ctrl+空格键选择此列"),
        "ariaRowSelectionDisabled": _("此行不可勾选"),
        "ariaSortableColumn": _("按回车键排序"),
        "ariaMenuColumn": _("按 Alt+向下键打开列菜单"),
        "ariaFilterColumn": _("按 Ctrl+回车键打开筛选"),
        "ariaLabelColumnMenu": _("列菜单"),
        "ariaLabelColumnFilter": _("列筛选"),
        "ariaLabelTooltip": _("提示"),
        "ariaSkeletonCellLoading": _("加载中…"),
        "ariaSkeletonCellLoadingFailed": _("加载失败"),
        "ariaDeferSkeletonCellLoading": _("加载中…"),
        "ariaColumnFiltered": _("已筛选的列"),
        "thousandSeparator": ",",
        "decimalSeparator": ".",
    }
