"""`technician`: numbers and codes, quiet hours, contact rules, test pages."""

from __future__ import annotations

import re

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.states import Channel
from callbacks.db.tables import Page
from callbacks.paging.alerts import send_test
from callbacks.people.technicians import technician_named
from tests.callbacks.cli.conftest import CommandLine


def test_without_verified_a_code_goes_out_and_verifies(cli: CommandLine) -> None:
    assert "not verified yet, so it is not paged" in cli.does("technician add Amy --phone 5145550101")
    assert "NOT verified" in cli.does("technician list")
    words = cli.database.read(lambda session: session.scalars(select(Page.words)).one())
    found = re.search(r"\d{6}", words)
    assert found is not None
    assert "not the code" in cli.refuses("technician verify Amy --code 000000")
    assert "is verified" in cli.does(f"technician verify Amy --code {found[0]}")
    assert "NOT verified" not in cli.does("technician list")


def test_a_new_code_is_sent_by_text_or_call(cli: CommandLine) -> None:
    cli.does("technician add Amy --phone +15145550101")
    assert "A code is on its way" in cli.does("technician verify Amy --by call")
    channels = cli.database.read(lambda session: session.scalars(select(Page.channel).order_by(Page.id)).all())
    assert channels == [Channel.TEXT, Channel.CALL]


def test_wishes_and_numbers(cli: CommandLine) -> None:
    cli.has("Amy")
    cli.does("technician number Amy +15145550111 --second")
    cli.does("technician quiet Amy 22:00-07:00")
    cli.does("technician rule Amy call --after 3m --second")
    listed = cli.does("technician list")
    assert "second +15145550111" in listed
    assert "quiet 22:00-07:00" in listed
    assert "call to the second number after 3 min" in cli.does("technician rules Amy")
    assert "the escalation policy alone" in cli.does("technician rules Amy --clear")
    assert "set SMTP_URL" in cli.refuses("technician rule Amy mail")
    assert "is not a duration" in cli.refuses("technician rule Amy call --after soon")
    assert "There is no technician 'Bob'. Known: Amy." in cli.refuses("technician quiet Bob")


def test_who_was_removed_can_come_back_and_their_number_is_free(cli: CommandLine) -> None:
    cli.has("Amy").does("technician quiet Amy 22:00-07:00")
    cli.does("technician remove Amy")
    assert "nobody yet" in cli.refuses("technician quiet Amy")
    cli.does("technician add Zoe --phone +15145550101 --verified")
    cli.does("technician add Amy --phone +15145550109 --verified")
    assert "quiet" not in cli.does("technician list")


def test_an_email_address_is_set_and_removed(cli: CommandLine) -> None:
    cli.has("Amy")
    assert cli.does("technician mail Amy amy@example.com") == "Amy: amy@example.com.\n"
    assert cli.does("technician mail Amy") == "Amy: no email address.\n"


def test_a_test_page_that_reaches_nobody_is_refused(cli: CommandLine) -> None:
    cli.does("technician add Amy --phone +15145550101")
    assert "no number is verified" in cli.refuses("technician test Amy")


def test_a_number_abroad_is_allowed_by_the_command_line(cli: CommandLine) -> None:
    paris, rome = "+33142685300", "+390612345678"
    assert "--allow-abroad" in cli.refuses(f"technician add Amy --phone {paris} --verified")
    cli.does(f"technician add Amy --phone {paris} --verified --allow-abroad")
    assert "--allow-abroad" in cli.refuses(f"technician number Amy {rome} --second")
    cli.does(f"technician number Amy {rome} --second --allow-abroad")
    row = cli.database.read(lambda session: technician_named(session, "Amy"))
    assert (row.phone_allowed_by, row.second_phone_allowed_by) == ("command line", "command line")


def test_a_lost_phone_is_reported(cli: CommandLine) -> None:
    cli.has("Amy").does("shift add Amy --layer primary")
    told = cli.does("technician lost-phone Amy")
    assert "verify a number" in told
    assert "Warning: nobody who can be paged is on primary from" in told
    assert "NOT verified" in cli.does("technician list")
    row = cli.database.read(lambda session: technician_named(session, "Amy"))
    assert row.links_from == cli.clock.now()
    assert "There is no technician 'Bob'" in cli.refuses("technician lost-phone Bob")


def test_test_pages_over_the_cap_are_refused(cli: CommandLine) -> None:
    cli.has("Amy")
    desk, now = cli.service.desk, cli.clock.now()

    def work(session: Session) -> None:
        for _ in range(desk.limits.tests_a_day // 2):
            send_test(session, desk, technician_named(session, "Amy"), now)

    cli.database.write(work)
    assert "Amy has reached the daily limit on test pages" in cli.refuses("technician test Amy")
