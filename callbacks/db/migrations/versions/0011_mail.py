"""Contacts in place of calls alone; mails and mailboxes"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

from callbacks.db.database import UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _contacts()
    _callbacks()
    _mails()
    _mailboxes()
    _customer_messages()


def _text(name: str, length: int = 255, default: str | None = None) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=False, server_default=default)


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


def _contacts() -> None:
    """A customer may turn to us by mail, too. Renaming a table or column changes what refers to it as well."""
    op.rename_table("calls", "contacts")
    op.rename_table("joined_calls", "joined_contacts")
    for table in ("callbacks", "joined_contacts", "events"):
        op.execute(f"ALTER TABLE {table} RENAME COLUMN call_sid TO contact_sid")
    _rename_index("events", "call_sid", "contact_sid", before="events")
    _rename_index("joined_contacts", "callback_id", "callback_id", before="joined_calls")
    for column in ("began_at", "caller", "customer_number"):
        _rename_index("contacts", column, column, before="calls")
    with op.batch_alter_table("joined_contacts") as joined:
        joined.add_column(sa.Column("came_from_id", sa.Integer(), nullable=True))
        joined.create_foreign_key("joined_contacts_came_from", "callbacks", ["came_from_id"], ["id"])
    with op.batch_alter_table("contacts") as contacts:
        contacts.alter_column("caller", existing_type=sa.String(64), type_=sa.String(255), existing_nullable=False)
    _add_columns("contacts", [_text("way", 20, "call"), _text("mailbox", 40, "")])


def _rename_index(table: str, old: str, new: str, *, before: str) -> None:
    """Name an index as the model does, from what the table and the column were called before."""
    op.drop_index(f"ix_{before}_{old}", table)
    op.create_index(f"ix_{table}_{new}", table, [new])


def _callbacks() -> None:
    _add_columns("callbacks", [_text("outside_ticket", 80, "")])


def _mails() -> None:
    op.create_table(
        "mails",
        sa.Column("id", sa.Integer(), primary_key=True),
        _text("mailbox", 40),
        _text("digest", 64),
        _text("message_id"),
        sa.Column("thread", sa.Text(), nullable=False),
        _instant("received_at", nullable=False, index=True),
        _text("sender"),
        _text("sender_name", 100),
        _text("subject"),
        _text("kind", 20),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("quoted", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("authentication", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("file", sa.String(255), nullable=True),
        _instant("content_deleted_at"),
        sa.Column("tries", sa.Integer(), nullable=False),
        _instant("next_action_at"),
        sa.Column("token", sa.Integer(), nullable=False),
        sa.Column("contact_sid", sa.String(64), sa.ForeignKey("contacts.sid"), nullable=True, unique=True),
        sa.UniqueConstraint("mailbox", "digest", name="each_mail_once"),
    )
    op.create_index("mails_with_files_to_delete", "mails", ["next_action_at"])
    op.create_index("ix_mails_message_id", "mails", ["message_id"])
    op.create_index("ix_mails_sender", "mails", ["sender"])
    op.create_table(
        "mail_attachments",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("mail_id", sa.Integer(), sa.ForeignKey("mails.id"), nullable=False, index=True),
        _text("name"),
        _text("media_type", 100),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("file", sa.String(255), nullable=True),
        _text("sha256", 64),
        sa.Column("note", sa.Text(), nullable=False),
    )


def _mailboxes() -> None:
    op.create_table(
        "mailbox_marks",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("mailbox", sa.String(40), nullable=False, unique=True),
        sa.Column("uid_validity", sa.BigInteger(), nullable=True),
        sa.Column("last_uid", sa.BigInteger(), nullable=False),
        _instant("checked_at"),
        _instant("failing_since"),
        sa.Column("failure", sa.Text(), nullable=False),
        _instant("told_at"),
        _instant("next_action_at"),
        sa.Column("token", sa.Integer(), nullable=False),
    )


def _customer_messages() -> None:
    columns = [_text("subject", default=""), _text("message_id", default=""), _text("in_reply_to", default="")]
    _add_columns("customer_messages", [*columns, _text("sent_by", default="")])
    op.create_index("ix_customer_messages_message_id", "customer_messages", ["message_id"])
    awaits: sa.Column[Any] = sa.Column("awaits_answer", sa.Boolean(), nullable=False, server_default=sa.false())
    _add_columns("customer_messages", [awaits])
    with op.batch_alter_table("customer_messages") as messages:
        messages.add_column(sa.Column("technician_id", sa.Integer(), nullable=True))
        messages.create_foreign_key("replied_for", "technicians", ["technician_id"], ["id"])
