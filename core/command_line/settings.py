"""``python -m core settings``: switches and wordings."""

import argparse
from typing import Any

from core.command_line.tools import DONE, add, add_format, operator_desk, print_rows, say
from core.domain.roles import SYSTEM
from core.texts import _


def add_commands(actions: Any) -> None:
    """``settings list`` and ``set``."""
    add_format(add(actions, "list", list_, _("列出全部设置")), "table")
    setting = add(actions, "set", set_, _("更改一项设置"))
    setting.add_argument("key", metavar="KEY")
    setting.add_argument("value", metavar="VALUE")


def list_(options: argparse.Namespace) -> int:
    """Every switch: its value, its default, what it may be and what it means."""
    from core.services.settings import list_settings
    from core.services.wordings import list_wordings

    with operator_desk() as desk:
        rows = [
            (s.switch.key, s.value, s.switch.default, s.allowed, _(s.switch.meaning))
            for s in list_settings(desk, SYSTEM)
        ]
        rows += [
            (each.setting.switch.key, each.setting.value, each.shipped, "", _(each.setting.switch.meaning))
            for wordings in list_wordings(desk, SYSTEM).values()
            for each in wordings
        ]
    print_rows(options.format, ("key", "value", "default", "allowed", "meaning"), rows)
    return DONE


def set_(options: argparse.Namespace) -> int:
    """Put one switch to a value."""
    from core.services.settings import change_setting

    with operator_desk() as desk:
        setting = change_setting(desk, SYSTEM, options.key, options.value)
    say(f"{setting.switch.key} = {setting.value}")
    return DONE
