"""Errors of the REST API (twilio.com/docs/api/errors)."""

from __future__ import annotations

from typing import Any


class Refused(Exception):
    """An error response: an HTTP status, Twilio's code, and a message."""

    def __init__(self, status: int, code: int, message: str) -> None:
        self.status, self.code, self.message = status, code, message

    def json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "message": self.message,
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": self.status,
        }


def not_authenticated() -> Refused:
    return Refused(401, 20003, "Authenticate")


def unavailable() -> Refused:
    return Refused(503, 20503, "Service unavailable")
