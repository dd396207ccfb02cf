"""The URLs that the carrier is given. Absolute, because relative ones are resolved differently from verb to verb."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Addresses:
    public_url: str

    def voice_page(self, page_id: int) -> str:
        """What a technician hears who answers a page by phone."""
        return f"{self.public_url}/voice/page?page={page_id}"

    def call_status(self, attempt_id: int) -> str:
        """Where the carrier says what became of a page by phone; the attempt is named, so no answer is orphaned."""
        return f"{self.public_url}/voice/page/status?attempt={attempt_id}"

    def text_status(self, attempt_id: int) -> str:
        return f"{self.public_url}/sms/status?attempt={attempt_id}"

    def connection(self, page_id: int) -> str:
        """What a technician hears who asked to be connected to the customer."""
        return f"{self.public_url}/voice/connect?page={page_id}"
