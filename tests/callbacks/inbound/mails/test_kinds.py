from __future__ import annotations

import logging

import pytest

from callbacks.db.states import MailKind
from callbacks.inbound.mails.kinds import LOOP_HEADER, Ours, is_our_id
from callbacks.inbound.mails.parse import ParsedMail, parse
from tests.callbacks.inbound.mails.writing import NOW, mail, mixed, text

OURS = Ours(host="desk.example", addresses=frozenset({"support@desk.example"}))


def _kind(**headers: str) -> MailKind:
    return parse(mail(**headers), NOW, OURS).kind


def _report(status: str, **headers: str) -> ParsedMail:
    subtype = headers.pop("subtype", "report; report-type=delivery-status")
    return parse(mixed(text("About your mail."), status, subtype=subtype, **headers), NOW, OURS)


def _status(action: str, to: str = "bob@example.com") -> str:
    return (
        "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.com\n\n"
        f"Final-Recipient: rfc822; {to}\nAction: {action}\n"
    )


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Auto_Submitted": "no"},
        {"X_Auto_Response_Suppress": "DR, RN, NRN"},
        {"Precedence": "normal"},
        {"Return_Path": "<amy@example.com>"},
        {"Subject": "RE: Automatic reply: No mail since noon"},
        {"Subject": "Out of office replies are not sent"},
        {"Subject": "Absence de courriels"},
        {"From": "postmaster@example.com"},  # administrators write, too
        {"List_Unsubscribe": "<https://example.com>", "In_Reply_To": "<reply-1@desk.example>"},
        {"List_Id": "Support <support.desk.example>", "Precedence": "list"},  # our mailbox is a group
    ],
)
def test_what_a_person_wrote_is_a_message(headers: dict[str, str]) -> None:
    assert _kind(**headers) is MailKind.MESSAGE


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Auto_Submitted": "Auto-Generated; owner-email=a@example.com"},
        {"X_Auto_Response_Suppress": "All"},
        {"X_Auto_Response_Suppress": "OOF, AutoReply"},
        {"Precedence": "auto_reply"},
        {"X_Autoreply": "yes"},
        {"Return_Path": "<>"},
        {"Subject": "Automatic reply: No mail since noon"},
        {"Subject": "Out of Office"},
        {"Subject": "=?utf-8?q?R=C3=A9ponse_automatique=C2=A0=3A?= Plus de courriels"},
        {"Subject": "Absence du bureau : Plus de courriels"},
    ],
)
def test_what_a_program_answered_is_automatic(headers: dict[str, str]) -> None:
    assert _kind(**headers) is MailKind.AUTOMATIC


@pytest.mark.parametrize(
    "headers",
    [
        {"List_Id": "News <news.example.com>"},
        {"List_Unsubscribe": "<mailto:leave@example.com>"},
        {"Precedence": "bulk"},
        {"Precedence": "List"},
    ],
)
def test_what_came_by_a_list_is_a_lists(headers: dict[str, str]) -> None:
    assert _kind(**headers) is MailKind.LIST


def test_our_own_mail_that_comes_back_is_a_loop() -> None:
    headers = {"Message_ID": "<customer-12@Desk.Example>"}
    assert _kind(**headers) is MailKind.LOOP
    assert parse(mail(**headers), NOW).kind is MailKind.MESSAGE  # nobody said what is ours
    assert _kind(**{LOOP_HEADER: "desk.example"}) is MailKind.LOOP
    assert _kind(**{LOOP_HEADER: "other.example"}) is MailKind.MESSAGE  # another desk writes to us


def test_colleagues_may_write_from_our_host() -> None:
    assert _kind(Message_ID="<f81d4fae-7dec@desk.example>") is MailKind.MESSAGE
    assert not is_our_id("customer-12@desk.example.com", "desk.example")
    assert not is_our_id("customer-12", "")


def test_a_failed_delivery_is_a_bounce() -> None:
    found = _report(_status("failed"))
    assert (found.kind, found.failed_recipients) == (MailKind.BOUNCE, ("bob@example.com",))


def test_a_delay_is_no_bounce() -> None:
    found = _report(_status("delayed"))
    assert (found.kind, found.failed_recipients) == (MailKind.AUTOMATIC, ())
    assert found.notes == ("A mail to bob@example.com is delayed. Their mail server is still being tried.",)


@pytest.mark.parametrize("action", ["delivered", "relayed"])
def test_a_delivery_is_no_bounce(action: str) -> None:
    assert _report(_status(action)).kind is MailKind.AUTOMATIC


def test_a_receipt_is_no_bounce() -> None:
    receipt = "Content-Type: message/disposition-notification\n\nDisposition: automatic; displayed\n"
    assert _report(receipt, subtype="report; report-type=disposition-notification").kind is MailKind.AUTOMATIC


def test_a_bounce_in_words_is_understood() -> None:
    words = (
        "Hi. This is the qmail-send program at example.com.\n"
        "I'm afraid I wasn't able to deliver your message to the following addresses.\n\n"
        "<bob@example.com>:\nNo mailbox.\n"
    )
    found = parse(mail(words, From="MAILER-DAEMON@example.com", Return_Path="<>"), NOW, OURS)
    assert (found.kind, found.failed_recipients) == (MailKind.BOUNCE, ("bob@example.com",))


def test_a_bounce_that_names_nobody_is_one_all_the_same() -> None:
    found = parse(mail("Failed.", From="Mail Delivery <mailer-daemon@example.com>"), NOW, OURS)
    assert (found.kind, found.failed_recipients) == (MailKind.BOUNCE, ())
    assert found.notes == ("The report does not say which address was not reached.",)


def test_postmasters_bounce_has_no_return_path() -> None:
    assert _kind(From="postmaster@example.com", Return_Path="<>") is MailKind.BOUNCE


def test_a_customer_who_forwards_a_bounce_is_no_mail_server() -> None:
    raw = mixed(text("Why do we get these?"), _status("failed"), Subject="Fwd: Undeliverable")
    found = parse(raw, NOW, OURS)
    assert (found.kind, found.failed_recipients) == (MailKind.MESSAGE, ())


def test_a_report_that_cannot_be_read_is_no_logged_error(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        _report(_status("failed", "(" * 4_000))
    assert caplog.records == []


def test_a_report_of_megabytes_is_searched_at_its_beginning() -> None:
    found = _report(_status("failed"), From="x@example.com" + "\nX-Long: " + "y" * 3_000_000)
    assert found.failed_recipients == ("bob@example.com",)
