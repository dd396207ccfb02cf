"""Composes the desk: settings, clock, carrier, web, worker, commands. Nobody imports it but the tests."""

from __future__ import annotations

import dataclasses
import json
import os
import secrets
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import click
import requests
import structlog
from dotenv import dotenv_values
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.serving import make_server

from callbacks.cli.calendars import calendar_commands
from callbacks.cli.command import Group, desk_time, note_commands
from callbacks.cli.shifts import oncall_command, shift_commands, words_of_gap
from callbacks.cli.technicians import technician_commands
from callbacks.cli.users import audit_command, user_commands
from callbacks.console.blueprint import register_console
from callbacks.console.context import ConsoleContext
from callbacks.db.database import Database
from callbacks.db.migrations import check_schema, migrate
from callbacks.db.states import Channel, Role
from callbacks.desk.business_hours import add_closure, add_holiday, strike_out, support_hours
from callbacks.desk.desk_file import Desk, read_desk
from callbacks.desk.escalation_policy import SUPERVISOR
from callbacks.errors import BrokenDesk, BrokenSettings
from callbacks.links import Links
from callbacks.logs import set_up_logs
from callbacks.oncall import store
from callbacks.paging.channels.mail import Post
from callbacks.paging.channels.twilio import Carrier
from callbacks.paging.decide import paged_before_the_deadline
from callbacks.paging.outbox import Outbox
from callbacks.paging.webhook_urls import Addresses
from callbacks.people import users
from callbacks.people.person import Way
from callbacks.people.technicians import add_technician
from callbacks.processes import supervise
from callbacks.records.event_log import lines_of_log
from callbacks.reporting import export as reports
from callbacks.settings import Settings, settings_from
from callbacks.text.formats import readable_number
from callbacks.worker.health import unready
from callbacks.worker.jobs.calendars import CalendarReader
from callbacks.worker.jobs.digest import DigestPost
from callbacks.worker.jobs.reconciliation import Reconciliation
from callbacks.worker.jobs.recordings import AudioCopier
from callbacks.worker.jobs.transcripts import Transcription
from callbacks.worker.loop import Bell, Worker
from ivr.caller.routes import voice_blueprint
from ivr.rehearsal.night import Night, NotAsTold
from ivr.rehearsal.stories import STORIES
from ivr.simulator import SimulatedTwilio
from ivr.simulator.in_process import mount
from ivr.sms import sms_blueprint
from ivr.technician.routes import page_calls_blueprint
from ivr.twilio.places import Places
from ivr.twilio.webhook import Exchange
from sla.clock import Clock, MovingClock, RunningClock, SystemClock
from sla.year import lines_of_year
from sla.zones import installed_rules, use_newest_rules

LARGEST_REQUEST = 1024 * 1024
log = structlog.get_logger("nightdesk")


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
    links = Links(settings.secret_key, settings.public_url, clock)
    post = Post(settings.smtp_url, settings.mail_from)
    outbox = Outbox(database, carrier, post, Addresses(settings.public_url), links, desk, clock)
    copier = AudioCopier(database, carrier, settings.media_dir, clock)
    reconciliation = Reconciliation(database, carrier, desk, clock)
    calendars = CalendarReader(database, desk, clock)
    digests = DigestPost(database, post, desk, settings.public_url, clock)
    transcription = Transcription(database, settings.media_dir, settings.transcribe_model, clock)
    worker = Worker(database, desk, outbox, copier, reconciliation, calendars, digests, transcription, clock, senders)
    web = _web(settings, desk, clock, database, demo)
    return House(settings, desk, clock, database, carrier, web, worker)


def _web(settings: Settings, desk: Desk, clock: Clock, database: Database, demo: bool) -> Flask:
    web = Flask("nightdesk", static_folder=None)
    web.secret_key = settings.secret_key
    web.config.update(
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        MAX_FORM_MEMORY_SIZE=LARGEST_REQUEST,
        SESSION_COOKIE_SECURE=settings.public_url.startswith("https:"),
        SESSION_COOKIE_SAMESITE="Lax",
    )
    exchange = Exchange(database, desk, settings, clock, Places(settings.public_url))
    links = Links(settings.secret_key, settings.public_url, clock)
    web.register_blueprint(voice_blueprint(exchange))
    web.register_blueprint(page_calls_blueprint(exchange, links))
    web.register_blueprint(sms_blueprint(exchange))
    register_console(web, ConsoleContext(database, desk, clock, links, settings.media_dir, settings.public_url, demo))
    return web


def _environment() -> dict[str, str]:
    """The environment, over the file .env of this folder."""
    return {**{k: v for k, v in dotenv_values(".env").items() if v is not None}, **os.environ}


def real_house() -> House:
    """The desk as the environment describes it. Raises BrokenSettings and BrokenDesk together."""
    environ = _environment()
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
    if (warning := installed_rules().warning) is not None:
        log.warning("time zone rules", warning=warning)
    return compose(settings, desk, SystemClock())


def ready_house() -> House:
    """The desk with a database that is at this release's schema. Raises UnknownSchema besides."""
    house = real_house()
    check_schema(house.database)
    return house


def house_to_edit() -> House:
    """The same for a command: what it changes stands in the audit log."""
    house = ready_house()
    note_commands(house.database, house.clock)
    return house


def wsgi() -> Flask:
    """What the web server runs."""
    use_newest_rules()
    house = ready_house()
    log.info("web starts", rules=str(installed_rules()))
    return house.web


@dataclasses.dataclass(frozen=True)
class Stage:
    """The house beside a simulated carrier, with a cast, on a clock that moves when told to."""

    house: House
    carrier: SimulatedTwilio
    night: Night


# A layer for each, always on call; their phones answer only to whoever holds them.
CAST = {
    "Amy Roy": ("+15145550101", "primary"),
    "Ben Cole": ("+15145550102", "backup"),
    "Cleo Martin": ("+15145550103", "manager"),
    "Sue Tran": ("+15145550104", SUPERVISOR),
}
CREDENTIALS = ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_API_KEY", "TWILIO_API_SECRET")
DEMO_USER, DEMO_PASSWORD = "supervisor@example.com", "night-desk-demo"


def set_the_stage(
    desk: Desk,
    begins: datetime,
    folder: Path,
    public_url: str,
    carrier_url: str,
    *,
    in_process: bool = False,
    database_url: str | None = None,
    senders: int = 8,
    transcribe_model: Path | None = None,
) -> Stage:
    """Compose the house beside a simulated carrier. In process, no socket is opened: both sides call each other."""
    clock = MovingClock(begins)
    settings = Settings(
        public_url=public_url,
        account_sid=f"AC{'0' * 31}1",
        auth_token=secrets.token_hex(16),
        sender=next(iter(desk.lines.values())).number,
        secret_key=secrets.token_hex(32),
        twilio_url=carrier_url,
        database_url=database_url or f"sqlite:///{folder / 'nightdesk.db'}",
        media_dir=folder / "media",
        transcribe_model=transcribe_model,
    )
    to_carrier, to_house = requests.Session(), requests.Session()
    carrier = SimulatedTwilio(clock, settings.account_sid, settings.auth_token, http=to_house)
    house = compose(settings, desk, clock, http=to_carrier, demo=True, senders=senders)
    if in_process:
        mount(to_carrier, carrier_url, carrier.wsgi)
        mount(to_house, public_url, house.web)
    for line in desk.lines.values():
        carrier.own_number(
            line.number,
            voice_url=f"{public_url}/voice/incoming",
            status_callback=f"{public_url}/voice/status",
            sms_url=f"{public_url}/sms/incoming",
        )
    migrate(house.database)
    night = Night(house.worker, desk, carrier, clock)
    _give_out_parts(house, night)
    return Stage(house, carrier, night)


def _give_out_parts(house: House, night: Night) -> None:
    now, layers = house.clock.now(), house.desk.policy.layers

    def work(session: Session) -> None:
        for name, (number, layer) in CAST.items():
            row = add_technician(session, name, number, now, verified=True)
            layer = layer if layer in (*layers, SUPERVISOR) else layers[0]
            store.add_shift(session, house.desk, row, layer, None, None, now)
        users.add_user(session, DEMO_USER, Role.ADMINISTRATOR.value, DEMO_PASSWORD, now)

    house.database.write(work)
    for name, (number, _) in CAST.items():
        night.gives_a_phone_to(name, number)
    night.carrier.browser.phone_book = lambda: [(name, number) for name, (number, _) in CAST.items()]


def kept_audio_differs(stage: Stage) -> list[str]:
    """Name every recording whose copy in our storage has other audio than the carrier's."""
    made = {recording.sid: recording.audio for recording in stage.carrier.ledger.recordings}
    files = sorted(stage.house.settings.media_dir.glob("RE*.wav"))
    return [file.name for file in files if file.read_bytes() != made.get(file.stem)]


@click.group(cls=Group)
def cli() -> None:
    """The after-hours phone desk."""
    use_newest_rules()


DAY = click.DateTime(["%Y-%m-%d"])
HOST = click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
PORT = click.option("--port", default=8000, show_default=True, help="Port to listen on.")


@cli.command()
@HOST
@PORT
def web(host: str, port: int) -> None:
    """Run the web side: webhooks and console. Any number of them, on PostgreSQL."""
    ready_house()
    command = _web_server(host, port)
    os.execv(command[0], command)  # noqa: S606 - our own command


def _web_server(host: str, port: int) -> list[str]:
    if sys.platform == "win32":
        return [sys.executable, "-m", "waitress", f"--listen={host}:{port}", "--call", "app:wsgi"]
    return [
        *(sys.executable, "-m", "gunicorn", "--bind", f"{host}:{port}"),
        *("--workers", "1", "--worker-class", "gthread", "--threads", "16", "--graceful-timeout", "15"),
        *("--pythonpath", str(Path(__file__).resolve().parent)),
        *("--no-control-socket", "app:wsgi()"),  # without it, a HOME that cannot be written is an error at each start
    ]


@cli.command()
def worker() -> None:
    """Run the worker: pages, escalations, recordings. Any number of them, on PostgreSQL."""
    house = ready_house()
    log.info("worker starts", rules=str(installed_rules()))
    bell = Bell(house.worker.sweep)
    bell.start()
    _wait_for_a_signal()
    bell.stop()
    house.worker.close()


def _wait_for_a_signal() -> None:
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    stopping.wait()


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
    house = ready_house()
    click.echo("Settings, desk file and database: in order.")
    rules = installed_rules()
    warnings = [*_coverage_warnings(house), rules.warning, unready(house.database, house.clock)]
    click.echo("\nEnter these at Twilio, for each number (all POST):")
    for name, line in house.desk.lines.items():
        click.echo(f"  {readable_number(line.number)} ({name})")
        click.echo(f"    a call comes in       {house.settings.public_url}/voice/incoming")
        click.echo(f"    call status changes   {house.settings.public_url}/voice/status")
        click.echo(f"    a message comes in    {house.settings.public_url}/sms/incoming")
    click.echo(f"\nIn use: {rules}.")
    for warning in filter(None, warnings):
        click.echo(f"Warning: {warning}")


def _coverage_warnings(house: House) -> Iterator[str]:
    now = house.clock.now()
    for gap in house.database.read(lambda session: store.gaps_ahead(session, house.desk, now)):
        yield f"{words_of_gap(gap, house)}. Add a shift."
    plan = house.database.read(lambda session: store.schedule(session, house.desk, now))
    for layer in plan.unstaffed_layers():
        yield f"nobody is ever on {layer}. Add a shift, or a stand-in (--layer fallback)."
    roster = house.database.read(lambda session: store.roster(session, house.desk, now))
    if not house.database.read(users.everyone):
        yield "nobody may use the console. Add the first user: user add you@example.com --role administrator."
    if not roster.people:
        yield "nobody can be paged: no technician has a verified number. Add one: technician add --verified."
    if roster.people and not (
        house.settings.smtp_url and any(Way(Channel.MAIL) in each.ways for each in roster.supervisors())
    ):
        yield (
            "when the carrier takes nothing, nobody hears of it: set SMTP_URL, and give a supervisor a mail "
            "address (technician mail)."
        )
    wanted = min(3, len(roster.people))
    for name, policy in house.desk.escalations.items():
        if len(paged_before_the_deadline(policy, roster)) < wanted:
            yield f"with the people on call now, the policy {name!r} pages fewer than {wanted} before the deadline."
        for named in policy.people_named():
            if not roster.named(named):
                yield f"the policy {name!r} names {named}, whom nobody knows. Add them, or correct the desk file."


@cli.command()
@click.option("--days", default=30, show_default=True, help="How far back.")
def report(days: int) -> None:
    """Say how the promise was kept."""
    house = ready_house()
    now = house.clock.now()
    since = now - timedelta(days=days)
    click.echo(house.database.read(lambda session: reports.summary(session, house.desk.zone, since, now)))


@cli.command()
@click.option("--format", "form", type=click.Choice(["csv", "json"]), default="csv", show_default=True)
@click.option("--days", default=30, show_default=True, help="How far back.")
def export(form: str, days: int) -> None:
    """Print every callback for other programs."""
    house = ready_house()
    now = house.clock.now()
    rows = house.database.read(lambda session: reports.records(session, now - timedelta(days=days)))
    if form == "csv":
        click.echo(reports.as_csv(rows), nl=False)
    else:
        click.echo(json.dumps([dataclasses.asdict(row) for row in rows], indent=2))


@cli.command()
@click.argument("year", type=click.IntRange(1990, 2190))
@click.option("--strike", type=DAY, help="Work on this day, statutory or not.")
@click.option("--add", type=DAY, help="Close on this day.")
@click.option("--name", nargs=2, metavar="ENGLISH FRENCH", help="What callers hear of the day added.")
def holidays(year: int, strike: datetime | None, add: datetime | None, name: tuple[str, str] | None) -> None:
    """Print the closed days of a year for a supervisor to confirm, and correct them."""
    house = house_to_edit()
    if strike is not None:
        house.database.write(lambda session: strike_out(session, strike.date()))
    if add is not None:
        if name is None:
            raise click.UsageError("Give the day a --name in English and in French: callers hear it.")
        house.database.write(lambda session: add_holiday(session, add.date(), *name))
    hours = house.database.read(lambda session: support_hours(session, house.desk))
    click.echo("\n".join(lines_of_year(hours, year)))


@cli.command()
@click.option("--from", "starts", required=True, help="Desk time, such as 2026-12-24T15:00.")
@click.option("--until", "ends", required=True, help="Desk time.")
@click.option("--reason", nargs=2, metavar="ENGLISH FRENCH", required=True, help="What callers hear.")
@click.option("--open", "opens", is_flag=True, help="Open instead of closed.")
def closure(starts: str, ends: str, reason: tuple[str, str], opens: bool) -> None:
    """Close the desk, or open it, for a time, over hours and holidays."""
    house = house_to_edit()
    starts_at, ends_at = desk_time(house.desk, starts), desk_time(house.desk, ends)
    if starts_at is None or ends_at is None:
        raise click.UsageError("Give --from and --until.")
    house.database.write(lambda session: add_closure(session, starts_at, ends_at, *reason, opens=opens))
    click.echo(f"The desk is {'open' if opens else 'closed'} from {starts} until {ends}: {reason[0]}.")


@cli.command()
@HOST
@PORT
@click.option("--at", help='Start the clock there (desk time), such as "2026-11-28 22:00".')
def demo(host: str, port: int, at: str | None) -> None:
    """Run everything with a simulated carrier and a browser phone: no account, no settings."""
    _refuse_beside_a_real_account()
    set_up_logs(for_people=True)
    desk = read_desk(Path(os.environ.get("DESK_FILE") or "support.toml"))
    with playing(desk, RunningClock(desk_time(desk, at) or SystemClock().now()), host, port):
        _say_where(f"http://{host}:{port}")
        _wait_for_a_signal()


@contextmanager
def playing(desk: Desk, shown: RunningClock, host: str, port: int) -> Iterator[Stage]:
    """Everything on one address, beside a simulated carrier and a browser phone, as the clock that is shown runs."""
    base, model = f"http://{host}:{port}", _environment().get("TRANSCRIBE_MODEL")
    with tempfile.TemporaryDirectory(prefix="nightdesk-") as folder:
        stage = set_the_stage(
            desk, shown.now(), Path(folder), base, "https://carrier.test", in_process=True,
            transcribe_model=Path(model) if model else None,
        )  # fmt: skip
        stage.carrier.browser.clock_controls = shown
        stage.carrier.browser.zone = desk.hours.zone
        stage.carrier.browser.console_url = "../"
        stage.carrier.browser.line_names = {line.number: f"{name} line" for name, line in desk.lines.items()}
        site = DispatcherMiddleware(stage.house.web, {"/simulator": stage.carrier.wsgi})
        server = make_server(host, port, site, threaded=True)
        threading.Thread(target=server.serve_forever, name="web", daemon=True).start()
        bell = Bell(lambda: stage.night.catch_up(shown.now()), every=timedelta(milliseconds=200))
        bell.start()
        try:
            yield stage
        finally:
            bell.stop()
            server.shutdown()
            server.server_close()
            stage.house.worker.close()
            stage.house.database.close()


def _refuse_beside_a_real_account() -> None:
    environ = _environment()
    if found := [name for key in CREDENTIALS for name in (key, f"{key}_FILE") if environ.get(name)]:
        raise click.ClickException(
            f"The demo does not run beside a real Twilio account, and {', '.join(found)} is set: "
            "unset it, or run the demo from a folder whose .env does not have it."
        )


def _say_where(base: str) -> None:
    click.echo(f"\nOpen {base}/simulator  to live through a night: everybody's phones, and the console beside them.")
    click.echo(f"     {base}/  is the supervisors' console alone ({DEMO_USER}, password {DEMO_PASSWORD}).")
    click.echo("Ctrl-C ends it; nothing is kept.\n")


@cli.command()
@click.argument("name", required=False)
@click.option("--list", "names", is_flag=True, help="Name the stories.")
@click.option("--voicemail", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A WAV to be left.")
def rehearse(name: str | None, names: bool, voicemail: Path | None) -> None:
    """Play a story through the real webhooks on a moving clock, print what every phone heard, fail if it went wrong."""
    if names:
        for known, story in STORIES.items():
            click.echo(f"{known:<24}{story.about}")
        return
    chosen = list(STORIES) if name is None else [name]
    if unknown := [each for each in chosen if each not in STORIES]:
        raise click.ClickException(f"There is no story {unknown[0]!r}. Known: {', '.join(STORIES)}.")
    set_up_logs(for_people=True)
    desk = read_desk(Path(os.environ.get("DESK_FILE") or "support.toml"))
    audio = voicemail.read_bytes() if voicemail else None
    failed = [each for each in chosen if not _play(each, desk, audio)]
    if failed:
        raise click.ClickException(f"The promise was not kept in: {', '.join(failed)}.")


def _play(name: str, desk: Desk, voicemail: bytes | None) -> bool:
    story = STORIES[name]
    click.echo(f"\n=== {name}: {story.about}")
    begins = desk_time(desk, story.begins)
    if begins is None:
        raise click.ClickException(f"The story {name} does not say when it begins.")
    with tempfile.TemporaryDirectory(prefix="nightdesk-") as folder:
        stage = set_the_stage(desk, begins, Path(folder), "https://desk.test", "https://carrier.test", in_process=True)
        stage.night.voicemail = voicemail
        try:
            story.plays(stage.night)
            stage.night.is_over()
            differing = kept_audio_differs(stage)
            fault = f"kept audio differs: {', '.join(differing)}" if differing else ""
        except NotAsTold as failure:
            fault = str(failure)
        click.echo("\n".join(stage.night.told(desk.zone)))
        click.echo("\nThe log says:")
        click.echo("\n".join(stage.house.database.read(lambda session: lines_of_log(session, desk.zone))))
        stage.house.worker.close()
        stage.house.database.close()
    click.echo(f"\nFAILED: {fault}" if fault else "\nThe promise was kept.")
    return not fault


cli.add_command(technician_commands(house_to_edit))
cli.add_command(shift_commands(house_to_edit))
cli.add_command(oncall_command(ready_house))
cli.add_command(user_commands(house_to_edit))
cli.add_command(audit_command(ready_house))
cli.add_command(calendar_commands(house_to_edit))

if __name__ == "__main__":
    main: Callable[[], None] = cli
    main()
