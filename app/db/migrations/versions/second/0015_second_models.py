"""Models name their second model: the operation that fits it, its file, and what it is."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("models", schema=None) as batch_op:
        batch_op.add_column(sa.Column("second_operation_id", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("second_key", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("second", sa.JSON(none_as_null=True), nullable=True))
        batch_op.create_index(batch_op.f("ix_models_second_key"), ["second_key"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("models", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_models_second_key"))
        batch_op.drop_column("second")
        batch_op.drop_column("second_key")
        batch_op.drop_column("second_operation_id")
