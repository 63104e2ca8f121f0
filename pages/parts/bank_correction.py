"""更正银行信息 on the batch's page: who may do it, the form, and what was there before beside what is there now."""

import pandas as pd
import streamlit as st

from core.domain.bank import FIELDS
from core.domain.lifecycle import Part, State
from core.domain.wording import N_
from core.services.bank_corrections import bank_versions, correct_bank, current_bank
from core.services.batches import BatchView
from core.texts import _
from pages.parts import state
from pages.parts.access import acting_viewer, desk, require_user
from pages.parts.formats import local_time, starred
from pages.parts.messages import attempt, draw_faults, draw_note, plain

_NOTE = "correction_note"


def draw_correction(batch: BatchView) -> None:
    """The form for whoever may correct, a sentence for whoever may not, the versions once there are several."""
    if batch.state is State.BANK_CORRECTION:
        if any(edge.part is Part.CORRECTOR for edge in batch.actions):
            _draw_form(batch)
        else:
            draw_note(
                "info", _("银行信息由本单位另一名经办人或经办机构办理更正；申报人和已办理过本批次的人员不能更正。")
            )
    _draw_versions(batch)


def _draw_bounces(batch: BatchView) -> None:
    """What the bank said of each fund that came back."""
    for bounce in batch.bounces:
        said = _("银行退票原因（{funds}）：{reason}")
        draw_note("warning", said.format(funds=bounce.say_funds(), reason=bounce.reason))


def _draw_form(batch: BatchView) -> None:
    number = batch.number
    st.subheader(_("更正银行信息"), anchor=False)
    _draw_bounces(batch)
    asked = batch.events[-1]
    if asked.note:
        draw_note("warning", _("{name}：{value}").format(name=asked.label, value=asked.note))
    st.caption(_("只能更正以下六项；单位有已登记账户的，须填写已登记的账户。提交后由审核人员复核。"))
    held = current_bank(desk(), require_user(), number)
    state.fill_new({_key(field): value for field, value in held.items()})
    with st.form("bank_correction", border=True):
        fields = list(FIELDS)
        for row in (fields[:3], fields[3:]):
            for column, field in zip(st.columns(3, gap="medium"), row, strict=True):
                with column, st.container(key=f"field_{_key(field)}"):
                    st.text_input(starred(_(FIELDS[field])), key=_key(field), max_chars=100, autocomplete="off")
                    draw_faults(field)
        st.text_input(_("说明（信息有改动的可不填）"), key=_NOTE, max_chars=200, autocomplete="off")
        draw_faults(_NOTE)
        draw_faults("")
        st.form_submit_button(_("提交更正"), key="correct_bank", type="primary", on_click=_correct, args=(number,))


def _draw_versions(batch: BatchView) -> None:
    versions = bank_versions(desk(), require_user(), batch.number)
    if len(versions) < 2:
        return
    st.subheader(_("银行信息更正对照"), anchor=False)
    if batch.state is not State.BANK_CORRECTION:
        _draw_bounces(batch)
    table = {_("项目"): [*(_(label) for label in FIELDS.values()), _("说明")]}
    for before, version in zip([None, *versions], versions, strict=False):
        name = _("第 {round} 次更正").format(round=version.round) if version.round else _("申报时")
        table[f"{name} · {plain(version.username)} {local_time(version.at)}"] = [
            _marked(version.bank[field], changed=before is not None and before.bank[field] != version.bank[field])
            for field in FIELDS
        ] + [plain(version.note) or "–"]
    with st.container(key="bank_versions"):
        st.table(pd.DataFrame(table), border="horizontal", hide_index=True, alt=_("银行信息更正对照"))


def _marked(text: str, *, changed: bool) -> str:
    return f"▲ **{plain(text)}**" if changed else plain(text)


def _key(field: str) -> str:
    return f"correct_{field}"


def _correct(number: str) -> None:
    typed = {field: state.typed(_key(field)) or "" for field in FIELDS}
    note = state.typed(_NOTE) or ""
    if reached := attempt(lambda: correct_bank(desk(), acting_viewer(), number, typed, note)):
        state.forget(*map(_key, FIELDS), _NOTE)
        state.NOTICE.set((N_("银行信息已更正，批次现为“{state}”"), {"state": reached.label}))
