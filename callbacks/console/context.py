"""What the views work with. The app holds one context; a view asks for it with `current()`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from flask import current_app

from callbacks.announcements.form_throttle import FormThrottle
from callbacks.console.status_page.copies import Copies
from callbacks.db.database import Database
from callbacks.desk.desk_file import Desk
from callbacks.links import Links
from callbacks.media.store import MediaStore
from callbacks.paging.channels.mail import Mailer
from callbacks.people.login_throttle import LoginThrottle
from callbacks.people.passkeys import RelyingParty, relying_party
from callbacks.people.totp_secrets import TotpSecrets
from sla.clock import Clock
from sla.wall_clock import local_day

EXTENSION = "console"  # its key in `app.extensions`


@dataclass(frozen=True)
class ConsoleContext:
    """Everything that a view may need. `register_console` sets it once per app."""

    database: Database
    desk: Desk
    clock: Clock
    links: Links
    media: MediaStore
    public_url: str
    demo: bool = False
    metrics_token: str = field(default="", repr=False)
    mailer: Mailer | None = None  # None when no mail server is set up
    throttle: LoginThrottle = field(default_factory=LoginThrottle)
    form_throttle: FormThrottle = field(default_factory=FormThrottle)
    copies: Copies = field(default_factory=Copies)  # of the public status page
    texts_from: str = ""  # the number that texts are sent from; "" for a messaging service

    @property
    def totp_secrets(self) -> TotpSecrets:
        return TotpSecrets(self.links.secret_key, self.links.secret_key_secondary)

    @property
    def relying_party(self) -> RelyingParty | None:
        """Return this service as passkeys know it, or None where browsers refuse passkeys."""
        return relying_party(self.public_url, self.desk.company.name["en"])

    def now(self) -> datetime:
        return self.clock.now()

    def today(self) -> date:
        """Return the current date at the desk."""
        return local_day(self.now(), self.desk.zone)


def current() -> ConsoleContext:
    """Return the context of the app that handles this request."""
    context: ConsoleContext = current_app.extensions[EXTENSION]
    return context
