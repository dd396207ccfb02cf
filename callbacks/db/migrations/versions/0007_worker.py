"""The worker: calendars have a token to be claimed by, and recordings the time since they are missing"""

import sqlalchemy as sa
from alembic import op

from callbacks.db.database import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("calendar_sources", schema=None) as batch_op:
        batch_op.add_column(sa.Column("token", sa.Integer(), server_default="0", nullable=False))

    with op.batch_alter_table("voicemails", schema=None) as batch_op:
        batch_op.add_column(sa.Column("missing_since", UtcDateTime(), nullable=True))

    # A recording is given up after so many tries from this release on. Earlier tries had no limit.
    op.execute("UPDATE voicemails SET tries = 0 WHERE audio = 'wanted'")
