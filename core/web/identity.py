"""How the gate tells Streamlit who is there.

The gate removes every header that begins with ``x-refund-`` from what a client sends and puts its own two in. The option
``server.trustedUserHeaders`` of Streamlit copies them, when a socket opens, into ``st.user``:

    st.user["username"]   the name of the account, as in the table of users
    st.user["session"]    a name for this sign-in that opens nothing; another sign-in of the same person has another

``st.user`` is empty when nobody came through the gate. Streamlit takes a dropped session up again only for an equal
``st.user``, so a session id that was read from an upload's address is worth nothing to anybody else.

The option is set by ``app.py`` and stands in no configuration file: started without the gate (``streamlit run
pages/shell.py``) the screens know nobody, whatever headers a visitor invents.
"""

from core.services.sessions import Session

PREFIX = b"x-refund-"
USER_HEADER = "X-Refund-User"
SESSION_HEADER = "X-Refund-Session"
#: Streamlit's option: header → key of ``st.user``.
TRUSTED_USER_HEADERS = {USER_HEADER: "username", SESSION_HEADER: "session"}

Headers = list[tuple[bytes, bytes]]


def without_claims(headers: Headers) -> Headers:
    """The headers a client sent, without any that claim an identity."""
    return [(name, value) for name, value in headers if not name.lower().replace(b"_", b"-").startswith(PREFIX)]


def claims(session: Session) -> Headers:
    """The two headers that say who this is."""
    return [
        (USER_HEADER.lower().encode(), session.viewer.username.encode()),
        (SESSION_HEADER.lower().encode(), session.reference.encode()),
    ]
