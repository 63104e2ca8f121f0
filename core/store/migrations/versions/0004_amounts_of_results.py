"""The amount of a row that the bank sent stays as it came, like everything else in it."""

from alembic import op

from core.store.migrations.triggers import KEPT_AMOUNT, create_refusal, drop_refusal

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    connection = op.get_bind()
    differs = "IS NOT" if connection.dialect.name == "sqlite" else "IS DISTINCT FROM"
    create_refusal(connection, *KEPT_AMOUNT, "UPDATE", f"OLD.amount {differs} NEW.amount")


def downgrade() -> None:
    drop_refusal(op.get_bind(), *KEPT_AMOUNT)
