"""`technician`: the people who are paged, their numbers, quiet hours and contact rules."""

from __future__ import annotations

import time

import click
from sqlalchemy.orm import Session

from callbacks.acts.leaving import leave_team
from callbacks.acts.lost_phone import report_lost_phone
from callbacks.cli.command import Group
from callbacks.cli.context import Service, pass_service
from callbacks.cli.gaps import warn_of_gaps
from callbacks.cli.times import length_of_time
from callbacks.db.states import Channel, PhoneSlot
from callbacks.db.tables import Technician
from callbacks.errors import WrongState
from callbacks.paging import alerts
from callbacks.paging.page_results import result_of
from callbacks.people import contact_methods, technicians, verification
from callbacks.people.technicians import technician_named
from callbacks.records import audit_log
from callbacks.text.formats import readable_number

RESULT_WITHIN = 60.0  # seconds that `technician test` waits for an answer
CODE_CHANNELS = [Channel.TEXT.value, Channel.CALL.value]
RULE_CHANNELS = [*CODE_CHANNELS, Channel.MAIL.value]
ALLOW_ABROAD = click.option(
    "--allow-abroad", is_flag=True, help="Allow a number outside called_without_consent. The audit log records it."
)
SECOND = click.option("--second", is_flag=True, help="The second number instead of the first.")


@click.group(cls=Group)
def technician() -> None:
    """Manage the people who are paged."""


@technician.command()
@click.argument("name")
@click.option("--phone", required=True, help="With country code, such as +15145550101.")
@click.option("--email", default="")
@click.option("--language", type=click.Choice(["en", "fr"]), default="en", show_default=True)
@click.option("--verified", is_flag=True, help="You have checked that this number reaches this person.")
@ALLOW_ABROAD
@pass_service
def add(service: Service, name: str, phone: str, email: str, language: str, verified: bool, allow_abroad: bool) -> None:
    """Add a technician.

    Without --verified, a code is texted to the number. Replying with it verifies the number.
    """
    now, rules = service.clock.now(), service.desk.dialing_rules

    def work(session: Session) -> Technician:
        row = technicians.add_technician(
            session, name, phone, now, email=email, language=language, verified=verified, rules=rules,
            allowed=_allowed(allow_abroad),
        )  # fmt: skip
        if not verified:
            alerts.send_code(session, service.desk, row, PhoneSlot.FIRST, now)
        return row

    added = service.database.write(work)
    click.echo(f"{added.name} was added with {readable_number(added.phone)}.")
    if not verified:
        click.echo("The number is not verified yet, so it is not paged. A code is on its way to it.")
        click.echo("To verify it, reply with the code, or run: technician verify NAME --code CODE.")


@technician.command("list")
@pass_service
def list_technicians(service: Service) -> None:
    """List the technicians, and on which channels they cannot be reached."""
    for row in service.database.read(technicians.everybody):
        click.echo("\t".join(_columns(row)))


def _columns(row: Technician) -> list[str]:
    return [
        *(row.name, row.phone, row.language, "verified" if row.verified_at else "NOT verified"),
        *([f"second {row.second_phone}"] if row.second_phone else []),
        *([f"quiet {row.quiet}"] if row.quiet else []),
        *(f"{rule.channel.value} {rule.number.value} after {rule.after // 60} min" for rule in row.rules),
        *(f"UNREACHABLE by {trouble}" for trouble in contact_methods.failures_in_words(row)),
    ]


@technician.command()
@click.argument("name")
@click.argument("address", default="")
@pass_service
def mail(service: Service, name: str, address: str) -> None:
    """Set a technician's email address. Without ADDRESS, remove it."""
    now = service.clock.now()

    def work(session: Session) -> None:
        row = technician_named(session, name)
        contact_methods.change_email(row, address)
        contact_methods.end_links(row, now)

    service.database.write(work)
    click.echo(f"{name}: {address or 'no email address'}.")


@technician.command()
@click.argument("name")
@pass_service
def remove(service: Service, name: str) -> None:
    """Remove a technician. The log still names them."""
    now = service.clock.now()
    service.database.write(lambda session: leave_team(session, technician_named(session, name), now))
    click.echo(f"{name} is no longer paged. See whether that leaves gaps: shift gaps.")


@technician.command("lost-phone")
@click.argument("name")
@pass_service
def lost_phone(service: Service, name: str) -> None:
    """Report a technician's phone as lost or stolen.

    Ends their links, codes, calendar feed and console sessions, marks their numbers as not verified, and pages others.
    """
    now = service.clock.now()
    service.database.write(
        lambda session: report_lost_phone(session, service.desk, technician_named(session, name), now)
    )
    click.echo(f"{name}'s links, codes, calendar feed and console sessions have ended. Others are paged.")
    click.echo("To page them again, verify a number: technician verify NAME, or technician number NAME PHONE.")
    warn_of_gaps(service)


@technician.command()
@click.argument("name")
@click.argument("phone")
@SECOND
@ALLOW_ABROAD
@pass_service
def number(service: Service, name: str, phone: str, second: bool, allow_abroad: bool) -> None:
    """Change a number, or set a second one. A code is texted to it. Links sent to the old number end."""
    which, now = _which(second), service.clock.now()

    def work(session: Session) -> None:
        row = technician_named(session, name)
        rules, allowed = service.desk.dialing_rules, _allowed(allow_abroad)
        contact_methods.change_number(session, row, which, phone, now, rules, allowed)
        alerts.send_code(session, service.desk, row, which, now)

    service.database.write(work)
    click.echo(f"A code is on its way to {phone}. The number is used once it is verified.")


@technician.command()
@click.argument("name")
@click.option("--code", help="The code that was sent to the number. Default: send a new one.")
@click.option("--by", type=click.Choice(CODE_CHANNELS), default=Channel.TEXT.value, show_default=True)
@SECOND
@pass_service
def verify(service: Service, name: str, code: str | None, by: str, second: bool) -> None:
    """Verify a number: send a code to it, or enter the code that was sent."""
    if code is None:
        _send_code(service, name, _which(second), Channel(by))
    else:
        _enter_code(service, name, _which(second), code.strip())


def _send_code(service: Service, name: str, which: PhoneSlot, by: Channel) -> None:
    now = service.clock.now()
    service.database.write(
        lambda session: alerts.send_code(session, service.desk, technician_named(session, name), which, now, by)
    )
    click.echo("A code is on its way. The number is used once it is verified.")


def _enter_code(service: Service, name: str, which: PhoneSlot, code: str) -> None:
    now = service.clock.now()
    is_verified = service.database.write(
        lambda session: verification.verify(session, technician_named(session, name), which, code, now)
    )
    if not is_verified:
        raise WrongState("That is not the code, or it has expired. Leave --code out to send a new one.")
    click.echo(f"{name}'s {which.value} number is verified.")


@technician.command()
@click.argument("name")
@pass_service
def test(service: Service, name: str) -> None:
    """Send a test page on every channel, and show whether it arrives.

    A worker must be running.
    """
    now = service.clock.now()

    def work(session: Session) -> list[int]:
        row = technician_named(session, name)
        return [page.id for page in alerts.send_test(session, service.desk, row, now)]

    pages = service.database.write(work)
    if not pages:
        raise WrongState(f"{name} cannot be reached: no number is verified. Run: technician verify.")
    _show_results(service, pages)


def _show_results(service: Service, pages: list[int]) -> None:
    until = time.monotonic() + RESULT_WITHIN
    shown = ""
    while True:
        results = service.database.read(lambda session: [result_of(session, page_id) for page_id in pages])
        words = "\n".join(str(result) for result in results)
        if words != shown:
            click.echo(words)
            shown = words
        if all(result.is_final for result in results) or time.monotonic() > until:
            return
        time.sleep(1.0)


@technician.command()
@click.argument("name")
@click.argument("span", default="")
@pass_service
def quiet(service: Service, name: str, span: str) -> None:
    """Set the hours in which others are paged first. Without SPAN, remove them.

    Write SPAN in desk time, such as 22:00-07:00.

    Quiet hours do not apply when nobody else is left to page, nor from the deadline on.
    """
    service.database.write(lambda session: technicians.set_quiet(technician_named(session, name), span))
    click.echo(f"{name}: {f'quiet {span}' if span else 'no quiet hours'}.")


@technician.command()
@click.argument("name")
@click.argument("channel", type=click.Choice(RULE_CHANNELS))
@click.option("--after", default="0m", show_default=True, help="How long after the page, such as 3m.")
@SECOND
@pass_service
def rule(service: Service, name: str, channel: str, after: str, second: bool) -> None:
    """Add a contact rule: page a technician on another channel too."""
    delay = length_of_time(after)
    if Channel(channel) is Channel.MAIL and not service.settings.smtp_url:
        raise WrongState("No email can be sent: set SMTP_URL and MAIL_FROM first.")
    service.database.write(
        lambda session: contact_methods.add_rule(
            technician_named(session, name), Channel(channel), delay, _which(second)
        )
    )
    click.echo(f"{name} is also paged by {channel}, {after} after the page.")


@technician.command()
@click.argument("name")
@click.option("--clear", is_flag=True, help="Remove all of them.")
@pass_service
def rules(service: Service, name: str, clear: bool) -> None:
    """List a technician's contact rules."""

    def work(session: Session) -> list[str]:
        row = technician_named(session, name)
        if clear:
            contact_methods.clear_rules(row)
        return list(contact_methods.rules_in_words(row).values())

    click.echo("\n".join(service.database.write(work)) or "No contact rules: the escalation policy alone applies.")


def _allowed(allow_abroad: bool) -> str | None:
    return audit_log.COMMAND_LINE if allow_abroad else None


def _which(second: bool) -> PhoneSlot:
    return PhoneSlot.SECOND if second else PhoneSlot.FIRST
