"""`check`: whether the desk is set up, what is wrong, and how to fix it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import click
from sqlalchemy.orm import Session

from callbacks.cli.command import Command
from callbacks.cli.context import AppContext, Service, pass_app
from callbacks.cli.file_check import file_warnings
from callbacks.cli.gaps import gap_in_words
from callbacks.cli.media_check import media_faults
from callbacks.cli.settings_check import (
    bounce_warnings,
    canary_faults,
    line_faults,
    mailbox_faults,
    settings_faults,
    settings_warnings,
    unused_settings,
)
from callbacks.cli.twilio_check import account_faults, set_urls, urls_of_numbers
from callbacks.db.states import Channel, PhoneSlot
from callbacks.desk.menu_faults import menus_without_manager, unused_menus
from callbacks.errors import BrokenSettings, BrokenSetup
from callbacks.inbound.mails.mailbox_state import mailbox_states, mailbox_warnings
from callbacks.oncall import store
from callbacks.oncall.roster import Roster
from callbacks.paging.decide import paged_before_the_deadline
from callbacks.people import technicians, users
from callbacks.people.contact_methods import number_of, why_not_dialed
from callbacks.people.person import ContactMethod
from callbacks.people.required_factor import GRACE, is_overdue, lacks_factor
from callbacks.people.totp_secrets import TotpSecrets
from callbacks.settings import setting_values
from callbacks.text.formats import moment, readable_number
from callbacks.worker.health import unready
from sla.zones import installed_rules

FEWEST_PAGED = 3  # people before the deadline, or everybody when there are fewer


@click.command(cls=Command)
@click.option("--twilio", "asks_twilio", is_flag=True, help="Also check your account at Twilio.")
@click.option("--set", "sets_urls", is_flag=True, help="With --twilio: set the URLs of your numbers at Twilio.")
@pass_app
def check(app: AppContext, asks_twilio: bool, sets_urls: bool) -> None:
    """Check the setup, and print the URLs to enter at Twilio.

    Checks settings, desk file, database schema, files, the object store, on-call coverage, the worker and time zone
    data. Ends with exit code 1 when something cannot work or is not safe.
    """
    values = setting_values(app.environ, [])
    faults = list(settings_faults(values))
    service = _ready_service(app, faults)
    faults += [*line_faults(service.desk), *canary_faults(service.desk, service.settings.sender)]
    faults += [*mailbox_faults(service.settings, service.desk), *media_faults(service.settings)]
    if not faults:
        click.echo("Settings, desk file and database schema: OK.")
    _print_urls(service)
    click.echo(f"\nIn use: {installed_rules()}.")
    files = file_warnings(service.settings, app.environ)
    for warning in (*settings_warnings(values), *files, *warnings(service)):
        click.echo(f"Warning: {warning}")
    for note in unused_settings(values, service.desk):
        click.echo(f"Note: {note}")
    if asks_twilio:
        faults += _ask_twilio(service, sets_urls)
    if faults:
        raise BrokenSetup(faults)


def _ready_service(app: AppContext, faults: list[str]) -> Service:
    """Return the service. Raise BrokenSettings with these faults and those that keep it from starting."""
    try:
        return app.ready_service()
    except BrokenSettings as broken:
        raise BrokenSettings([*broken.faults, *faults]) from None


def _ask_twilio(service: Service, sets_urls: bool) -> list[str]:
    if sets_urls:
        for done in set_urls(service.carrier, service.settings, service.desk):
            click.echo(done)
    found = list(account_faults(service.carrier, service.settings, service.desk))
    if not found:
        click.echo("Twilio: OK.")
    return found


def _print_urls(service: Service) -> None:
    urls = urls_of_numbers(service.settings.public_url)
    click.echo("\nEnter these URLs at Twilio for each number (method: POST):")
    for name, line in service.desk.lines.items():
        click.echo(f"  {readable_number(line.number)} ({name})")
        for each in urls:
            click.echo(f"    {each.name:<21} {each.url}")


def warnings(service: Service) -> list[str]:
    """Return what is wrong, each with how to fix it."""
    found = service.database.read(lambda session: list(_warnings(session, service)))
    beside_the_desk = (installed_rules().warning, unready(service.database, service.clock))
    return [*found, *filter(None, beside_the_desk)]


def _warnings(session: Session, service: Service) -> Iterator[str]:
    desk, now = service.desk, service.clock.now()
    roster = store.roster(session, desk, now)
    yield from _rota_warnings(session, service)
    yield from unused_menus(desk.flow)
    yield from menus_without_manager(desk.flow)
    if desk.boxes and not service.settings.smtp_url:
        yield "Messages in boxes cannot be mailed. Set SMTP_URL and MAIL_FROM."
    if not users.everyone(session):
        yield "nobody can log in to the console. Add a user: user add you@example.com --role administrator."
    yield from _factor_warnings(session, service)
    yield from _number_warnings(session, service)
    yield from _roster_warnings(roster, service)
    yield from _policy_warnings(roster, service)
    yield from bounce_warnings(service.settings, service.desk)
    yield from mailbox_warnings(mailbox_states(session, desk), list(service.settings.imap_urls), now)


def _rota_warnings(session: Session, service: Service) -> Iterator[str]:
    desk, now = service.desk, service.clock.now()
    for gap in store.gaps_ahead(session, desk, now):
        yield f"{gap_in_words(gap, desk)}. Add a shift: shift add."
    for layer in store.schedule(session, desk, now).unstaffed_layers():
        yield f"nobody is ever on {layer}. Add a shift there or on the fallback layer: shift add NAME --layer fallback."


def _factor_warnings(session: Session, service: Service) -> Iterator[str]:
    zone, now = service.desk.zone, service.clock.now()
    for user in filter(lacks_factor, users.everyone(session)):
        due = user.factor_due_at
        when = moment(due, zone, now) if due else f"{GRACE.days} days after their next login"
        yield (
            f"{user.email} ({user.role.value}) has no second factor. {'It was' if is_overdue(user, now) else 'It is'} "
            f"due {when}. They can set one up under Account in the console."
        )
    yield from _secret_warnings(session, service)


def _secret_warnings(session: Session, service: Service) -> Iterator[str]:
    secrets = TotpSecrets(service.settings.secret_key, service.settings.secret_key_secondary)
    for user in users.everyone(session):
        if secrets.can_decrypt(user.second_factor):
            if not secrets.is_current(user.second_factor) and service.settings.secret_key_secondary:
                yield f"the authenticator app of {user.email} still needs SECRET_KEY_SECONDARY. Run: migrate."
        else:
            yield (
                f"the authenticator app of {user.email} no longer works, because SECRET_KEY was changed. Restore the "
                f"old key, or run: user no-second-factor {user.email}."
            )


def _number_warnings(session: Session, service: Service) -> Iterator[str]:
    """Yield the numbers that the outbox refuses, as after a change of the desk file."""
    for row, slot in product(technicians.everybody(session), PhoneSlot):
        number = number_of(row, slot)
        why = why_not_dialed(row, slot, service.desk.dialing_rules) if number is not None else None
        if number is not None and why is not None:
            yield (
                f"nothing is sent to {row.name}'s {slot.value} number, which ends in {number[-4:]}: it is "
                f"{why.english}. Allow it under People, or give another number: technician number."
            )


def _roster_warnings(roster: Roster, service: Service) -> Iterator[str]:
    if not roster.people:
        yield "nobody can be paged, because no technician has a verified number. See: technician --help."
    elif not (
        service.settings.smtp_url
        and any(ContactMethod(Channel.MAIL) in each.contact_methods for each in roster.supervisors())
    ):
        yield (
            "nobody is informed when Twilio is down. Set SMTP_URL and MAIL_FROM, and give a supervisor an email "
            "address: technician mail."
        )


def _policy_warnings(roster: Roster, service: Service) -> Iterator[str]:
    wanted = min(FEWEST_PAGED, len(roster.people))
    for name, policy in service.desk.escalations.items():
        if len(paged_before_the_deadline(policy, roster)) < wanted:
            yield (
                f"with the people now on call, the policy {name!r} pages fewer than {wanted} of them before the "
                "deadline. Put more people on its layers: shift add."
            )
        for person in policy.people_named():
            if not roster.named(person):
                yield (
                    f"the policy {name!r} names {person}, who is not a technician. Add them, or correct the desk file."
                )
