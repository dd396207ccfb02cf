"""What the browser phone shows beside the phones themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from ivr.simulator.browser.mail import MailProgram


class ClockControls(Protocol):
    """A clock that can be moved forward and made faster."""

    @property
    def speed(self) -> float: ...
    def now(self) -> datetime: ...
    def run_at(self, speed: float) -> None: ...
    def pass_time(self, span: timedelta) -> None: ...


@dataclass
class BrowserSettings:
    phone_book: Callable[[], list[tuple[str, str]]] = list  # the technicians' names and numbers
    clock_controls: ClockControls | None = None  # None: the clock cannot be moved
    zone: str = "UTC"  # the time zone in which times are shown
    console_url: str = ""  # the supervisors' console on the same site, shown beside the phones
    mail_program: MailProgram | None = None  # None: no mails can be written
    line_names: dict[str, str] = field(default_factory=dict)  # by number
