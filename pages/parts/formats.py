"""How values are written for people: amounts, months, moments."""

from datetime import datetime

from core.domain.money import format_yuan
from core.services.desk import AGENCY_ZONE

__all__ = ["format_yuan", "local_time", "month_text", "starred"]


def local_time(moment: str) -> str:
    """``2026-11-23 18:52`` at the agency, from a stored UTC moment (ISO 8601); blank stays blank."""
    return f"{datetime.fromisoformat(moment).astimezone(AGENCY_ZONE):%Y-%m-%d %H:%M}" if moment else ""


def month_text(period: int) -> str:
    """``202201``, as the guide writes 对应缴费所属期."""
    return f"{period:06d}"


def starred(label: str) -> str:
    """The label of a field that has to be filled in, as the guide marks it. No Markdown: a screen reader gets it as it is."""
    return f"* {label}"
