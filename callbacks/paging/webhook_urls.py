"""The URLs that the carrier is given. Absolute: TwiML verbs and REST requests resolve relative ones differently."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from callbacks.db.states import Channel


@dataclass(frozen=True)
class WebhookUrls:
    """The URLs of this service at its public address, which has no trailing slash."""

    public_url: str

    def answered_call(self, page_id: int, channel: Channel, *, is_about_callback: bool) -> str:
        """Return where the TwiML is for a technician who answers: a page, a connection or a notice."""
        return f"{self.public_url}/voice/{_path(channel, is_about_callback)}?page={page_id}"

    def live_call(self, page_id: int, call_sid: str, language: str) -> str:
        """Return where the TwiML is for a technician who is rung for a caller on the line.

        With what connects the two even while the database is unavailable.
        """
        query = urlencode({"page": page_id, "call": call_sid, "lang": language})
        return f"{self.public_url}/voice/screen?{query}"

    def call_status(self, attempt_id: int) -> str:
        """Return where status reports on a page by phone go. They name the attempt, so each finds its page."""
        return f"{self.public_url}/voice/page/status?attempt={attempt_id}"

    def text_status(self, attempt_id: int) -> str:
        """Return where delivery reports on a text go."""
        return f"{self.public_url}/sms/status?attempt={attempt_id}"

    def customer_text_status(self, message_id: int) -> str:
        """Return where delivery reports on a text to a customer go."""
        return f"{self.public_url}/sms/status?message={message_id}"


def _path(channel: Channel, is_about_callback: bool) -> str:
    if not is_about_callback:
        return "page/notice"
    return "connect" if channel is Channel.CONNECTION else "page"
