"""Questions in the address: every view can be sent, kept and reopened."""

from collections.abc import Collection, Mapping

import streamlit as st


def write_address(own: Collection[str], query: Mapping[str, str]) -> None:
    """Put a question into the address, in one step of the browser's history; ``own`` are its parameters, all others stay."""
    kept = {name: value for name, value in st.query_params.to_dict().items() if name not in own}
    st.query_params.from_dict({**kept, **query})
