"""Who made a run or a job, and the audit log."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add a column to two tables, and make one."""
    for table in ("runs", "jobs"):
        op.add_column(table, sa.Column("made_by", sa.String(32)))
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), autoincrement=True, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("user", sa.String(32)),
        sa.Column("role", sa.String(10), nullable=False),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("route", sa.String(80), nullable=False),
        sa.Column("object_id", sa.String(36)),
        sa.Column("status", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_index("ix_audit_at", "audit", ["at"])
    op.create_index("ix_audit_object_id", "audit", ["object_id"])


def downgrade() -> None:
    """Drop them."""
    op.drop_table("audit")
    for table in ("runs", "jobs"):
        op.drop_column(table, "made_by")
