"""退费信息: the account the refund goes to, pre-filled with the registered one and checked while it is typed."""

import streamlit as st

from core.domain.bank import FIELDS
from core.domain.wording import N_
from core.services.drafts import Draft, save_draft
from core.services.previews import check_bank
from core.texts import _
from pages.parts import state
from pages.parts.access import acting_viewer, desk, require_user
from pages.parts.branch_search import draw_branch_search
from pages.parts.formats import starred
from pages.parts.messages import attempt, draw_faults

_HELP = {
    "bank_name": N_("开户银行的全称，如“中国工商银行”"),
    "bank_account": N_("单位对公账户的账号；只能退至已登记的账户"),
    "account_holder": N_("须与单位名称完全一致"),
    "branch_name": N_("开户网点的全称，见开户许可证或印鉴卡"),
    "cnaps_code": N_("12 位数字，可在网上银行“行号查询”中查到，或向开户网点询问"),
    "exchange_number": N_("同城票据交换号，向开户网点询问；保留前面的 0"),
}
#: How much each field takes.
LONGEST = {
    "bank_name": 60,
    "branch_name": 100,
    "account_holder": 100,
    "bank_account": 50,
    "cnaps_code": 30,
    "exchange_number": 30,
}


def draw_bank(draft: Draft) -> None:
    """The six starred fields, each with what is wrong with it."""
    state.fill_new({field: draft.content.bank.get(field, "") for field in FIELDS})
    if draft.employer.has_registered_account:
        st.caption(_("已按本单位登记的退费账户填写，请核对。如需变更账户，请先申请变更登记账户。"))
    else:
        st.caption(_("本单位尚无已登记的退费账户，所填账户将随批次提交，由审核人员核对（待核）。"))
    draw_branch_search(draft.draft_id)
    live = check_bank(desk(), require_user(), draft.draft_id)
    fields = list(FIELDS)
    for row in (fields[:3], fields[3:]):
        for column, field in zip(st.columns(3, gap="medium"), row, strict=True):
            with column, st.container(key=f"field_{field}"):
                _draw_field(draft, field)
                draw_faults(field, live[field])
    # Below the fields: whatever comes and goes above them would move what somebody is just typing into.
    if draft.employer.has_registered_account:
        _draw_return(draft)


def _draw_return(draft: Draft) -> None:
    """One press brings the registered account back, also when that one has changed since the draft was begun."""
    if any(draft.content.bank.get(field) != kept for field, kept in draft.employer.registered.items()):
        st.button(_("填入登记账户"), key="use_registered", icon=":material/undo:", on_click=_return, args=(draft,))


def _return(draft: Draft) -> None:
    registered = dict(draft.employer.registered)
    if attempt(lambda: save_draft(desk(), acting_viewer(), draft.draft_id, bank=registered) or True, *FIELDS):
        for field, kept in registered.items():
            state.fill(field, kept)
        state.HAND.set(next(iter(FIELDS)))


def typed_bank() -> dict[str, str]:
    """The six fields as they stand in their widgets."""
    return {field: state.typed(field) or "" for field in FIELDS}


def _draw_field(draft: Draft, field: str) -> None:
    st.text_input(
        starred(_(FIELDS[field])),
        key=field,
        help=_(_HELP[field]),
        max_chars=LONGEST[field],
        autocomplete="off",
        on_change=_keep,
        args=(draft.draft_id, field),
    )


def _keep(draft_id: str, field: str) -> None:
    text = state.typed(field) or ""
    attempt(lambda: save_draft(desk(), acting_viewer(), draft_id, bank={field: text}), field)
