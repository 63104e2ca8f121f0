"""The outbox of e-mail."""

import sqlalchemy as sa

from core.store.schema.columns import metadata, words

# Mails that wait to be sent or were sent lately, written with the step that they tell of. Whoever sends one moves
# ``due_at`` first, so that nobody else sends it meanwhile. Blank ``sent_at`` and ``given_up_at``: it still waits.
outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("mail_id", sa.Text, primary_key=True),
    sa.Column("username", sa.Text, sa.ForeignKey("users.username"), nullable=False),
    words("recipient"),
    words("subject"),
    words("body"),
    words("queued_at"),
    words("due_at"),
    sa.Column("attempts", sa.Integer, nullable=False, server_default=sa.text("0")),
    words("fault", default=""),
    words("sent_at", default=""),
    words("given_up_at", default=""),
    sa.Index(
        "ix_outbox_due",
        "due_at",
        "mail_id",
        sqlite_where=sa.text("sent_at = '' AND given_up_at = ''"),
        postgresql_where=sa.text("sent_at = '' AND given_up_at = ''"),
    ),
    sa.CheckConstraint("recipient <> '' AND subject <> ''", name="addressed"),
    sa.CheckConstraint("sent_at = '' OR given_up_at = ''", name="ends_once"),
    sa.CheckConstraint("attempts >= 0", name="attempts_counted"),
)
