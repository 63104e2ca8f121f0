"""设置: the switches of ``core.domain.settings`` as they are, and changed with an audit entry."""

from dataclasses import dataclass

from core.domain.roles import Right, Viewer
from core.domain.settings import SWITCHES, Switch, find_switch
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
        if self.switch.choices is not None:
            return "|".join(self.switch.choices)
        numbers = f"{self.switch.low}..{self.switch.high}"
        return f"off|{numbers}" if self.switch.default == "off" else numbers


def list_settings(desk: Desk, viewer: Viewer) -> list[Setting]:
    """Every switch with its value in force, in the order of ``core.domain.settings``."""
    viewer.require(Right.CHANGE_SETTINGS)
    with desk.read() as connection:
        values = desk.settings(connection)
    return [Setting(switch, values[key]) for key, switch in SWITCHES.items()]


def change_setting(desk: Desk, viewer: Viewer, key: str, value: str) -> Setting:
    """Put a switch to ``value`` and leave an audit entry with the old and the new one; the same value changes nothing.

    Raises ``InvalidInput`` for an unknown key or a value that the switch doesn't take.
    """
    viewer.require(Right.CHANGE_SETTINGS)
    switch = find_switch(key)
    accepted = switch.accept(value)
    with desk.write(viewer) as unit:
        # Of two changes at one moment each must name the value that it really replaced.
        lock_chain(unit.connection)
        before = desk.settings(unit.connection)[key]
        if before != accepted:
            write_setting(unit.connection, key, accepted)
            unit.audit("setting.change", key, before=before, after=accepted)
    return Setting(switch, accepted)
