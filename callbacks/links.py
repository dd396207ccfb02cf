"""Signed links that expire: to a voicemail's audio, for the carrier to play, and to a technician's view of a page.

Others see a link in a text too, such as link scanners and proxies that log addresses. So it shows the customer only to
a browser that also has the cookie set by pressing the button.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from itsdangerous import BadSignature, URLSafeSerializer

from callbacks.signing import signer
from sla.clock import Clock

MESSAGE_LINK_LASTS = timedelta(hours=1)
PAGE_LINK_LASTS = timedelta(hours=12)
OPENED_LASTS = timedelta(hours=1)
STATUS_FORM_LASTS = timedelta(days=1)
# Kinds of links that the release before signed with SHA-1. Those sent before an upgrade last for twelve hours, so the
# release after this one need not accept them.
SENT_BEFORE_SHA256 = ("voicemail", "page")


@dataclass(frozen=True)
class PageLink:
    """A link to a technician's view of a page. Its signature is valid, but it may have expired."""

    page_id: int
    is_over: bool


@dataclass(frozen=True)
class Links:
    """Makes and verifies the links. They expire by the service's clock."""

    secret_key: str
    public_url: str
    clock: Clock
    secret_key_secondary: str = ""  # the key before: it verifies and signs nothing

    def message(self, voicemail_id: int) -> str:
        """Return a link to a voicemail's audio, valid for an hour."""
        expires = self.clock.now() + MESSAGE_LINK_LASTS
        token = self._signer("voicemail").dumps([voicemail_id, expires.isoformat()])
        return f"{self.public_url}/media/{token}.wav"

    def voicemail_in(self, token: str) -> int | None:
        """Return the id of the voicemail that a token is for, or None when it is forged or has expired."""
        try:
            voicemail_id, expires = self._signer("voicemail").loads(token)
        except (BadSignature, ValueError, TypeError):
            return None
        return int(voicemail_id) if self.clock.now() < datetime.fromisoformat(expires) else None

    def page(self, page_id: int, sent_at: datetime) -> str:
        """Return a link to the technician's view of a page, valid for 12 hours after the page was first sent.

        It is short because it goes into a text, and the same each time.
        """
        expires = int((sent_at + PAGE_LINK_LASTS).timestamp()) // 60
        return f"{self.public_url}/t/{self._signer('page').dumps([page_id, expires])}"

    def page_in(self, token: str) -> PageLink | None:
        """Return the link to a page that a token is for, or None when it is forged."""
        try:
            page_id, expires = self._signer("page").loads(token)
        except (BadSignature, ValueError, TypeError):
            return None
        return PageLink(int(page_id), is_over=self.clock.now().timestamp() >= expires * 60)

    def opened(self, page_id: int) -> str:
        """Return the value of a cookie that proves the button on a page's view was pressed, valid for an hour."""
        expires = self.clock.now() + OPENED_LASTS
        return str(self._signer("opened page").dumps([page_id, int(expires.timestamp())]))

    def is_opened(self, page_id: int, proof: str) -> bool:
        """Return whether a proof is genuine, for this page, and has not expired."""
        try:
            opened_id, expires = self._signer("opened page").loads(proof)
        except (BadSignature, ValueError, TypeError):
            return False
        return bool(opened_id == page_id and self.clock.now().timestamp() < expires)

    def confirm_subscription(self, subscription_id: int) -> str:
        """Return a link that confirms a subscription to outage notices."""
        return f"{self.public_url}/status/confirm/{self._signer('confirm subscription').dumps(subscription_id)}"

    def to_be_confirmed(self, token: str) -> int | None:
        """Return the id of the subscription that a token confirms, or None when it is forged."""
        return self._number_in("confirm subscription", token)

    def leave_notices(self, subscription_id: int) -> str:
        """Return a link that ends a subscription to outage notices. It works as long as there are notices."""
        return f"{self.public_url}/status/leave/{self._signer('leave notices').dumps(subscription_id)}"

    def to_be_left(self, token: str) -> int | None:
        """Return the id of the subscription that a token ends, or None when it is forged."""
        return self._number_in("leave notices", token)

    def status_form(self) -> str:
        """Return what a form of the status page carries, which everybody gets, to refuse forms of other sites."""
        return str(self._signer("status form").dumps(int(self.clock.now().timestamp())))

    def is_status_form(self, token: str) -> bool:
        """Return whether a form came from a status page of the past day."""
        loaded_at = self._number_in("status form", token)
        return loaded_at is not None and self.clock.now().timestamp() - loaded_at < STATUS_FORM_LASTS.total_seconds()

    def _number_in(self, salt: str, token: str) -> int | None:
        try:
            number = self._signer(salt).loads(token)
        except (BadSignature, ValueError, TypeError):
            return None
        return number if isinstance(number, int) else None

    def _signer(self, salt: str) -> URLSafeSerializer:
        keys = [key for key in (self.secret_key_secondary, self.secret_key) if key]  # the last one signs
        return signer(keys, salt, accepts_sha1=salt in SENT_BEFORE_SHA256)
