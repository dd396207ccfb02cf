"""On call: rotations, overrides, absences, calendars, contact rules, verified numbers, escalation policies"""

import sqlalchemy as sa
from alembic import op

from callbacks.db.database import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "calendar_sources",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("layer", sa.String(length=40), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("read_at", UtcDateTime(), nullable=True),
        sa.Column("next_action_at", UtcDateTime(), nullable=False),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "rotations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("layer", sa.String(length=40), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("hand_off", sa.String(length=5), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "absences",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("technician_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["technician_id"],
            ["technicians.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "calendar_keys",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("technician_id", sa.Integer(), nullable=True),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["technician_id"],
            ["technicians.id"],
        ),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "contact_rules",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("technician_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("number", sa.String(length=6), nullable=False),
        sa.Column("after", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["technician_id"],
            ["technicians.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("contact_rules", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contact_rules_technician_id"), ["technician_id"], unique=False)

    op.create_table(
        "overrides",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("layer", sa.String(length=40), nullable=False),
        sa.Column("technician_id", sa.Integer(), nullable=False),
        sa.Column("instead_of_id", sa.Integer(), nullable=True),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["instead_of_id"],
            ["technicians.id"],
        ),
        sa.ForeignKeyConstraint(
            ["technician_id"],
            ["technicians.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "rotation_members",
        sa.Column("rotation_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("technician_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["rotation_id"],
            ["rotations.id"],
        ),
        sa.ForeignKeyConstraint(
            ["technician_id"],
            ["technicians.id"],
        ),
        sa.PrimaryKeyConstraint("rotation_id", "place"),
    )
    op.create_table(
        "verifications",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("technician_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=6), nullable=False),
        sa.Column("code", sa.String(length=6), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["technician_id"],
            ["technicians.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("verifications", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_verifications_technician_id"), ["technician_id"], unique=False)

    op.create_table(
        "priority_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("callback_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("priority", sa.String(length=2), nullable=False),
        sa.ForeignKeyConstraint(
            ["callback_id"],
            ["callbacks.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("priority_changes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_priority_changes_callback_id"), ["callback_id"], unique=False)

    op.create_table(
        "waitings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("callback_id", sa.Integer(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["callback_id"],
            ["callbacks.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("waitings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_waitings_callback_id"), ["callback_id"], unique=False)

    with op.batch_alter_table("attempts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("is_told", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.alter_column(
            "told_by", existing_type=sa.VARCHAR(length=40), type_=sa.String(length=80), existing_nullable=False
        )

    with op.batch_alter_table("callbacks", schema=None) as batch_op:
        batch_op.add_column(sa.Column("policy", sa.String(length=40), nullable=False, server_default="default"))
        batch_op.add_column(sa.Column("consented_by", sa.String(length=255), nullable=True))
        batch_op.add_column(sa.Column("product", sa.String(length=255), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("coverage", sa.String(length=10), nullable=False, server_default=""))

    with op.batch_alter_table("calls", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_calls_caller"), ["caller"], unique=False)

    with op.batch_alter_table("page_attempts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_page_attempts_started_at"), ["started_at"], unique=False)

    # The first schema gave this constraint no name. PostgreSQL generated one; for SQLite a convention gives one.
    unnamed = {"uq": "uq_%(table_name)s_%(column_0_name)s"}
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    generated = "uq_pages_callback_id" if is_sqlite else "pages_callback_id_occasion_technician_id_channel_key"
    with op.batch_alter_table("pages", schema=None, naming_convention=unnamed) as batch_op:
        batch_op.drop_constraint(generated, type_="unique")
        batch_op.add_column(sa.Column("number", sa.String(length=6), nullable=False, server_default="first"))
        batch_op.add_column(sa.Column("bundled_into_id", sa.Integer(), nullable=True))
        batch_op.alter_column("callback_id", existing_type=sa.INTEGER(), nullable=True)
        batch_op.create_index(batch_op.f("ix_pages_bundled_into_id"), ["bundled_into_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_pages_technician_id"), ["technician_id"], unique=False)
        batch_op.create_unique_constraint(
            "one_page_each", ["callback_id", "occasion", "technician_id", "channel", "number"]
        )
        batch_op.create_foreign_key("bundled_into", "pages", ["bundled_into_id"], ["id"])

    with op.batch_alter_table("shifts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("source_id", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_shifts_source_id"), ["source_id"], unique=False)
        batch_op.create_foreign_key("taken_from", "calendar_sources", ["source_id"], ["id"])

    with op.batch_alter_table("technicians", schema=None) as batch_op:
        batch_op.add_column(sa.Column("second_phone", sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column("quiet", sa.String(length=11), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("second_verified_at", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("troubles", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("left_at", UtcDateTime(), nullable=True))
        batch_op.create_unique_constraint("one_second_phone_each", ["second_phone"])

    with op.batch_alter_table("watermarks", schema=None) as batch_op:
        batch_op.alter_column(
            "name", existing_type=sa.VARCHAR(length=40), type_=sa.String(length=120), existing_nullable=False
        )
