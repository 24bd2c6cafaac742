"""Token buckets of the tenants, shared by several API processes of one database."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tenant_rates",
        sa.Column("tenant", sa.String(length=100), nullable=False),
        sa.Column("level", sa.Double(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", name=op.f("pk_tenant_rates")),
    )


def downgrade() -> None:
    op.drop_table("tenant_rates")
