"""Tables keep the recipe by which they are read; those of older releases have none."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("datasets", "actuals"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column("read", sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    for table in ("datasets", "actuals"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column("read")
