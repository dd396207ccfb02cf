"""A visitor's mail as the page sends it, and what the page shows where mails can be written."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from ivr.simulator.browser.mail import LONGEST_LINE, LONGEST_WORDS, MailInBox, NotSent, WrittenMail, written_mail
from tests.ivr.simulator.simulation import Simulation

SENDER = "dana@example.com"
RECEIPT = MailInBox("1@desk.test", "2026-11-29T03:00:00+00:00", "desk@desk.test", "support@desk.test", "[KT-417]", "Hi")


class Program:
    """A mail program that takes what goes to one mailbox."""

    mailboxes: Sequence[tuple[str, str]] = [("support", "support@desk.test")]
    writer = ('Dana "<Cole>"', SENDER)

    def __init__(self) -> None:
        self.sent: list[WrittenMail] = []

    def send(self, mail: WrittenMail) -> str:
        if mail.to != "support@desk.test":
            raise NotSent("There is no such mailbox.")
        self.sent.append(mail)
        return "Stored. <It> opened KT-417."

    def inbox(self, address: str) -> Sequence[MailInBox]:
        return [RECEIPT] if address == SENDER else []


@pytest.fixture
def program(simulation: Simulation) -> Program:
    simulation.carrier.browser.mail_program = program = Program()
    return program


def test_lines_have_no_line_breaks_and_everything_has_an_end() -> None:
    found = written_mail({"sender_name": "Dana\r\nBcc: all@example.com", "subject": "a" * 999, "words": "b" * 99_999})
    assert found.sender_name == "Dana Bcc: all@example.com"
    assert (len(found.subject), len(found.words)) == (LONGEST_LINE, LONGEST_WORDS)
    assert (found.sender, found.to, found.answers) == ("", "", "")


def test_words_keep_their_lines() -> None:
    assert written_mail({"words": "One\n\n  two"}).words == "One\n\n  two"


def test_a_mail_is_sent_and_answered_with_what_became_of_it(simulation: Simulation, program: Program) -> None:
    answer = simulation.browser.post(
        "/mails",
        json={"sender": SENDER, "to": "support@desk.test", "subject": "No mail", "words": "Nothing arrives."},
        headers={"X-Browser-Phone": "1"},
    )
    assert (answer.status_code, answer.text) == (200, "Stored. <It> opened KT-417.")
    assert answer.content_type == "text/plain; charset=utf-8"
    assert program.sent == [WrittenMail("", SENDER, "support@desk.test", "No mail", "Nothing arrives.")]


@pytest.mark.usefixtures("program")
def test_a_mail_that_is_not_sent_says_why(simulation: Simulation) -> None:
    assert simulation.post("/mails", {"to": "nobody@desk.test"}) == (400, "There is no such mailbox.")


def test_another_site_sends_no_mail(simulation: Simulation, program: Program) -> None:
    assert simulation.browser.post("/mails", json={"to": "support@desk.test"}).status_code == 403
    assert program.sent == []


@pytest.mark.usefixtures("program")
def test_the_inbox_is_that_of_one_address(simulation: Simulation) -> None:
    (mail,) = simulation.browser.get("/mails", query_string={"to": SENDER}).get_json()
    assert (mail["subject"], mail["words"], mail["answer_to"]) == ("[KT-417]", "Hi", "support@desk.test")
    assert simulation.browser.get("/mails").get_json() == []


@pytest.mark.usefixtures("program")
def test_the_page_offers_each_mailbox_and_escapes_the_writer(simulation: Simulation) -> None:
    page = simulation.browser.get("/").text
    assert '<option value="support@desk.test">support (support@desk.test)</option>' in page
    assert 'value="Dana &#34;&lt;Cole&gt;&#34;"' in page


def test_without_a_mail_program_there_is_nothing_to_write_with(simulation: Simulation) -> None:
    assert "Write a mail" not in simulation.browser.get("/").text
    assert simulation.browser.get("/mails").status_code == 404
    assert simulation.post("/mails", {}) == (404, "No mails can be written here.")
