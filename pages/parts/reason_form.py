"""退费原因: one for the whole batch."""

import streamlit as st

from core.domain.reasons import NOTE_LENGTH, REASONS
from core.services.contributions import Query
from core.services.drafts import Draft, save_draft
from core.texts import _
from pages.parts import state
from pages.parts.access import acting_viewer, desk
from pages.parts.formats import starred
from pages.parts.messages import attempt, draw_faults
from pages.parts.other_reason import draw_other_reason

REASON, NOTE = "reason", "reason_note"
_LONGEST_NOTE = 500


def draw_reason(draft: Draft, query: Query | None) -> None:
    """The choice of the reason, the text that 其他 needs, and another reason for some of the rows."""
    offered = _active_reasons()
    content = draft.content
    state.fill_new({REASON: content.reason if content.reason in offered else None, NOTE: content.reason_note})
    choice, note = st.columns(2, gap="medium")
    with choice, st.container(key=f"field_{REASON}"):
        st.selectbox(
            starred(_("退费原因")),
            offered,
            key=REASON,
            index=None,
            format_func=_text,
            placeholder=_("请选择退费原因"),
            filter_mode="contains",
            on_change=_keep_reason,
            args=(draft.draft_id,),
        )
        draw_faults(REASON)
        st.caption(_("*提示：同一批次只能选择同类型的退费原因").replace("*", r"\*"))
    if any(REASONS[code].needs_note for code in draft.reasons):
        with note, st.container(key=f"field_{NOTE}"):
            st.text_area(
                starred(_("具体原因")),
                key=NOTE,
                height=96,
                max_chars=_LONGEST_NOTE,
                placeholder=_("请说明具体原因，不少于 {count} 个字").format(count=NOTE_LENGTH),
                on_change=_keep_note,
                args=(draft.draft_id,),
            )
            draw_faults(NOTE)
    draw_other_reason(draft, query, offered)


def _text(code: str) -> str:
    return _(REASONS[code].text)


def _active_reasons() -> list[str]:
    with desk().read() as connection:
        settings = desk().settings(connection)
    return [code for code in REASONS if settings.is_on(f"reason_active_{code}")]


def _keep_reason(draft_id: str) -> None:
    reason = state.typed(REASON) or ""
    attempt(lambda: save_draft(desk(), acting_viewer(), draft_id, reason=reason), REASON, NOTE)


def _keep_note(draft_id: str) -> None:
    note = state.typed(NOTE) or ""
    attempt(lambda: save_draft(desk(), acting_viewer(), draft_id, reason_note=note), NOTE)
