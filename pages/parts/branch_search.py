"""查找开户行: three characters of a branch's name or the beginning of its 行号, and one click fills three fields."""

from collections.abc import Sequence

import streamlit as st

from core.domain.bank import bank_of_prefix
from core.domain.branches import LEAST_TYPED, Branch
from core.domain.identifiers import normalise_number
from core.domain.roles import Right
from core.domain.wording import N_
from core.services.branches import MOST_FOUND, branch_of, find_branches, has_directory
from core.services.drafts import save_draft
from core.texts import _
from pages.parts import state
from pages.parts.access import acting_viewer, desk, require_user
from pages.parts.boundary import fragment
from pages.parts.messages import attempt, draw_note, plain

KEY = "branch_search"
#: A list that is longer than this many pixels scrolls.
_LONG, _HEIGHT = 6, 268
_TAKEN = N_("已填入 {name}，请核对")


@fragment
def draw_branch_search(draft_id: str) -> None:
    """The field and what it finds. Only this part is drawn again while somebody types; a choice redraws the whole form."""
    viewer = require_user(Right.APPLY)
    if state.BRANCH_TAKEN.take():
        st.rerun()
    st.text_input(
        _("查找开户行"),
        key=KEY,
        type="search",
        live="300ms",
        max_chars=60,
        placeholder=_("输入行名中的三个字或行号，如：工行 朝阳"),
        help=_("可输入几个词，用空格隔开；选中后自动填写银行名称、开户行名称和人行支付系统行号"),
        autocomplete="off",
    )
    typed = state.typed(KEY) or ""
    if not has_directory(desk()):
        _draw_prefix(typed)
    elif typed.strip():
        _draw_found(draft_id, typed, find_branches(desk(), viewer, typed, MOST_FOUND + 1))


def _draw_prefix(typed: str) -> None:
    """Without a directory the first three digits still say which bank it is."""
    code = normalise_number(typed)
    bank = bank_of_prefix(code) if code.isdecimal() else None
    if bank:
        draw_note("info", _("行号前三位 {prefix} 属于“{bank}”").format(prefix=code[:3], bank=_(bank)))
    draw_note("info", _("尚未导入开户行目录，可按行号前缀核对银行"))


def _draw_found(draft_id: str, typed: str, found: Sequence[Branch]) -> None:
    if len(normalise_number(typed)) < LEAST_TYPED:
        draw_note("info", _("请至少输入 {count} 个字").format(count=LEAST_TYPED))
        return
    if not found:
        draw_note("info", _("没有找到，请换几个字试试，或直接在下面填写"))
        return
    more = len(found) > MOST_FOUND
    told = _("仅列出前 {count} 个，请再输入几个字缩小范围") if more else _("找到 {count} 个，点击即填入下面各栏")
    st.caption(told.format(count=min(len(found), MOST_FOUND)))
    height = _HEIGHT if len(found) > _LONG else "content"
    with st.container(key="branches_found", border=True, height=height, gap="xxsmall"):
        for branch in found[:MOST_FOUND]:
            parts = (branch.branch_name, branch.cnaps_code, branch.region)
            st.button(
                plain(" · ".join(filter(None, parts))),
                key=f"branch_{branch.cnaps_code}",
                type="tertiary",
                on_click=_take,
                args=(draft_id, branch.cnaps_code),
            )


def _take(draft_id: str, cnaps_code: str) -> None:
    """Fill in what the directory knows of the branch; what it doesn't know stays as typed."""
    branch = attempt(lambda: branch_of(desk(), cnaps_code))
    if branch is None:
        return
    known = {"bank_name": branch.bank_name, "branch_name": branch.branch_name, "cnaps_code": branch.cnaps_code}
    filled = {field: text for field, text in known.items() if text}
    attempt(lambda: save_draft(desk(), acting_viewer(), draft_id, bank=filled), *filled)
    for field, text in filled.items():
        state.fill(field, text)
    state.fill(KEY, "")
    state.BRANCH_TAKEN.set(value=True)
    state.HAND.set(KEY)
    state.NOTICE.set((_TAKEN, {"name": branch.branch_name}))
