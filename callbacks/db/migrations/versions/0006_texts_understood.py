"""Received texts: a column tells whether one was understood, in place of the wording of the answer"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("received_texts") as table:
        table.add_column(sa.Column("understood", sa.Boolean(), nullable=False, server_default=sa.true()))
    texts = sa.table("received_texts", sa.column("answer", sa.Text()), sa.column("understood", sa.Boolean()))
    explained = texts.c.answer.startswith("Not understood") | texts.c.answer.startswith("Pas compris")
    op.execute(texts.update().where(explained).values(understood=sa.false()))
    with op.batch_alter_table("received_texts") as table:
        table.alter_column("understood", server_default=None)
