"""What app.py hands to every command: the environment, the clock, and the function that composes the service."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import wraps
from pathlib import Path
from typing import Concatenate, ParamSpec, Protocol, TypeVar

import click
import requests
import structlog
from flask import Flask
from sqlalchemy.orm import Session

from callbacks.db.canaries import WITHOUT_CANARIES
from callbacks.db.database import FAR, PRODUCTION, UNHURRIED, Database, Limits
from callbacks.db.migrations import check_schema
from callbacks.desk.desk_file import Check, Desk, read_desk
from callbacks.errors import BrokenDesk, BrokenSettings
from callbacks.logs import set_up_logs
from callbacks.media.object_store import IN_A_REQUEST, Patience
from callbacks.paging.channels.mail import Mailer
from callbacks.paging.channels.twilio import Carrier
from callbacks.records import audit_log
from callbacks.settings import Settings, settings_from
from callbacks.worker.loop import Worker
from callbacks.worker.senders import PATIENCE
from sla.clock import Clock
from sla.zones import installed_rules

P = ParamSpec("P")
R = TypeVar("R")
log = structlog.get_logger(__name__)

SECRET_PARAMETERS = ("origin", "code", "whom")  # the address of a calendar, the code of a number, who is forgotten


@dataclass(frozen=True)
class Service:
    """The composed service. Nothing in it runs until somebody starts it."""

    settings: Settings
    desk: Desk
    clock: Clock
    database: Database
    carrier: Carrier
    web: Flask
    worker: Worker

    def close(self) -> None:
        """Finish the requests under way, then close the database."""
        self.worker.close()
        self.database.close()


@dataclass(frozen=True)
class TimeLimits:
    """How long the service waits for others, in real time."""

    webhooks: timedelta = timedelta(seconds=3)  # Twilio itself gives up after 15 seconds, and a caller long before
    senders: timedelta = PATIENCE
    database: Limits = PRODUCTION
    media: Patience = IN_A_REQUEST  # of a web process with the object store


IN_PRODUCTION = TimeLimits()
# With a moving clock, a slow machine must not change what happens: everybody waits as long as it takes.
UNDER_A_MOVING_CLOCK = TimeLimits(FAR, FAR, UNHURRIED, Patience(FAR, FAR, 1, FAR))


class Compose(Protocol):
    """The function of app.py that puts a service together."""

    def __call__(
        self,
        settings: Settings,
        desk: Desk,
        clock: Clock,
        *,
        http: requests.Session | None = None,
        demo: bool = False,
        senders: int = 8,
        limits: TimeLimits = IN_PRODUCTION,
        mailer: Mailer | None = None,
    ) -> Service: ...


@dataclass(frozen=True)
class AppContext:
    """The object of click's context: what every command works with."""

    environ: Mapping[str, str]
    clock: Clock
    compose: Compose
    script: Path  # app.py, which `serve` and `web` start as processes of their own
    desk_checks: tuple[Check, ...] = ()  # of what the desk file says about the phone

    def read_desk(self) -> Desk:
        """Read the desk file. Raise BrokenDesk."""
        return read_desk(Path(self.environ.get("DESK_FILE") or Settings.desk_file), *self.desk_checks)

    def service(self) -> Service:
        """Compose the service that the environment describes. Raise BrokenSettings, naming every mistake."""
        settings, desk = self._configuration()
        set_up_logs(settings.secrets())
        if (warning := installed_rules().warning) is not None:
            log.warning("time zone rules", warning=warning)
        return self.compose(settings, desk, self.clock)

    def ready_service(self) -> Service:
        """Compose the service, and check that its database has this release's schema. Raise UnknownSchema."""
        service = self.service()
        check_schema(service.database)
        return service

    def _configuration(self) -> tuple[Settings, Desk]:
        """Return the settings and the desk file. Mistakes in either are reported together."""
        faults: list[str] = []
        settings: Settings | None = None
        try:
            settings = settings_from(self.environ)
        except BrokenSettings as broken:
            faults.extend(broken.faults)
        try:
            desk = read_desk(settings.desk_file, *self.desk_checks) if settings else self.read_desk()
        except BrokenDesk as broken:
            faults.append(str(broken).replace("\n", "\n  "))  # its own list, within this one
        if settings is None or faults:
            raise BrokenSettings(faults)
        return settings, desk


pass_app = click.make_pass_decorator(AppContext)


def pass_service(command: Callable[Concatenate[Service, P], R]) -> Callable[P, R]:
    """Pass the ready service to a command. Whatever the command changes is entered in the audit log."""

    @pass_app
    @wraps(command)
    def with_service(app: AppContext, /, *args: P.args, **kwargs: P.kwargs) -> R:
        return command(audited(app.ready_service()), *args, **kwargs)

    return with_service


def audited(service: Service) -> Service:
    """Return the service without canaries, with whatever the current command changes entered in the audit log."""
    service = replace(service, database=service.database.without(*WITHOUT_CANARIES))
    service.database.writes_end_with = _audit_entry(click.get_current_context(), service.clock)
    return service


def _audit_entry(context: click.Context, clock: Clock) -> Callable[[Session], None]:
    what = context.command_path.partition(" ")[2]  # without the program's own name

    def note(session: Session) -> None:
        audit_log.note(session, clock.now(), audit_log.COMMAND_LINE, what, dict(_parameters(context)))

    return note


def _parameters(context: click.Context) -> Iterator[tuple[str, str]]:
    """Yield the parameters that the command was given, each of several values under its own name."""
    for name, value in context.params.items():
        if name in SECRET_PARAMETERS or value in (None, False, ""):
            continue
        if isinstance(value, tuple):
            yield from ((f"{name} {number}", str(each)) for number, each in enumerate(value, start=1))
        else:
            yield name, str(value)
