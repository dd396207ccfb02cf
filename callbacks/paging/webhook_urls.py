"""The URLs that the carrier is given. Absolute, because relative ones are resolved differently from verb to verb."""

from __future__ import annotations

from dataclasses import dataclass

from callbacks.db.states import Channel


@dataclass(frozen=True)
class Addresses:
    public_url: str

    def of_call(self, page_id: int, channel: Channel, *, about_callback: bool) -> str:
        """What a technician hears who picks up: the page, the connection they asked for, or a notice."""
        place = "page/notice" if not about_callback else "connect" if channel is Channel.CONNECTION else "page"
        return f"{self.public_url}/voice/{place}?page={page_id}"

    def call_status(self, attempt_id: int) -> str:
        """Where the carrier says what became of a page by phone; the attempt is named, so no answer is orphaned."""
        return f"{self.public_url}/voice/page/status?attempt={attempt_id}"

    def text_status(self, attempt_id: int) -> str:
        return f"{self.public_url}/sms/status?attempt={attempt_id}"
