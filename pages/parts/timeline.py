"""The way of a batch: where it has been, where it stands, what is still to come; and its history line by line."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import pandas as pd
import streamlit as st

from core.domain.lifecycle import State, progress
from core.services.batches import BatchView, Event
from core.texts import _
from pages.parts.formats import local_time
from pages.parts.messages import plain
from pages.parts.verdicts import state_look


@dataclass(frozen=True, slots=True)
class Station:
    """One state on the way: an icon with its colour, its name, when and by whom it was dealt with (a line each), or since when it
    waits.
    """

    icon: str
    colour: str
    name: str
    detail: str
    is_current: bool = False


def draw_timeline(batch: BatchView) -> None:
    """The straight way with dates and people; a batch that left it shows where it stands now."""
    with st.container(key="timeline"), st.grid("auto", min_column_width=104, gap="small"):
        for station in stations(batch):
            name = f"**{station.name}**" if station.is_current else station.name
            # A line each: side by side in a narrow column, a name would break inside the word.
            details = (f":gray[:small[{plain(line)}]]" for line in station.detail.split("\n"))
            st.markdown("  \n".join((f":{station.colour}[{station.icon} {name}]", *details)))


def stations(batch: BatchView) -> Iterator[Station]:
    """What the timeline shows, in order."""
    # What a state was about was done by whoever took the batch on from there, not by who brought it there.
    left = {before.state: event for before, event in pairwise(batch.events)}
    way = progress()
    for state in way if batch.state in way else [state for state in way if state in left]:
        yield _station(batch, state, way, left)
    if batch.state not in way:
        yield _here(batch)


def draw_history(events: tuple[Event, ...]) -> None:
    """Every step: when, what, by whom in which part, where it led, and what was said."""
    table = pd.DataFrame(
        [
            (
                local_time(event.at),
                event.label,
                plain(event.actor),
                event.part,
                _(event.state.label),
                plain(event.note) or "–",
            )
            for event in reversed(events)
        ],
        columns=[_("时间"), _("操作"), _("办理人"), _("环节"), _("之后状态"), _("意见")],
    )
    with st.container(key="history"):
        st.table(table, border="horizontal", alt=_("办理记录"))


def _station(batch: BatchView, state: State, way: tuple[State, ...], left: dict[State, Event]) -> Station:
    if state is batch.state:
        return _here(batch)
    event = left.get(state)
    is_past = batch.state not in way or way.index(state) < way.index(batch.state)
    if is_past and event is not None:
        done = f"{local_time(event.at)}\n{event.actor}"
        # What was taken back, sent back or ended here was not done here.
        icon, colour = (":material/check_circle:", "green") if event.state in way else (":material/undo:", "gray")
        return Station(icon, colour, _(state.label), done)
    if is_past:
        return Station(":material/remove:", "gray", _(state.label), _("无需办理"))
    return Station(":material/radio_button_unchecked:", "gray", _(state.label), "")


def _here(batch: BatchView) -> Station:
    _sign, icon, colour = state_look(batch.state)
    since = _("{moment} 起").format(moment=local_time(batch.events[-1].at))
    return Station(icon, colour, _(batch.state.label), since, is_current=True)
