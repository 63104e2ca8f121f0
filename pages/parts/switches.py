"""The switches of 设置, grouped: each says what it means, what it is now and what it was made with."""

from collections.abc import Mapping, Sequence

import streamlit as st

from core.domain.errors import FactorNeeded
from core.domain.reasons import REASONS
from core.domain.roles import Right
from core.domain.settings import AGENCY, Switch
from core.domain.wording import N_
from core.services.settings import REFUSAL_ACTIVE, Setting, change_setting, list_settings, refusal_text
from core.texts import _
from pages.parts import state
from pages.parts.access import acting_viewer, desk, require_user
from pages.parts.at_field import at_field
from pages.parts.guarded_switch import ask_for_proof, draw_proof, tell_kept
from pages.parts.messages import attempt, draw_faults, plain
from pages.parts.wordings import draw_wordings

#: What the values of a switch are called.
WORDS: Mapping[str, str] = {
    "on": N_("开"),
    "off": N_("关"),
    "never": N_("不退"),
    "day15": N_("15 日（含）前离职可退"),
    "always": N_("可退"),
    "warn": N_("提醒"),
    "block": N_("阻止提交"),
}
_ACTIVE, _LATE_FEE, _DAYS, _FUND = "reason_active_", "late_fee_refundable_", "days_to_", "fund_"


def draw_switches() -> None:
    """Every switch, in three groups. A change is checked, kept and written to the audit log at once."""
    settings = {setting.switch.key: setting for setting in list_settings(desk(), require_user(Right.CHANGE_SETTINGS))}
    grouped = (_ACTIVE, _LATE_FEE, _DAYS, _FUND, AGENCY, REFUSAL_ACTIVE)
    own = [s for key, s in settings.items() if not key.startswith(grouped)]
    st.caption(
        _(
            "修改后立即生效并记入审计；只影响此后的预览和提交，已提交的批次不变。"
            "关系资金安全和办理分工的开关，修改时须输入动态验证码。"
        )
    )
    _draw_group(_("退费规则与提交"), own)
    _draw_group(_("办理时限"), [s for key, s in settings.items() if key.startswith(_DAYS)])
    _draw_group(_("基金付款账户"), [s for key, s in settings.items() if key.startswith(_FUND)])
    _draw_group(_("经办机构"), [s for key, s in settings.items() if key.startswith(AGENCY)])
    _draw_reasons(settings)
    _draw_refusals(settings)
    draw_wordings()
    draw_proof(settings, _meaning, _say)


def _draw_group(title: str, settings: Sequence[Setting]) -> None:
    with st.container(border=True):
        st.subheader(title, anchor=False)
        with st.grid(3, min_column_width=260, gap="medium"):
            for setting in settings:
                with st.container(gap="xsmall"):
                    _draw_field(setting)


def _draw_field(setting: Setting) -> None:
    switch, key = setting.switch, _key(setting)
    if not any(field == switch.key for field, _sentence, _values in state.PROBLEMS.get()):
        state.fill(key, setting.value if switch.choices else _say(setting.value))
    label = _meaning(switch)
    if switch.choices is None:
        st.text_input(label, key=key, on_change=_change, args=(switch.key, key, _say("off")), autocomplete="off")
    else:
        st.selectbox(
            label, switch.choices, key=key, format_func=_say, on_change=_change, args=(switch.key, key, _say("off"))
        )
    draw_faults(switch.key)
    changed = f"**{_('已修改')}** · " if setting.changed else ""
    st.caption(changed + plain(_("默认：{value} · {key}").format(value=_say(switch.default), key=switch.key)))


def _draw_reasons(settings: Mapping[str, Setting]) -> None:
    """Of every reason: whether it can be chosen, and whether it returns 滞纳金 and 利息."""
    with st.container(border=True):
        st.subheader(_("退费原因"), anchor=False)
        widths = [4, 1.2, 1.8]
        for cell, name in zip(st.columns(widths), (_("退费原因"), _("启用"), _("退还滞纳金、利息")), strict=True):
            cell.caption(name)
        for code, reason in REASONS.items():
            cells = st.columns(widths, vertical_alignment="center")
            cells[0].markdown(f"{code} {plain(_(reason.text))}")
            for cell, prefix in zip(cells[1:], (_ACTIVE, _LATE_FEE), strict=True):
                with cell:
                    _draw_toggle(settings[f"{prefix}{code}"])


def _draw_refusals(settings: Mapping[str, Setting]) -> None:
    """Of every cause that may be switched off: whether the rules look for it."""
    with st.container(border=True):
        st.subheader(_("不能退费情况"), anchor=False)
        with st.grid(2, min_column_width=320, gap="small"):
            for key, setting in settings.items():
                if key.startswith(REFUSAL_ACTIVE):
                    code = key.removeprefix(REFUSAL_ACTIVE)
                    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                        st.markdown(f"{code} {plain(_(refusal_text(code)))}", width="stretch")
                        with st.container(width=120):
                            _draw_toggle(setting)


def _draw_toggle(setting: Setting) -> None:
    key = _key(setting)
    state.fill(key, setting.value == "on")
    label = _("{meaning}：{key}").format(meaning=_(setting.switch.meaning), key=setting.switch.key)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.toggle(label, key=key, label_visibility="collapsed", on_change=_turn, args=(setting.switch.key, key))
        said = _say(setting.value)
        st.caption(f"**{said}** · {_('已修改')}" if setting.changed else said)


def _change(name: str, key: str, off: str) -> None:
    """``off``: the word for it on the screen that was typed on."""
    typed = (state.typed(key) or "").strip()
    _keep(name, "off" if typed == off else typed)


def _turn(name: str, key: str) -> None:
    _keep(name, "on" if state.typed(key) else "off")


def _keep(name: str, value: str) -> None:
    def change() -> Setting | None:
        try:
            return change_setting(desk(), acting_viewer(), name, value)
        except FactorNeeded:
            ask_for_proof(name, value)
            return None

    if kept := attempt(lambda: at_field(name, change), name):
        tell_kept(_meaning(kept.switch), _say(kept.value))


def _key(setting: Setting) -> str:
    return f"setting_{setting.switch.key}"


def _meaning(switch: Switch) -> str:
    """What a switch is for. Of a number that can be switched off it is said in words, as everywhere on this screen."""
    return _(switch.meaning).replace("off", _say("off"))


def _say(value: str) -> str:
    return _(WORDS[value]) if value in WORDS else value
