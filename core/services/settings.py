"""设置: the switches of ``core.domain.settings`` as they are, and changed with an audit entry."""

from dataclasses import dataclass

from core.domain.errors import InvalidInput
from core.domain.identifiers import mask_account
from core.domain.reasons import REASONS
from core.domain.roles import Right, Viewer
from core.domain.settings import REFUSAL_ACTIVE, REMEDY_OF, SWITCHES, WORDING_OF, Switch, find_switch
from core.domain.wording import N_
from core.rules.catalogue import REFUSALS
from core.services.desk import Desk
from core.store.locks import lock_chain
from core.store.settings import write_setting


@dataclass(frozen=True, slots=True)
class Setting:
    """A switch with its value in force; ``changed`` when it isn't the default."""

    switch: Switch
    value: str

    @property
    def changed(self) -> bool:
        """Whether somebody has decided otherwise than the default."""
        return self.value != self.switch.default

    @property
    def allowed(self) -> str:
        """What the switch may be, as an operator types it: ``never|day15|always``, ``1..60``, ``off|1..1200``."""
        if self.switch.pattern:
            return self.switch.pattern
        if self.switch.choices is not None:
            return "|".join(self.switch.choices)
        numbers = f"{self.switch.low}..{self.switch.high}"
        return f"off|{numbers}" if self.switch.default == "off" else numbers


def list_settings(desk: Desk, viewer: Viewer) -> list[Setting]:
    """Every switch with its value in force, in the order of ``core.domain.settings``."""
    viewer.require(Right.CHANGE_SETTINGS)
    with desk.read() as connection:
        values = desk.settings(connection)
    refusals = (find_switch(f"{REFUSAL_ACTIVE}{code}") for code, rule in REFUSALS.items() if not rule.firm)
    return [Setting(switch, values[switch.key]) for switch in (*SWITCHES.values(), *refusals)]


def refusal_text(code: str) -> str:
    """What a cause says, as a msgid."""
    return REFUSALS[code].text


def change_setting(desk: Desk, viewer: Viewer, key: str, value: str) -> Setting:
    """Put a switch to ``value`` and leave an audit entry with the old and the new one; the same value changes nothing.

    Raises ``InvalidInput`` for an unknown key or a value that the switch doesn't take, ``FactorNeeded`` when all that is
    missing is a fresh second factor for a switch that guards money or parts.
    """
    viewer.require(Right.CHANGE_SETTINGS)
    switch = find_switch(key)
    _require_switchable(key)
    accepted = switch.accept(value)
    if switch.guards:
        viewer.require_factor()
    with desk.write(viewer) as unit:
        # Of two changes at one moment each must name the value that it really replaced.
        lock_chain(unit.connection)
        before = desk.settings(unit.connection)[key]
        if before != accepted:
            write_setting(unit.connection, key, accepted)
            unit.audit("setting.change", key, before=_told(switch, before), after=_told(switch, accepted))
    return Setting(switch, accepted)


def _told(switch: Switch, value: str) -> str:
    """A value as the audit log may hold it."""
    return mask_account(value) if switch.masked else value


def _require_switchable(key: str) -> None:
    """What the law or the store's constraints hold is no assumption: such a cause can't be switched off."""
    code = key.removeprefix(REFUSAL_ACTIVE)
    if key.startswith(REFUSAL_ACTIVE) and (code not in REFUSALS or REFUSALS[code].firm):
        raise InvalidInput(N_("{code} 不是可以停用的不能退费情况"), code=code)
    if key.startswith((WORDING_OF, REMEDY_OF)) and key[-3:] not in {*REASONS, *REFUSALS}:
        raise InvalidInput(N_("没有名为 {key} 的设置，可用 settings list 查看全部设置"), key=key)
