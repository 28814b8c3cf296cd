"""Let runs follow records that they heard of later."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "e46fd35d37dd"
down_revision = "a1266a5da4d4"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "followed_records",
        sa.Column("id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("workspace_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("run_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("output_path", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("event_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("subject_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["automation_runs.id"], name=op.f("fk_followed_records_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_followed_records")),
        sa.UniqueConstraint("run_id", "output_path", name=op.f("uq_followed_records_run_id_output_path")),
    )
    with op.batch_alter_table("followed_records", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_followed_records_run_id"), ["run_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_followed_records_subject_id"), ["subject_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_followed_records_workspace_id"), ["workspace_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("followed_records", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_followed_records_workspace_id"))
        batch_op.drop_index(batch_op.f("ix_followed_records_subject_id"))
        batch_op.drop_index(batch_op.f("ix_followed_records_run_id"))

    op.drop_table("followed_records")
