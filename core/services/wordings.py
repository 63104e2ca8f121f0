"""The wording of reasons and refusals as an owner wants it: settings over the texts that stand with the code.

What is filed holds codes, so a changed wording is read in old batches too. English readers keep the translation of the
shipped text: what an owner writes is Chinese.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from core.domain.materials import write_demand
from core.domain.reasons import REASONS
from core.domain.roles import Right, Viewer
from core.domain.settings import MATERIALS_OF, REMEDY_OF, WORDING_OF, Settings, find_switch
from core.rules.catalogue import REFUSALS
from core.services.desk import Desk
from core.services.settings import Setting


@dataclass(frozen=True, slots=True)
class Wording:
    """One text that can be put differently: its setting, and what stands there as long as that is blank."""

    setting: Setting
    shipped: str


def wordings_in_force(desk: Desk) -> dict[str, str]:
    """What is said instead of which shipped text."""
    with desk.read() as connection:
        settings = desk.settings(connection)
    return {shipped: settings[key] for key, shipped in _texts() if settings[key]}


def list_wordings(desk: Desk, viewer: Viewer) -> dict[str, list[Wording]]:
    """By code: the wording of every reason and refusal, the remedies of refusals, the materials of reasons."""
    viewer.require(Right.CHANGE_SETTINGS)
    with desk.read() as connection:
        settings = desk.settings(connection)
    listed: dict[str, list[Wording]] = {}
    for key, shipped in (*_texts(), *_materials()):
        listed.setdefault(key[-3:], []).append(Wording(Setting(find_switch(key), settings[key]), shipped))
    return listed


def _texts() -> Iterator[tuple[str, str]]:
    for code, reason in REASONS.items():
        yield f"{WORDING_OF}{code}", reason.text
    for code, rule in REFUSALS.items():
        yield f"{WORDING_OF}{code}", rule.text
        yield f"{REMEDY_OF}{code}", rule.remedy


def _materials() -> Iterator[tuple[str, str]]:
    for code in REASONS:
        reason = Settings().reason(code)
        yield f"{MATERIALS_OF}{code}", write_demand(reason.required, reason.helpful)
