"""Composes the service: settings, clock, carrier, web, worker and commands. Only the process itself imports it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import click
import requests
from dotenv import dotenv_values
from flask import Flask

from callbacks import VERSION
from callbacks.cli.command import Group
from callbacks.cli.commands import COMMANDS as CLI_COMMANDS
from callbacks.cli.context import IN_PRODUCTION, AppContext, Service, TimeLimits
from callbacks.console.blueprint import register_console
from callbacks.console.context import ConsoleContext
from callbacks.db.canaries import WITHOUT_CANARIES
from callbacks.db.database import Database
from callbacks.derived_keys import derived_key
from callbacks.desk.desk_file import Desk
from callbacks.links import Links
from callbacks.media.configured import media_store
from callbacks.paging.channels.mail import WHILE_SOMEBODY_WAITS, Mailer
from callbacks.paging.channels.twilio import Carrier
from callbacks.private_files import keep_files_private
from callbacks.settings import Settings
from callbacks.worker.table import worker_for
from ivr.caller.static_fallback import fallback
from ivr.rehearsal import commands as rehearsal
from ivr.twilio.call_urls import CallUrls
from ivr.twilio.context import WebhookContext
from ivr.webhooks import register_webhooks
from ivr.wording.checks import wording_faults
from ivr.wording.commands import wording
from sla.clock import Clock, SystemClock
from sla.zones import use_newest_rules

LARGEST_REQUEST = 64 * 1024
COMMANDS = (rehearsal.demo, rehearsal.rehearse, wording, fallback, *CLI_COMMANDS)


def compose(
    settings: Settings,
    desk: Desk,
    clock: Clock,
    *,
    http: requests.Session | None = None,
    demo: bool = False,
    senders: int = 8,
    limits: TimeLimits = IN_PRODUCTION,
    mailer: Mailer | None = None,
) -> Service:
    """Put the service together. Nothing runs yet.

    `mailer` sends what the worker sends, in place of one for `SMTP_URL`. The console then shows links and mails none.
    """
    desk = desk.with_own_number(settings.sender)
    audit_key = settings.audit_key.encode() or derived_key(settings.secret_key, "audit")
    database, carrier = Database(settings.database_url, limits.database, audit_key), Carrier(settings, http)
    worker = worker_for(
        settings, desk, database, carrier, clock, senders, limits.senders, mailer, checks_web=http is None and not demo
    )
    web = _web(settings, desk, clock, database, demo, limits, mails=mailer is None)
    return Service(settings, desk, clock, database, carrier, web, worker)


def _web(
    settings: Settings,
    desk: Desk,
    clock: Clock,
    database: Database,
    demo: bool,
    limits: TimeLimits,
    *,
    mails: bool,
) -> Flask:
    web = Flask("nightdesk", static_folder=None)
    web.secret_key = settings.secret_key
    web.config["SECRET_KEY_FALLBACKS"] = [key for key in [settings.secret_key_secondary] if key]
    web.config.update(MAX_CONTENT_LENGTH=LARGEST_REQUEST, MAX_FORM_MEMORY_SIZE=LARGEST_REQUEST)
    links = Links(settings.secret_key, settings.public_url, clock, settings.secret_key_secondary)
    has_server = mails and settings.smtp_url
    mailer = Mailer(settings.smtp_url, settings.mail_from, *WHILE_SOMEBODY_WAITS) if has_server else None
    console = ConsoleContext(
        database.without(*WITHOUT_CANARIES),
        desk,
        clock,
        links,
        media_store(settings, limits.media),
        settings.public_url,
        demo,
        metrics_token=settings.metrics_token,
        mailer=mailer,
        texts_from=settings.sender if settings.sender.startswith("+") else "",
    )
    register_console(web, console)
    register_webhooks(
        web, WebhookContext(database, desk, settings, clock, CallUrls(settings.public_url), links, limits.webhooks)
    )
    return web


@click.group(cls=Group)
@click.version_option(VERSION, prog_name="nightdesk", message="%(prog)s %(version)s")
@click.pass_context
def cli(context: click.Context) -> None:
    """The after-hours phone desk."""
    context.obj = _context()


for command in COMMANDS:
    cli.add_command(command)


def _context() -> AppContext:
    """Return what commands work with. The environment wins over the file .env of the working directory."""
    keep_files_private()
    use_newest_rules()
    in_file = {name: value for name, value in dotenv_values(".env").items() if value is not None}
    return AppContext({**in_file, **os.environ}, SystemClock(), compose, Path(__file__).resolve(), (wording_faults,))


if __name__ == "__main__":
    main: Callable[[], None] = cli
    main()
