"""Customers, blocked numbers, outage announcements, messages to customers, and calls that join an open callback"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

from callbacks.db.database import UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _calls()
    _live_calls()
    _callbacks()
    _voicemails()
    _customers()
    _announcements()
    _customer_messages()
    _keeping()
    _box_mails()


def _text(name: str, length: int = 255, default: str | None = None) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=False, server_default=default)


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false())


def _instant(name: str, *, nullable: bool = True, index: bool = False) -> sa.Column[object]:
    return sa.Column(name, UtcDateTime(), nullable=nullable, index=index)


def _add_columns(table: str, columns: Sequence[sa.Column[Any]]) -> None:
    """Add columns, whose defaults are for the rows there are: later ones come from the program."""
    for column in columns:
        op.add_column(table, column)
    with op.batch_alter_table(table) as batch:
        for column in columns:
            if column.server_default is not None:
                batch.alter_column(column.name, server_default=None)


def _calls() -> None:
    columns: list[sa.Column[Any]] = [
        _flag("is_separate"),
        _flag("key_pressed"),
        _flag("webhooks_missed"),
        _flag("language_known"),
        *(_text(name, 20, "") for name in ("screening", "urgency")),
        _text("product", default=""),
        _text("box", 40, ""),
        _instant("wants_manager_at"),
        _instant("named_time_at"),
    ]
    _add_columns("calls", columns)
    op.create_table(
        "joined_calls",
        sa.Column("call_sid", sa.String(64), sa.ForeignKey("calls.sid"), primary_key=True),
        sa.Column("callback_id", sa.Integer(), sa.ForeignKey("callbacks.id"), nullable=False, index=True),
        _instant("joined_at", nullable=False),
    )


def _live_calls() -> None:
    """Several technicians may be rung for a caller at once, each by a page."""
    with op.batch_alter_table("calls") as table:
        table.drop_constraint("technician_rung", type_="foreignkey")
        table.drop_column("rung_id")
    with op.batch_alter_table("pages") as table:
        table.add_column(sa.Column("live_call_sid", sa.String(64), nullable=True))
        table.create_foreign_key("live_call", "calls", ["live_call_sid"], ["sid"])
        table.create_index("ix_pages_live_call_sid", ["live_call_sid"])


def _callbacks() -> None:
    instants = ("held_until", "promised_from", "named_time_at", "called_again_told_at", "cancel_asked_at")
    columns: list[sa.Column[Any]] = [_flag("perhaps_robot"), *(_instant(name) for name in instants)]
    _add_columns("callbacks", columns)


def _voicemails() -> None:
    """A caller who records again leaves two: the later one counts, and the earlier one is kept."""
    columns: list[sa.Column[Any]] = [_flag("is_replaced"), _text("gist", 200, ""), _text("guessed_urgency", 20, "")]
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    generated = "uq_voicemails_call_sid" if is_sqlite else "voicemails_call_sid_key"
    unnamed = {"uq": "uq_%(table_name)s_%(column_0_name)s"}
    with op.batch_alter_table("voicemails", naming_convention=unnamed) as table:
        table.drop_constraint(generated, type_="unique")
        table.create_index("ix_voicemails_call_sid", ["call_sid"])
    _add_columns("voicemails", columns)
    counts = sa.text("is_replaced = false")
    op.create_index(
        "one_that_counts", "voicemails", ["call_sid"], unique=True, sqlite_where=counts, postgresql_where=counts
    )


def _customers() -> None:
    op.create_table(
        "customers",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.String(255), nullable=False, index=True),
        sa.Column("company", sa.String(255), nullable=False, index=True),
        _text("language", 5),
        sa.Column("is_trial", sa.Boolean(), nullable=False),
        sa.Column("products", sa.Text(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        _instant("created_at", nullable=False),
        _instant("forgotten_at"),
    )
    op.create_table(
        "customer_contacts",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("customer_id", sa.Integer(), sa.ForeignKey("customers.id", ondelete="CASCADE"), nullable=False),
        _text("kind", 20),
        sa.Column("value", sa.String(255), nullable=False, unique=True),
    )
    op.create_index("ix_customer_contacts_customer_id", "customer_contacts", ["customer_id"])
    op.create_table(
        "number_rules",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("number", sa.String(20), nullable=False, index=True),
        _text("kind", 20),
        sa.Column("reason", sa.Text(), nullable=False),
        _instant("created_at", nullable=False),
        _text("created_by"),
        _instant("ends_at"),
    )


def _announcements() -> None:
    op.create_table(
        "announcements",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("english", sa.Text(), nullable=False),
        sa.Column("french", sa.Text(), nullable=False),
        _text("lines"),
        sa.Column("products", sa.Text(), nullable=False),
        _instant("starts_at", nullable=False),
        _instant("ends_at", index=True),
        sa.Column("notifies", sa.Boolean(), nullable=False),
        _instant("created_at", nullable=False),
        _text("created_by"),
    )
    op.create_table(
        "announcement_updates",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("announcement_id", sa.Integer(), sa.ForeignKey("announcements.id"), nullable=False, index=True),
        _instant("at", nullable=False, index=True),
        _text("change", 20),
        sa.Column("english", sa.Text(), nullable=False),
        sa.Column("french", sa.Text(), nullable=False),
        _text("by"),
        sa.Column("told_up_to", sa.Integer(), nullable=False),
        sa.Column("is_told", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "subscriptions",
        sa.Column("id", sa.Integer(), primary_key=True),
        _text("channel", 10),
        sa.Column("address", sa.String(255), nullable=False, index=True),
        _text("language", 5),
        sa.Column("announcement_id", sa.Integer(), sa.ForeignKey("announcements.id"), nullable=True),
        _text("by", 20),
        _instant("created_at", nullable=False),
        _instant("confirmed_at"),
        _instant("ended_at"),
    )


def _customer_messages() -> None:
    op.create_table(
        "customer_messages",
        sa.Column("id", sa.Integer(), primary_key=True),
        _text("kind", 20),
        _text("occasion", 64),
        _text("channel", 10),
        sa.Column("address", sa.String(255), nullable=False, index=True),
        _text("language", 5),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("callback_id", sa.Integer(), sa.ForeignKey("callbacks.id"), nullable=True, index=True),
        sa.Column("subscription_id", sa.Integer(), sa.ForeignKey("subscriptions.id"), nullable=True),
        _text("state", 20),
        _instant("created_at", nullable=False),
        _instant("asked_at"),
        _instant("next_action_at"),
        sa.Column("token", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("sid", sa.String(64), nullable=True, unique=True),
        _text("carrier_status", 20),
        sa.Column("error_code", sa.Integer(), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.UniqueConstraint("kind", "occasion", "address", name="one_message_each"),
    )
    op.create_index("customer_messages_to_send", "customer_messages", ["next_action_at"])


# When a callback ended, as its log has it.
CLOSED_AT = """
UPDATE callbacks SET closed_at = coalesce(
    (SELECT max(events.at) FROM events WHERE events.call_sid = callbacks.call_sid
     AND events.kind IN ('resolved', 'cancelled', 'closed_unreachable', 'auto_closed')),
    resolved_at, opened_at
) WHERE state <> 'open'
"""
# What a detail becomes that is removed from a log.
EMPTIED = "[removed]"
REFUSES_REPLACE = (
    "CREATE TRIGGER emptyings_refuses_replace BEFORE INSERT ON emptyings "
    "WHEN EXISTS (SELECT 1 FROM emptyings WHERE id = NEW.id) "
    "BEGIN SELECT RAISE(ABORT, 'rows of emptyings are only ever added'); END"
)
OTHER_COLUMNS = {
    "events": ("id", "call_sid", "at", "actor", "kind", "step"),
    "audit": ("id", "at", "who", "what", "seal", "scheme"),
}


def _keeping() -> None:
    op.add_column("calls", _instant("person_deleted_at"))
    op.add_column("callbacks", _instant("closed_at"))
    op.execute(CLOSED_AT)
    op.create_index("ix_event_seals_last_event_id", "event_seals", ["last_event_id"])
    op.create_table(
        "emptyings",
        sa.Column("id", sa.Integer(), primary_key=True),
        _instant("at", nullable=False),
        _text("who"),
        _text("log", 20),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("emptied", sa.Integer(), nullable=False),
        _text("content", 64),
        _text("seal", 64),
    )
    op.create_index("emptyings_by_row", "emptyings", ["log", "row_id"])
    if op.get_bind().dialect.name == "sqlite":
        _guard_logs_on_sqlite()
    else:
        _guard_logs_on_postgresql()


def _guard_logs_on_sqlite() -> None:
    """Let an event or an audit entry lose its detail, and nothing else. Its removal is on record in `emptyings`."""
    refuses = "SELECT RAISE(ABORT, 'rows of {table} are only ever added')"
    for table, columns in OTHER_COLUMNS.items():
        unchanged = " AND ".join(f'NEW."{column}" IS OLD."{column}"' for column in columns)
        op.execute(f"DROP TRIGGER {table}_refuses_update")
        op.execute(
            f"CREATE TRIGGER {table}_refuses_update BEFORE UPDATE ON {table} "
            f"WHEN NOT (NEW.detail = '{EMPTIED}' AND {unchanged}) BEGIN {refuses.format(table=table)}; END"
        )
    for act in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER emptyings_refuses_{act.lower()} BEFORE {act} ON emptyings "
            f"BEGIN {refuses.format(table='emptyings')}; END"
        )
    op.execute(REFUSES_REPLACE)


def _guard_logs_on_postgresql() -> None:
    for table, columns in OTHER_COLUMNS.items():
        unchanged = " AND ".join(f'NEW."{column}" IS NOT DISTINCT FROM OLD."{column}"' for column in columns)
        op.execute(f"DROP TRIGGER {table}_refuses ON {table}")
        op.execute(
            f"CREATE TRIGGER {table}_refuses BEFORE DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION only_ever_added()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_refuses_update BEFORE UPDATE ON {table} FOR EACH ROW "
            f"WHEN (NOT (NEW.detail = '{EMPTIED}' AND {unchanged})) EXECUTE FUNCTION only_ever_added()"
        )
    op.execute(
        "CREATE TRIGGER emptyings_refuses BEFORE UPDATE OR DELETE OR TRUNCATE ON emptyings "
        "FOR EACH STATEMENT EXECUTE FUNCTION only_ever_added()"
    )


def _box_mails() -> None:
    in_a_box = sa.text("box <> ''")
    op.create_index("calls_to_boxes", "calls", ["began_at", "sid"], sqlite_where=in_a_box, postgresql_where=in_a_box)
    op.create_table(
        "box_mails",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("voicemail_id", sa.Integer(), sa.ForeignKey("voicemails.id"), nullable=False, unique=True),
        _instant("created_at", nullable=False),
        _instant("sent_at"),
        _instant("next_action_at"),
        sa.Column("token", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
    )
    op.create_index("box_mails_to_send", "box_mails", ["next_action_at"])
