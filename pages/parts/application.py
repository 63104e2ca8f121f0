"""The fields of an application as a whole."""

from core.domain.bank import FIELDS
from pages.parts import selection, state
from pages.parts.branch_search import KEY as BRANCH_SEARCH
from pages.parts.messages import clear_faults
from pages.parts.query_form import QUERY_FIELDS
from pages.parts.reason_form import NOTE, REASON


def start_fields_anew() -> None:
    """Forget what stands in the fields, so that they are filled from the draft."""
    clear_faults()
    state.forget(*QUERY_FIELDS, REASON, NOTE, *FIELDS, BRANCH_SEARCH)
    selection.show_anew(first_page=True)
