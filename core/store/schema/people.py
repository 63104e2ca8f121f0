"""People who use the product: accounts, sessions, settings, and the log of what was done."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from core.domain.roles import Role
from core.store.schema.columns import metadata, one_of, words

users = Table(
    "users",
    metadata,
    Column("username", Text, primary_key=True),
    words("role"),
    words("password_hash", default=""),
    words("language", default="zh"),
    Column("disabled", Boolean, nullable=False, server_default=false()),
    words("created_at"),
    # A one-time token (its SHA-256) lets a new or reset account set its password.
    words("token_hash", default=""),
    words("token_expires_at", default=""),
    # The second factor: its secret, encrypted with a key outside the database; a secret that is not confirmed opens nothing.
    words("totp_secret", default=""),
    words("totp_confirmed_at", default=""),
    # The time-step of the code that was taken last: a code is taken once.
    Column("totp_last_step", BigInteger, nullable=False, server_default=text("0")),
    # The audit entry up to which this user has read his messages: what came later is unread.
    Column("inbox_seen", Integer, nullable=False, server_default=text("0")),
    # Where messages are mailed to, once the user wants them there.
    words("email", default=""),
    Column("wants_mail", Boolean, nullable=False, server_default=false()),
    one_of("role", Role),
    CheckConstraint("totp_confirmed_at = '' OR totp_secret <> ''", name="confirmed_has_secret"),
    CheckConstraint("NOT wants_mail OR email <> ''", name="mail_has_address"),
)

user_employers = Table(
    "user_employers",
    metadata,
    Column("username", Text, ForeignKey("users.username"), nullable=False),
    Column("employer_id", Text, nullable=False),
    PrimaryKeyConstraint("username", "employer_id"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("username", Text, ForeignKey("users.username"), nullable=False),
    words("created_at"),
    words("seen_at"),
    words("revoked_at", default=""),
    # When the second factor was shown in this session; blank: not yet.
    words("factor_at", default=""),
    Index("ix_sessions_username", "username"),
)

sign_in_failures = Table(
    "sign_in_failures",
    metadata,
    Column("failure_id", Integer, primary_key=True, autoincrement=True),
    # "account:<sha256 of name>" or "address:<ip>": names that were mistyped may be passwords.
    words("subject"),
    words("failed_at"),
    Index("ix_sign_in_failures_subject", "subject", "failed_at"),
)

settings = Table("settings", metadata, Column("key", Text, primary_key=True), words("value"))

audit = Table(
    "audit",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    words("at"),
    words("actor"),
    words("action"),
    words("subject"),
    words("detail"),
    words("previous_hash"),
    words("hash"),
    UniqueConstraint("hash"),
    UniqueConstraint("previous_hash"),
    CheckConstraint("sequence > 0", name="counts_from_one"),
)

# Views that people keep of their screens: a name for a query.
saved_views = Table(
    "saved_views",
    metadata,
    Column("username", Text, ForeignKey("users.username"), nullable=False),
    words("screen"),
    words("name"),
    words("query"),
    PrimaryKeyConstraint("username", "screen", "name"),
    CheckConstraint("name <> ''", name="is_named"),
)

exports = Table(
    "exports",
    metadata,
    Column("export_id", Text, primary_key=True),
    words("file_name"),
    words("media_type"),
    words("sha256"),
    Column("size", Integer, nullable=False),
    words("kind"),
    words("created_by"),
    words("created_at"),
)
