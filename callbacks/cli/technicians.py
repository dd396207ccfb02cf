"""`technician`: the people who are paged, their numbers and their wishes."""

from __future__ import annotations

import time
from datetime import timedelta

import click
from sqlalchemy.orm import Session

from callbacks.cli.command import Group, OpenDesk, OpensDesk
from callbacks.db.states import Channel, PhoneSlot
from callbacks.db.tables import Technician
from callbacks.errors import WrongState
from callbacks.paging import alerts
from callbacks.paging.delivery import result_of
from callbacks.people import technicians
from callbacks.text.duration import duration
from callbacks.text.formats import readable_number

RESULT_WITHIN = 60.0  # seconds that `technician test` waits for an answer
CODES_GO_BY = [Channel.TEXT.value, Channel.CALL.value]
RULES_GO_BY = [*CODES_GO_BY, Channel.MAIL.value]
WHICH = click.option("--second", is_flag=True, help="Their second number instead of the first.")


def technician_commands(open_desk: OpensDesk) -> click.Group:
    """The group of commands."""
    group = Group("technician", help="The people who are paged.")
    _people(group, open_desk)
    _numbers(group, open_desk)
    _wishes(group, open_desk)
    return group


def _people(group: click.Group, open_desk: OpensDesk) -> None:
    @group.command("add")
    @click.argument("name")
    @click.option("--phone", required=True, help="With country code, such as +15145550101.")
    @click.option("--email", default="")
    @click.option("--language", type=click.Choice(["en", "fr"]), default="en", show_default=True)
    @click.option("--verified", is_flag=True, help="You have made sure that this number reaches this person.")
    def add(name: str, phone: str, email: str, language: str, verified: bool) -> None:
        """Add a technician. Without --verified, a code is texted to the number, to be sent back."""
        house = open_desk()
        now = house.clock.now()

        def work(session: Session) -> Technician:
            row = technicians.add_technician(
                session, name, phone, now, email=email, language=language, verified=verified
            )
            if not verified:
                alerts.send_code(session, house.desk, row, PhoneSlot.FIRST, now)
            return row

        added = house.database.write(work)
        click.echo(f"{added.name} is added with {readable_number(added.phone)}.")
        if not verified:
            click.echo(
                "The number is not verified, and nobody is paged on it before it is: a code is on its way there."
            )
            click.echo("Replying with it verifies the number; so does: technician verify NAME --code CODE.")

    @group.command("list")
    def list_all() -> None:
        """List the technicians: number, language, whether verified, and what fails to reach them."""
        for row in open_desk().database.read(lambda session: technicians.everybody(session)):
            verified = "verified" if row.verified_at else "NOT verified"
            extra = [f"second {row.second_phone}"] if row.second_phone else []
            extra += [f"quiet {row.quiet}"] if row.quiet else []
            extra += [f"{rule.channel.value} {rule.number.value} after {rule.after // 60} min" for rule in row.rules]
            extra += [f"UNREACHABLE by {trouble}" for trouble in technicians.troubles_in_words(row)]
            click.echo("\t".join([row.name, row.phone, row.language, verified, *extra]))

    @group.command("mail")
    @click.argument("name")
    @click.argument("address", default="")
    def mail(name: str, address: str) -> None:
        """Give a technician a mail address; without one: none."""
        open_desk().database.write(
            lambda session: technicians.give_mail(technicians.technician_named(session, name), address)
        )
        click.echo(f"{name}: {address or 'no mail address'}.")

    @group.command("remove")
    @click.argument("name")
    def remove(name: str) -> None:
        """Take a technician off: never paged again, and still named in the log."""
        house = open_desk()
        now = house.clock.now()
        house.database.write(
            lambda session: technicians.leave(session, technicians.technician_named(session, name), now)
        )
        click.echo(f"{name} is paged no more. Look at the rota: shift gaps.")


def _numbers(group: click.Group, open_desk: OpensDesk) -> None:
    @group.command("number")
    @click.argument("name")
    @click.argument("phone")
    @WHICH
    def number(name: str, phone: str, second: bool) -> None:
        """Change a technician's number, or give them a second one; a code is texted to it."""
        house = open_desk()
        which = _which(second)

        def work(session: Session) -> None:
            row = technicians.technician_named(session, name)
            technicians.give_number(session, row, which, phone)
            alerts.send_code(session, house.desk, row, which, house.clock.now())

        house.database.write(work)
        click.echo(f"A code is on its way to {phone}. The number counts when it is verified.")

    @group.command("verify")
    @click.argument("name")
    @click.option("--code", help="The code that was texted to the number; without it a new one is sent.")
    @click.option(
        "--by",
        type=click.Choice([Channel.TEXT.value, Channel.CALL.value]),
        default=Channel.TEXT.value,
        show_default=True,
    )
    @WHICH
    def verify(name: str, code: str | None, by: str, second: bool) -> None:
        """Verify a number: send a code to it, or take the code back."""
        house, which = open_desk(), _which(second)
        now = house.clock.now()

        def work(session: Session) -> bool:
            row = technicians.technician_named(session, name)
            if code is None:
                alerts.send_code(session, house.desk, row, which, now, Channel(by))
                return False
            return technicians.verify(session, row, which, code.strip(), now)

        is_verified = house.database.write(work)
        if code is None:
            click.echo("A code is on its way. Nothing else counts before it comes back.")
        elif is_verified:
            click.echo(f"{name}'s {which.value} number is verified.")
        else:
            raise WrongState("That is not the code, or it has expired. Leave --code out to send a new one.")

    @group.command("test")
    @click.argument("name")
    def test(name: str) -> None:
        """Send somebody a test page by every way, and show what becomes of it (a worker must run)."""
        house = open_desk()
        now = house.clock.now()

        def work(session: Session) -> list[int]:
            row = technicians.technician_named(session, name)
            return [page.id for page in alerts.send_test(session, house.desk, row, now)]

        pages = house.database.write(work)
        if not pages:
            raise WrongState(f"Nothing reaches {name}: no number is verified. Run: technician verify.")
        _show_results(house, pages)


def _show_results(house: OpenDesk, pages: list[int]) -> None:
    until = time.monotonic() + RESULT_WITHIN
    shown = ""
    while True:
        results = house.database.read(lambda session: [result_of(session, page_id) for page_id in pages])
        words = "\n".join(str(result) for result in results)
        if words != shown:
            click.echo(words)
            shown = words
        if all(result.is_final for result in results) or time.monotonic() > until:
            return
        time.sleep(1.0)


def _wishes(group: click.Group, open_desk: OpensDesk) -> None:
    @group.command("quiet")
    @click.argument("name")
    @click.argument("span", default="")
    def quiet(name: str, span: str) -> None:
        """Hours (desk time) such as 22:00-07:00 at which others are asked first; without them: none.

        They never apply to the last person left, nor from the deadline on.
        """
        open_desk().database.write(
            lambda session: technicians.set_quiet(technicians.technician_named(session, name), span)
        )
        click.echo(f"{name}: {f'quiet {span}' if span else 'no quiet hours'}.")

    @group.command("rule")
    @click.argument("name")
    @click.argument("channel", type=click.Choice(RULES_GO_BY))
    @click.option("--after", default="0m", show_default=True, help="How long after the page, such as 3m.")
    @WHICH
    def rule(name: str, channel: str, after: str, second: bool) -> None:
        """Add to how somebody is paged for a callback, beside what the desk's policy does."""
        house = open_desk()
        try:
            delay = duration(after)
        except ValueError as fault:
            raise click.BadParameter(str(fault)) from None
        if Channel(channel) is Channel.MAIL and not house.settings.smtp_url:
            raise WrongState("No mail can be sent: set SMTP_URL and MAIL_FROM first.")

        def work(session: Session) -> None:
            row = technicians.technician_named(session, name)
            after_page = delay if isinstance(delay, timedelta) else timedelta(0)
            technicians.add_rule(row, Channel(channel), after_page, _which(second))

        house.database.write(work)
        click.echo(f"{name} is paged by {channel} too, {after} after the page.")

    @group.command("rules")
    @click.argument("name")
    @click.option("--clear", is_flag=True, help="Take them all away.")
    def rules(name: str, clear: bool) -> None:
        """Say what somebody has added to the desk's policy."""

        def work(session: Session) -> list[str]:
            row = technicians.technician_named(session, name)
            if clear:
                row.rules = []
            return list(technicians.rules_in_words(row).values())

        click.echo("\n".join(open_desk().database.write(work)) or "Nothing beside the desk's policy.")


def _which(second: bool) -> PhoneSlot:
    return PhoneSlot.SECOND if second else PhoneSlot.FIRST
