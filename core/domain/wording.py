"""Chinese texts stand where they are used; this marks the ones that are translated later, at the edge."""


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for "mark, do not translate"
    """Mark ``text`` for the catalogue and return it unchanged; ``core.texts`` translates it when it is shown."""
    return text
