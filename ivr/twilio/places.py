"""Where each place of a call is on the web. Absolute: relative URLs are resolved differently from verb to verb."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode


@dataclass(frozen=True)
class Places:
    """Where each place of the flow is on the web."""

    public_url: str

    def at(self, place: str, **query: object) -> str:
        return f"{self.public_url}/voice/{place}" + (f"?{urlencode(query)}" if query else "")
