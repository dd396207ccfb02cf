"""The worker as it is run, which stops at a moment beside a mail, so that a test can kill it there.

    python -m tests.processes.killable_worker before|after|sent|never FLAG

It stops at the first mail that says "stop here", before or after it has stored one that came in, or once the mail
server has taken one that goes out. It says so by the file FLAG.
"""

from __future__ import annotations

import runpy
import sys
import threading
from datetime import datetime
from pathlib import Path
from unittest.mock import patch

from callbacks.db.database import Database
from callbacks.desk.desk_file import Desk
from callbacks.inbound.mails.receive import Received
from callbacks.inbound.mails.take import Take
from callbacks.inbound.mails.take import taker as real_taker
from callbacks.paging.channels.mail import Email, Mailer
from callbacks.paging.channels.twilio import Accepted
from callbacks.settings import Settings
from sla.clock import Clock


def taker(settings: Settings, desk: Desk, database: Database, clock: Clock) -> Take:
    real_take = real_taker(settings, desk, database, clock)

    def take(mailbox: str, raw: bytes, arrived_at: datetime) -> Received:
        stops_here = b"stop here" in raw
        if stops_here and moment == "before":
            _stop(flag)
        received = real_take(mailbox, raw, arrived_at)
        if stops_here and moment == "after":
            _stop(flag)
        return received

    return take


def send(mailer: Mailer, email: Email) -> Accepted:
    accepted = real_send(mailer, email)
    if moment == "sent" and "stop here" in email.plain:
        _stop(flag)
    return accepted


def _stop(flag: Path) -> None:
    flag.touch()
    threading.Event().wait()


if __name__ == "__main__":
    moment, flag = sys.argv[1], Path(sys.argv[2])
    real_send = Mailer.send
    patch("callbacks.worker.table.taker", taker).start()
    patch.object(Mailer, "send", send).start()
    sys.argv = ["app.py", "worker"]
    runpy.run_path("app.py", run_name="__main__")
