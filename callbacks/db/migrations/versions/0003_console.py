"""The console: audit log, search words, second factor, and indexes for a list of a million callbacks"""

import re

import sqlalchemy as sa
from alembic import op

from callbacks.db.database import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


# Rows of these tables are never changed or deleted. The database enforces it.
APPEND_ONLY = ("audit", "events")


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("who", sa.String(length=255), nullable=False),
        sa.Column("what", sa.String(length=255), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_at"), ["at"], unique=False)

    op.create_table(
        "finding_words",
        sa.Column(
            "word",
            sa.String(40).with_variant(sa.String(40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("callback_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["callback_id"],
            ["callbacks.id"],
        ),
        sa.PrimaryKeyConstraint("word", "callback_id"),
    )
    op.create_index("words_of_callback", "finding_words", ["callback_id", "word"], unique=False)
    with op.batch_alter_table("callbacks", schema=None) as batch_op:
        batch_op.create_index(
            "callbacks_broken",
            ["opened_at", "id"],
            unique=False,
            sqlite_where=sa.text("breached_at IS NOT NULL"),
            postgresql_where=sa.text("breached_at IS NOT NULL"),
        )
        batch_op.create_index("callbacks_by_deadline", ["due_at", "id"], unique=False)
        batch_op.create_index("callbacks_by_opening", ["opened_at", "id"], unique=False)
        batch_op.create_index("callbacks_by_priority", ["priority", "opened_at", "id"], unique=False)
        batch_op.create_index("callbacks_of_owner", ["owner_id", "opened_at", "id"], unique=False)

    with op.batch_alter_table("calls", schema=None) as batch_op:
        batch_op.add_column(sa.Column("caller_name", sa.String(length=100), nullable=False, server_default=""))

    with op.batch_alter_table("pages", schema=None) as batch_op:
        batch_op.create_index("pages_by_time", ["created_at"], unique=False)

    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.add_column(sa.Column("technician_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("second_factor", sa.String(length=64), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("second_factor_step", sa.Integer(), nullable=False, server_default="0"))
        batch_op.create_unique_constraint("one_user_each", ["technician_id"])
        batch_op.create_foreign_key("who_is_paged", "technicians", ["technician_id"], ["id"])

    with op.batch_alter_table("voicemails", schema=None) as batch_op:
        batch_op.add_column(sa.Column("transcript", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("transcribed_by", sa.String(length=10), nullable=False, server_default=""))

    _index_numbers()
    _schedule_auto_close()
    _refuse_changes()


def _index_numbers() -> None:
    """Add the numbers of existing calls to the search words, forwards and backwards."""
    connection = op.get_bind()
    found = connection.execute(
        sa.text("SELECT callbacks.id, calls.caller FROM callbacks JOIN calls ON calls.sid = callbacks.call_sid")
    )
    words = [
        {"id": row.id, "word": word}
        for row in found
        if (digits := re.sub("[^0-9]", "", row.caller))
        for word in (f"#{digits[::-1]}", f"+{digits}")
    ]
    if words:
        connection.execute(sa.text("INSERT INTO finding_words (word, callback_id) VALUES (:word, :id)"), words)


def _schedule_auto_close() -> None:
    """Check callbacks with an attempt from now on, so that they close when their customer stays silent."""
    op.execute(
        "UPDATE callbacks SET next_action_at = attempted_at "
        "WHERE state = 'open' AND attempted_at IS NOT NULL AND next_action_at IS NULL"
    )


def _refuse_changes() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in APPEND_ONLY:
            for act in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_refuses_{act.lower()} BEFORE {act} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, 'rows of {table} are only ever added'); END"
                )
        return
    op.execute(
        "CREATE OR REPLACE FUNCTION only_ever_added() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN RAISE EXCEPTION 'rows of % are only ever added', TG_TABLE_NAME; END $$"
    )
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_refuses BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION only_ever_added()"
        )
