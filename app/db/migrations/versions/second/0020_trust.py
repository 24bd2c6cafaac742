"""Models keep their trust record; operations the fits they count as, and pieces that are done."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("operations", schema=None) as batch_op:
        batch_op.add_column(sa.Column("fits", sa.Integer(), nullable=False, server_default="1"))
        batch_op.add_column(sa.Column("kept", sa.JSON(none_as_null=True), nullable=True))
    with op.batch_alter_table("models", schema=None) as batch_op:
        batch_op.add_column(sa.Column("trust", sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("models", schema=None) as batch_op:
        batch_op.drop_column("trust")
    with op.batch_alter_table("operations", schema=None) as batch_op:
        batch_op.drop_column("kept")
        batch_op.drop_column("fits")
