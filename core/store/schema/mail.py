"""The outbox of e-mail."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text, text

from core.store.schema.columns import metadata, words

# Mails that wait to be sent or were sent lately, written with the step that they tell of. Whoever sends one moves
# ``due_at`` first, so that nobody else sends it meanwhile. Blank ``sent_at`` and ``given_up_at``: it still waits.
outbox = Table(
    "outbox",
    metadata,
    Column("mail_id", Text, primary_key=True),
    Column("username", Text, ForeignKey("users.username"), nullable=False),
    words("recipient"),
    words("subject"),
    words("body"),
    words("queued_at"),
    words("due_at"),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    words("fault", default=""),
    words("sent_at", default=""),
    words("given_up_at", default=""),
    Index(
        "ix_outbox_due",
        "due_at",
        "mail_id",
        sqlite_where=text("sent_at = '' AND given_up_at = ''"),
        postgresql_where=text("sent_at = '' AND given_up_at = ''"),
    ),
    CheckConstraint("recipient <> '' AND subject <> ''", name="addressed"),
    CheckConstraint("sent_at = '' OR given_up_at = ''", name="ends_once"),
    CheckConstraint("attempts >= 0", name="attempts_counted"),
)
