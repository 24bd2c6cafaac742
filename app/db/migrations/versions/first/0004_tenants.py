"""Every owned row has a tenant."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLES = ("datasets", "operations", "models", "lift_tests", "scenarios")


def upgrade() -> None:
    for table in TABLES:
        with op.batch_alter_table(table, schema=None) as batch_op:
            owner = sa.Column("tenant", sa.String(100), nullable=False, server_default="default")
            batch_op.add_column(owner)
            batch_op.create_index(batch_op.f(f"ix_{table}_tenant_id"), ["tenant", "id"])


def downgrade() -> None:
    for table in TABLES:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_index(batch_op.f(f"ix_{table}_tenant_id"))
            batch_op.drop_column("tenant")
