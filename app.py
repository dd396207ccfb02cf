"""Composes the desk: settings, clock, carrier, web, worker, commands. Nobody imports it but the tests."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click
import requests
from dotenv import dotenv_values
from flask import Flask
from sqlalchemy import select

from callbacks import reports, users
from callbacks.audio import AudioCopier
from callbacks.closures import support_hours
from callbacks.console.pages import ConsoleParts, console_blueprint, media_blueprint
from callbacks.database import Database
from callbacks.desk import Desk, read_desk
from callbacks.errors import BrokenDesk, BrokenSettings, DeskError
from callbacks.health import health_blueprint, unready
from callbacks.links import Links
from callbacks.logs import set_up_logs
from callbacks.migrations import check_schema, migrate
from callbacks.oncall import rota
from callbacks.oncall.roster import SUPERVISOR, gaps
from callbacks.paging.addresses import Addresses
from callbacks.paging.carrier import Carrier
from callbacks.paging.outbox import Outbox
from callbacks.reconciliation import Reconciliation
from callbacks.saying import readable_number
from callbacks.settings import Settings, settings_from
from callbacks.supervision import supervise
from callbacks.tables import Technician
from callbacks.worker import Bell, Worker
from ivr.flow import Places
from ivr.page_calls import page_calls_blueprint
from ivr.sms import sms_blueprint
from ivr.voice import voice_blueprint
from ivr.webhook import Exchange
from sla.clock import Clock, SystemClock

LARGEST_REQUEST = 1024 * 1024


@dataclasses.dataclass(frozen=True)
class House:
    """Everything, put together."""

    settings: Settings
    desk: Desk
    clock: Clock
    database: Database
    carrier: Carrier
    web: Flask
    worker: Worker


def compose(
    settings: Settings,
    desk: Desk,
    clock: Clock,
    *,
    http: requests.Session | None = None,
    demo: bool = False,
    senders: int = 8,
) -> House:
    """Put the desk together. Nothing runs yet."""
    database, carrier = Database(settings.database_url), Carrier(settings, http)
    outbox = Outbox(database, carrier, Addresses(settings.public_url), desk, clock)
    copier = AudioCopier(database, carrier, settings.media_dir, clock)
    reconciliation = Reconciliation(database, carrier, desk, clock)
    worker = Worker(database, desk, outbox, copier, reconciliation, clock, senders)
    web = _web(settings, desk, clock, database, demo)
    return House(settings, desk, clock, database, carrier, web, worker)


def _web(settings: Settings, desk: Desk, clock: Clock, database: Database, demo: bool) -> Flask:
    web = Flask("nightdesk", static_folder=None)
    web.secret_key = settings.secret_key
    web.config.update(MAX_CONTENT_LENGTH=LARGEST_REQUEST, MAX_FORM_MEMORY_SIZE=LARGEST_REQUEST)
    exchange = Exchange(database, desk, settings, clock, Places(settings.public_url))
    links = Links(settings.secret_key, settings.public_url, clock)
    parts = ConsoleParts(database, desk, clock, settings.media_dir, settings.public_url, demo)
    web.register_blueprint(voice_blueprint(exchange))
    web.register_blueprint(page_calls_blueprint(exchange, links))
    web.register_blueprint(sms_blueprint(exchange))
    web.register_blueprint(health_blueprint(database, clock))
    web.register_blueprint(media_blueprint(parts, links))
    web.register_blueprint(console_blueprint(parts))
    return web


def real_house() -> House:
    """The desk as the environment describes it. Raises BrokenSettings and BrokenDesk together."""
    environ = {**{k: v for k, v in dotenv_values(".env").items() if v is not None}, **os.environ}
    faults: list[str] = []
    settings: Settings | None = None
    try:
        settings = settings_from(environ)
    except BrokenSettings as broken:
        faults.extend(broken.faults)
    try:
        desk = read_desk(settings.desk_file if settings else Path(environ.get("DESK_FILE") or "support.toml"))
    except BrokenDesk as broken:
        faults.append(str(broken))
    if settings is None or faults:
        raise BrokenSettings(faults)
    set_up_logs((settings.auth_token, settings.auth_token_secondary, settings.api_secret, settings.secret_key))
    return compose(settings, desk, SystemClock())


def wsgi() -> Flask:
    """What the web server runs."""
    house = real_house()
    check_schema(house.database)
    return house.web


@contextmanager
def told_in_a_sentence() -> Iterator[None]:
    """Turn what the desk can explain into a sentence and an exit code."""
    try:
        yield
    except DeskError as error:
        raise click.ClickException(str(error)) from None


class Command(click.Command):
    def invoke(self, ctx: click.Context) -> Any:
        with told_in_a_sentence():
            return super().invoke(ctx)


class Group(click.Group):
    command_class = Command
    group_class = type


@click.group(cls=Group)
def cli() -> None:
    """The after-hours phone desk."""


HOST = click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
PORT = click.option("--port", default=8000, show_default=True, help="Port to listen on.")


@cli.command()
@HOST
@PORT
def web(host: str, port: int) -> None:
    """Run the web side: webhooks and console. Any number of them, on PostgreSQL."""
    check_schema(real_house().database)
    command = _web_server(host, port)
    os.execv(command[0], command)  # noqa: S606 - our own command


def _web_server(host: str, port: int) -> list[str]:
    if sys.platform == "win32":
        return [sys.executable, "-m", "waitress", f"--listen={host}:{port}", "--call", "app:wsgi"]
    return [
        *(sys.executable, "-m", "gunicorn", "--bind", f"{host}:{port}"),
        *("--workers", "1", "--worker-class", "gthread", "--threads", "16", "--graceful-timeout", "15"),
        *("--no-control-socket", "app:wsgi()"),  # without it, a HOME that cannot be written is an error at each start
    ]


@cli.command()
def worker() -> None:
    """Run the worker: pages, escalations, recordings. Any number of them, on PostgreSQL."""
    house = real_house()
    check_schema(house.database)
    bell, stopping = Bell(house.worker.sweep), threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    bell.start()
    stopping.wait()
    bell.stop()
    house.worker.close()


@cli.command()
@HOST
@PORT
def serve(host: str, port: int) -> None:
    """Run web and worker on this machine, and start them again when they end."""
    migrate(real_house().database)
    here = str(Path(__file__).resolve())
    supervise({"web": _web_server(host, port), "worker": [sys.executable, here, "worker"]})


@cli.command("migrate")
def migrate_command() -> None:
    """Bring the database to the schema of this release."""
    migrate(real_house().database)
    click.echo("The database is up to date.")


@cli.command()
def check() -> None:
    """Look at settings, desk file, schema, coverage and time zone data, and say what to enter at Twilio."""
    house = real_house()
    click.echo("Settings and desk file: in order.")
    check_schema(house.database)
    click.echo("Database: in order.")
    warnings = [*_coverage_warnings(house), *tzdata_warnings()]
    reason = unready(house.database, house.clock)
    if reason:
        warnings.append(reason)
    click.echo("\nEnter these at Twilio, for each number (all POST):")
    for name, line in house.desk.lines.items():
        click.echo(f"  {readable_number(line.number)} ({name})")
        click.echo(f"    a call comes in       {house.settings.public_url}/voice/incoming")
        click.echo(f"    call status changes   {house.settings.public_url}/voice/status")
        click.echo(f"    a message comes in    {house.settings.public_url}/sms/incoming")
    click.echo(f"\nTime zone data: {tzdata_version()}")
    for warning in warnings:
        click.echo(f"Warning: {warning}")


def _coverage_warnings(house: House) -> Iterator[str]:
    now = house.clock.now()
    shifts = house.database.read(rota.shifts)
    zone = house.desk.zone
    for layer in (*house.desk.policy.layers, SUPERVISOR):
        for gap in gaps(layer, shifts, now, now + timedelta(days=14)):
            span = f"{gap.starts_at.astimezone(zone):%a %d %b %H:%M} to {gap.ends_at.astimezone(zone):%a %d %b %H:%M}"
            yield f"nobody with a verified number is on {layer} from {span}. Add a shift."


@cli.command()
@click.option("--days", default=30, show_default=True, help="How far back.")
def report(days: int) -> None:
    """Say how the promise was kept."""
    house = real_house()
    now = house.clock.now()
    since = now - timedelta(days=days)
    click.echo(house.database.read(lambda session: reports.summary(session, since, now, now)))


@cli.command()
@click.option("--format", "form", type=click.Choice(["csv", "json"]), default="csv", show_default=True)
@click.option("--days", default=30, show_default=True, help="How far back.")
def export(form: str, days: int) -> None:
    """Print every callback for other programs."""
    house = real_house()
    now = house.clock.now()
    rows = house.database.read(lambda session: reports.records(session, now - timedelta(days=days)))
    if form == "csv":
        click.echo(reports.as_csv(rows), nl=False)
    else:
        click.echo(json.dumps([dataclasses.asdict(row) for row in rows], indent=2))


@cli.group()
def technician() -> None:
    """The people who are paged."""


@technician.command("add")
@click.argument("name")
@click.option("--phone", required=True, help="With country code, such as +15145550101.")
@click.option("--email", default="")
@click.option("--language", type=click.Choice(["en", "fr"]), default="en", show_default=True)
@click.option("--verified", is_flag=True, help="You have made sure that this number reaches this person.")
def technician_add(name: str, phone: str, email: str, language: str, verified: bool) -> None:
    """Add a technician."""
    house = real_house()
    now = house.clock.now()
    added = house.database.write(
        lambda session: rota.add_technician(
            session, name, phone, now, email=email, language=language, verified=verified
        )
    )
    click.echo(f"{added.name} is added with {readable_number(added.phone)}.")
    if not verified:
        click.echo("The number is not verified: it is only used while nobody has a verified one. Add --verified.")


@technician.command("list")
def technician_list() -> None:
    """List the technicians."""
    house = real_house()
    for row in house.database.read(lambda session: session.scalars(select(Technician).order_by(Technician.name)).all()):
        verified = "verified" if row.verified_at else "NOT verified"
        click.echo(f"{row.name}\t{row.phone}\t{row.language}\t{verified}")


@cli.group()
def shift() -> None:
    """Who is on call when."""


@shift.command("add")
@click.argument("name")
@click.option("--layer", default="primary", show_default=True)
@click.option("--from", "starts", help="Desk time, such as 2026-11-27T18:00; without it: always.")
@click.option("--until", "ends", help="Desk time; without it: for ever.")
def shift_add(name: str, layer: str, starts: str | None, ends: str | None) -> None:
    """Put a technician on call."""
    house = real_house()
    starts_at, ends_at = desk_time(house.desk, starts), desk_time(house.desk, ends)

    def work(session: Any) -> str:
        row = rota.technician_named(session, name)
        rota.add_shift(session, row, layer, house.desk.policy.layers, starts_at, ends_at)
        return row.name

    click.echo(f"{house.database.write(work)} is on {layer}.")


@cli.group()
def user() -> None:
    """The people who may see the console."""


@user.command("add")
@click.argument("email")
@click.option("--role", type=click.Choice(users.ROLES), required=True)
@click.option("--password-file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def user_add(email: str, role: str, password_file: Path | None) -> None:
    """Add a user of the console."""
    house = real_house()
    if password_file is not None:
        password = password_file.read_text(encoding="utf-8").strip()
    else:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    now = house.clock.now()
    house.database.write(lambda session: users.add_user(session, email, role, password, now))
    click.echo(f"{email} may use the console as {role}.")


@cli.command()
@click.option("--at", help="Desk time, such as 2026-11-28T02:00; without it: now.")
def oncall(at: str | None) -> None:
    """Say who is on call."""
    house = real_house()
    instant = desk_time(house.desk, at) or house.clock.now()
    layers = house.desk.policy.layers
    roster = house.database.read(lambda session: rota.roster(session, layers, instant))
    verdict = house.database.read(lambda session: support_hours(session, house.desk)).verdict(instant)
    state = "open" if verdict.is_open else "closed"
    click.echo(f"{instant.astimezone(house.desk.zone):%a %d %b %Y %H:%M} ({state}: {verdict.reason.spoken('en')})")
    for layer in (*layers, SUPERVISOR):
        names = ", ".join(person.name for person in roster.on(layer)) or "nobody"
        click.echo(f"  {layer:<12}{names}")


def desk_time(desk: Desk, text: str | None) -> datetime | None:
    """Read a time as the desk's own clock shows it."""
    if not text:
        return None
    try:
        return datetime.fromisoformat(text.strip().replace(" ", "T")).replace(tzinfo=desk.zone)
    except ValueError:
        raise click.BadParameter(f"{text!r} is no time. Write it as 2026-11-27T18:00.") from None


def tzdata_version() -> str:
    return "?"


def tzdata_warnings() -> list[str]:
    return []


if __name__ == "__main__":
    main: Callable[[], None] = cli
    main()
