"""How a call runs: a generator that performs TwiML and yields whatever it waits for.

A verb waits with `signal = yield Wait(until)` and is told of the next thing that happens; it asks the customer's
application with `answer = yield Fetch(request)`. A hang-up reaches it as an exception, wherever it stands.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias, TypeVar


@dataclass(frozen=True)
class Request:
    """A document to be asked for. With `twiml` it is already there."""

    url: str
    kind: str = "action"
    method: str = "POST"
    params: Mapping[str, str] = field(default_factory=dict)
    twiml: str | None = None


@dataclass(frozen=True)
class Answer:
    """What came back; status 0 when nothing did, and `fault` says why."""

    status: int
    body: bytes = b""
    content_type: str = ""
    fault: str = ""


@dataclass(frozen=True)
class Wait:
    """Until something happens, but not beyond an instant."""

    until: datetime | None = None


@dataclass(frozen=True)
class Fetch:
    """Until the application has answered."""

    request: Request
    params: Mapping[str, str]


@dataclass(frozen=True)
class Media:
    """Until what is to be played has been fetched."""

    url: str


@dataclass(frozen=True)
class Elapsed:
    """The instant that was waited for has come."""


@dataclass(frozen=True)
class Key:
    """A key was pressed on this call's phone."""

    key: str


@dataclass(frozen=True)
class Spoke:
    """This call's phone began to speak."""


@dataclass(frozen=True)
class PickedUp:
    """The phone that was rung was answered."""


@dataclass(frozen=True)
class Refused:
    """The phone that was rung will not be answered."""

    status: str


@dataclass(frozen=True)
class News:
    """A dialled call has become `what`: answered, ready or ended."""

    what: str
    call_sid: str


Signal: TypeAlias = Elapsed | Key | Spoke | PickedUp | Refused | News
T = TypeVar("T")
Program: TypeAlias = Generator[Wait | Fetch | Media, Any, T]


class CallOver(Exception):
    """The call is over. `status` when it is not simply completed."""

    def __init__(self, status: str | None = None) -> None:
        self.status = status
        super().__init__(status or "completed")


class Replaced(Exception):
    """The REST API gave the call another document."""

    def __init__(self, request: Request) -> None:
        self.request = request
        super().__init__(request.url or "twiml")


class ApplicationError(Exception):
    """The customer's application did not say what to do next, or said what cannot be done."""

    def __init__(self, code: int, message: str, url: str = "") -> None:
        self.code, self.url = code, url
        super().__init__(message)
