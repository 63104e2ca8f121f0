"""People who use the product: accounts, sessions, settings, and the log of what was done."""

import sqlalchemy as sa

from core.domain.roles import Role
from core.store.schema.columns import metadata, one_of, words

users = sa.Table(
    "users",
    metadata,
    sa.Column("username", sa.Text, primary_key=True),
    words("role"),
    words("password_hash", default=""),
    words("language", default="zh"),
    sa.Column("disabled", sa.Boolean, nullable=False, server_default=sa.false()),
    words("created_at"),
    # A one-time token (its SHA-256) lets a new or reset account set its password.
    words("token_hash", default=""),
    words("token_expires_at", default=""),
    # The second factor: its secret, encrypted with a key outside the database; a secret that is not confirmed opens nothing.
    words("totp_secret", default=""),
    words("totp_confirmed_at", default=""),
    # The time-step of the code that was taken last: a code is taken once.
    sa.Column("totp_last_step", sa.BigInteger, nullable=False, server_default=sa.text("0")),
    # The audit entry up to which this user has read his messages: what came later is unread.
    sa.Column("inbox_seen", sa.Integer, nullable=False, server_default=sa.text("0")),
    # Where messages are mailed to, once the user wants them there.
    words("email", default=""),
    sa.Column("wants_mail", sa.Boolean, nullable=False, server_default=sa.false()),
    one_of("role", Role),
    sa.CheckConstraint("totp_confirmed_at = '' OR totp_secret <> ''", name="confirmed_has_secret"),
    sa.CheckConstraint("NOT wants_mail OR email <> ''", name="mail_has_address"),
)

user_employers = sa.Table(
    "user_employers",
    metadata,
    sa.Column("username", sa.Text, sa.ForeignKey("users.username"), nullable=False),
    sa.Column("employer_id", sa.Text, nullable=False),
    sa.PrimaryKeyConstraint("username", "employer_id"),
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("token_hash", sa.Text, primary_key=True),
    sa.Column("username", sa.Text, sa.ForeignKey("users.username"), nullable=False),
    words("created_at"),
    words("seen_at"),
    words("revoked_at", default=""),
    # When the second factor was shown in this session; blank: not yet.
    words("factor_at", default=""),
    sa.Index("ix_sessions_username", "username"),
)

sign_in_failures = sa.Table(
    "sign_in_failures",
    metadata,
    sa.Column("failure_id", sa.Integer, primary_key=True, autoincrement=True),
    # "account:<sha256 of name>" or "address:<ip>": names that were mistyped may be passwords.
    words("subject"),
    words("failed_at"),
    sa.Index("ix_sign_in_failures_subject", "subject", "failed_at"),
)

settings = sa.Table("settings", metadata, sa.Column("key", sa.Text, primary_key=True), words("value"))

audit = sa.Table(
    "audit",
    metadata,
    sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=False),
    words("at"),
    words("actor"),
    words("action"),
    words("subject"),
    words("detail"),
    words("previous_hash"),
    words("hash"),
    sa.UniqueConstraint("hash"),
    sa.UniqueConstraint("previous_hash"),
    sa.CheckConstraint("sequence > 0", name="counts_from_one"),
)

# Views that people keep of their screens: a name for a query.
saved_views = sa.Table(
    "saved_views",
    metadata,
    sa.Column("username", sa.Text, sa.ForeignKey("users.username"), nullable=False),
    words("screen"),
    words("name"),
    words("query"),
    sa.PrimaryKeyConstraint("username", "screen", "name"),
    sa.CheckConstraint("name <> ''", name="is_named"),
)

exports = sa.Table(
    "exports",
    metadata,
    sa.Column("export_id", sa.Text, primary_key=True),
    words("file_name"),
    words("media_type"),
    words("sha256"),
    sa.Column("size", sa.Integer, nullable=False),
    words("kind"),
    words("created_by"),
    words("created_at"),
)
