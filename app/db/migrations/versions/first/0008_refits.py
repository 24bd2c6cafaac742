"""A refit refers to the model it continues and stores its stability report."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("models", schema=None) as batch_op:
        batch_op.add_column(sa.Column("base_model_id", sa.String(40), nullable=True))
        batch_op.add_column(sa.Column("stability", sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("models", schema=None) as batch_op:
        batch_op.drop_column("stability")
        batch_op.drop_column("base_model_id")
