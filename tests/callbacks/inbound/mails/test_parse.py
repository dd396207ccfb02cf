from __future__ import annotations

import base64
import io
import zipfile
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callbacks.db.states import MailKind
from callbacks.inbound.mails.parse import (
    LARGEST,
    LARGEST_ATTACHMENT,
    LONGEST_TEXT,
    MOST_ATTACHMENTS,
    NO_ID,
    NO_WORDS,
    Unreadable,
    parse,
)
from callbacks.inbound.mails.parts import ENCRYPTED, PACKED, REMOTE_IMAGES, SIGNED, TOO_DEEP, TOO_LONG, UNKNOWN_LETTERS
from tests.callbacks.inbound.mails.real_mails import SHAPES, TAKEN, Shape
from tests.callbacks.inbound.mails.writing import NOW, file, mail, mixed, text


def test_a_plain_mail_is_read_whole() -> None:
    found = parse(mail("Hello,\n\nNothing comes in since noon.\n"), NOW)
    assert found.kind is MailKind.MESSAGE
    assert (found.sender, found.sender_name) == ("amy@example.com", "Amy Roy")
    assert found.subject == "No mail since noon"
    assert found.words == "Hello,\n\nNothing comes in since noon."
    assert (found.quoted, found.message_id, found.thread) == ("", "CAB1@mail.example.com", ())
    assert found.sent_at == datetime(2026, 11, 28, 2, 59, tzinfo=UTC)
    assert found.language == "en"
    assert (found.notes, found.attachments, found.failed_recipients) == ((), (), ())


@pytest.mark.parametrize("shape", [shape for shape in SHAPES if shape.exit_code == TAKEN], ids=lambda each: each.name)
def test_what_programs_really_write_is_read(shape: Shape) -> None:
    found = parse(shape.raw, NOW)
    names = tuple(each.name for each in found.attachments)
    assert (found.kind, found.sender, names) == (shape.kind, shape.sender, shape.files)
    assert shape.words in found.words
    assert shape.quoted in found.quoted
    assert shape.note in " ".join(found.notes)
    shown = " ".join([found.subject, found.words, found.quoted, *names])
    assert not shape.hidden or shape.hidden not in shown


# What can never be taken


@pytest.mark.parametrize("raw", [b"", b"\r\n \n"])
def test_nothing_is_no_mail(raw: bytes) -> None:
    with pytest.raises(Unreadable, match=r"^The mail is empty\."):
        parse(raw, NOW)


@pytest.mark.parametrize(
    "raw", [b"\x89PNG\r\n\x1a\n\0\0\0", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"hello", b"\0" * 99]
)
def test_other_things_are_no_mail(raw: bytes) -> None:
    with pytest.raises(Unreadable, match=r"^This is not a mail: "):
        parse(raw, NOW)


def test_25_mb_are_taken_and_a_byte_more_is_not() -> None:
    raw = mail(b"It is down.\n" + b"x" * LARGEST)
    found = parse(raw[:LARGEST], NOW)
    assert found.words.startswith("It is down.")
    assert len(found.words) == LONGEST_TEXT
    assert found.notes == (TOO_LONG,)
    with pytest.raises(Unreadable, match=r"26,214,401 bytes.*26,214,400 \(25 MB\)"):
        parse(raw[: LARGEST + 1], NOW)


# What is missing or wrong


def test_a_mail_with_one_header_is_a_mail() -> None:
    found = parse(b"\nFrom: amy@example.com\n\nHelp", NOW)
    assert (found.sender, found.words, found.message_id, found.sent_at) == ("amy@example.com", "Help", "", None)
    assert found.notes == ("It does not say when it was sent.", NO_ID)


def test_a_line_of_a_mailbox_file_before_it_is_ignored() -> None:
    assert parse(b"From amy@example.com Fri Nov 27 21:59:00 2026\n" + mail(), NOW).sender == "amy@example.com"


def test_a_mail_without_words_says_so() -> None:
    assert parse(mail(""), NOW).notes == (NO_WORDS,)


def test_a_subject_of_100_kb_is_cut() -> None:
    found = parse(mail(Subject="Down " * 20_000), NOW)
    assert len(found.subject) == 255
    assert found.subject.startswith("Down Down")
    assert found.words == "Nothing comes in."


def test_10_000_headers_hide_nothing() -> None:
    raw = "".join(f"X-{number}: y\n" for number in range(10_000)).encode() + mail()
    assert parse(raw, NOW).sender == "amy@example.com"


def test_nul_and_other_controls_are_left_out_everywhere() -> None:
    found = parse(
        mail("It is\0 do\x1bwn\u202e.", Subject="N\0o \u202email", From='"A\0my\u2066" <amy@example.com>'), NOW
    )
    assert (found.words, found.subject, found.sender_name) == ("It is down.", "No mail", "Amy")


def test_a_line_of_1_mb_is_cut() -> None:
    found = parse(mail("On " * 350_000, Subject="RE: x"), NOW)
    assert len(found.words) == LONGEST_TEXT
    assert found.notes == (TOO_LONG,)


def test_quotes_are_cut_by_themselves() -> None:
    found = parse(mail("Still down.\n\nOn Friday, Desk wrote:\n" + "> old\n" * 30_000, Subject="Re: x"), NOW)
    assert (found.words, len(found.quoted), found.notes) == ("Still down.", LONGEST_TEXT, (TOO_LONG,))


def test_300_nested_parts_are_read_as_far_as_they_mean_anything() -> None:
    nested = "".join(f"Content-Type: multipart/mixed; boundary=b{level}\n\n--b{level}\n" for level in range(1, 300))
    found = parse(mixed(text("It is down."), nested + "\ndeep"), NOW)
    assert found.words == "It is down."
    assert found.notes == (TOO_DEEP,)


def test_a_thousand_parts_are_read_and_no_more() -> None:
    found = parse(mixed(*[text("x")] * 1_500), NOW)
    assert found.words.count("x") in (999, 1_000)
    assert found.notes == ("The mail has more than 1,000 parts. The rest is not shown.",)


def test_half_a_million_lines_are_read_and_no_more() -> None:
    assert "The mail has more than 500,000 lines. The rest is not shown." in parse(mail("x\n" * 500_001), NOW).notes


def test_a_part_that_never_ends_is_read_to_the_end() -> None:
    raw = mail("--b\nContent-Type: text/plain\n\nIt is down.", kind="multipart/mixed; boundary=b")
    assert parse(raw, NOW).words == "It is down."


def test_parts_without_a_boundary_are_read_as_text() -> None:
    assert parse(mail("It is down.", kind="multipart/mixed"), NOW).words == "It is down."


# Letters


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/plain; charset=utf-8", "Reçu à midi"),
        ("text/plain; charset=iso-8859-1", "Reçu à midi".encode("cp1252")),
        ("text/plain", "Reçu à midi"),
        ('text/plain; charset="UTF-8"; charset=ascii', "Reçu à midi"),
        ("text/plain; charset=us-ascii", "Reçu à midi"),  # it lies
        ("text/plain; charset=utf-16", "Reçu à midi".encode("utf-16")),
        ("text/plain; charset=ibm850", "Reçu à midi".encode("cp850")),
    ],
)
def test_letters_are_read_as_they_were_meant(kind: str, body: str | bytes) -> None:
    found = parse(mail(body, kind=kind), NOW)
    assert (found.words, found.notes) == ("Reçu à midi", ())


@pytest.mark.parametrize(
    "charset", ["utf-8", "x-unknown", "idna", "punycode", "zlib", "unicode_escape", "%00", "a" * 999]
)
def test_letters_of_which_a_mail_lies_are_shown_with_a_note(charset: str) -> None:
    found = parse(mail("Reçu à midi".encode("cp1252"), kind=f"text/plain; charset={charset}"), NOW)
    assert (found.words, found.notes) == ("Reçu à midi", (UNKNOWN_LETTERS,))


def test_broken_base64_is_shown_as_far_as_it_goes() -> None:
    whole = base64.b64encode(b"It is down. Call us back.").decode()
    assert parse(mail(whole[:-3], Content_Transfer_Encoding="base64"), NOW).words.startswith("It is down.")


def test_flowed_lines_are_joined() -> None:
    found = parse(mail("It is \ndown.\n\nCall \nus.", kind="text/plain; format=flowed"), NOW)
    assert found.words == "It is down.\n\nCall us."


# HTML


def test_html_is_shown_as_text_and_never_raw() -> None:
    html = (
        "<html><head><title>Title</title><style>p{color:red}</style></head><body onload=steal()>"
        "<p>It is <b>down</b>.</p><script>alert(1)</script><img src='https://t.example/1.gif'>"
        "<p>See <a href='https://x.example/log'>the log</a> and <a href='javascript:steal()'>this</a>.</p></body>"
    )
    found = parse(mail(html, kind="text/html"), NOW)
    assert found.words == "It is down.\n\nSee the log (https://x.example/log) and this."
    assert found.notes == (REMOTE_IMAGES,)


def test_of_two_versions_the_plain_one_is_shown() -> None:
    found = parse(
        mixed(text("It is down."), text("<p>It is <i>down</i>.</p>", "text/html"), subtype="alternative"), NOW
    )
    assert found.words == "It is down."


@pytest.mark.parametrize("plain", ["", "This mail needs HTML."])
def test_a_plain_version_that_says_nothing_is_not_shown(plain: str) -> None:
    html = "<p>" + "Everything is down since noon. " * 20 + "</p>"
    found = parse(mixed(text(plain), text(html, "text/html"), subtype="alternative"), NOW)
    assert found.words.startswith("Everything is down since noon.")


def test_html_with_pictures_in_it_keeps_its_words() -> None:
    html = f"<p>Before</p><img src='data:image/png;base64,{'A' * 900_000}'><p>After</p>"
    found = parse(mail(html, kind="text/html"), NOW)
    assert (found.words, found.notes) == ("Before\n\nAfter", ())


# Files


def test_a_file_is_kept_as_it_came() -> None:
    [found] = parse(
        mixed(text("See the log."), file("log.txt", base64.b64encode(b"x\0y").decode(), "text/plain")), NOW
    ).attachments
    assert (found.name, found.media_type, found.size, found.content, found.note) == (
        *("log.txt", "text/plain", 3),
        *(b"x\0y", ""),
    )


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("..", "unnamed"),
        ("C:\\temp\\log.txt", "log.txt"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("a\x00b\x1b.txt", "ab.txt"),
        ("=?utf-8?q?re=C3=A7u.pdf?=", "reçu.pdf"),
        ("=?iso-8859-1?B?cmXndS5wZGY=?=", "reçu.pdf"),
        ("a" * 400 + ".pdf", "a" * 145 + "….pdf"),
    ],
)
def test_names_of_files_are_made_harmless(given: str, shown: str) -> None:
    [found] = parse(mixed(file(given)), NOW).attachments
    assert found.name == shown
    assert found.content == b"\0\0\0"


def test_a_name_in_pieces_is_put_together() -> None:
    pieces = "filename*0*=utf-8''re%C3%A7u%20;\n filename*1*=de%20midi.pdf"
    raw = mixed(f"Content-Type: application/pdf\nContent-Disposition: attachment; {pieces}\n\nx")
    assert parse(raw, NOW).attachments[0].name == "reçu de midi.pdf"


def test_a_file_over_10_mb_is_not_kept() -> None:
    large = base64.encodebytes(b"x" * (LARGEST_ATTACHMENT + 1)).decode()
    small, refused = parse(mixed(text("Two."), file("small"), file("large", large)), NOW).attachments
    assert (small.content, refused.content) == (b"\0\0\0", None)
    assert (refused.size, refused.note) == (LARGEST_ATTACHMENT + 1, "Not kept: it is larger than 10 MB.")


def test_20_files_are_kept_and_logos_push_none_of_them_out() -> None:
    logos = ["Content-Type: image/png\nContent-ID: <logo>\n\nx"] * 20
    found = parse(mixed(*logos, *(file(f"{number}.log") for number in range(21))), NOW).attachments
    kept = [each for each in found if each.content is not None]
    assert [each.name for each in kept] == [f"{number}.log" for number in range(MOST_ATTACHMENTS)]
    assert {each.note for each in found if each.content is None} == {"Not kept: a mail may have 20 attachments."}


def test_100_files_are_listed() -> None:
    found = parse(mixed(*[file("x")] * 101), NOW)
    assert len(found.attachments) == 100
    assert "Only the first 100 attachments are listed." in found.notes


def test_a_zip_is_never_opened() -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", b"\0" * 20_000_000)
    [found] = parse(
        mixed(file("bomb.zip", base64.encodebytes(bomb.getvalue()).decode(), "application/zip")), NOW
    ).attachments
    assert found.content == bomb.getvalue()


def test_winmail_dat_is_kept_and_explained() -> None:
    found = parse(mixed(text("See attached."), file("winmail.dat", "eJ8+Ig==", "application/ms-tnef")), NOW)
    assert (found.words, found.notes) == ("See attached.", (PACKED,))
    assert (found.attachments[0].content, found.attachments[0].note) == (b"x\x9f>\x22", PACKED)


def test_a_mail_in_the_mail_is_a_file() -> None:
    raw = mixed(text("See attached."), f"Content-Type: message/rfc822; name=lost.eml\n\n{mail('inner').decode()}")
    found = parse(raw, NOW)
    assert (found.words, found.attachments[0].name) == ("See attached.", "lost.eml")
    assert b"inner" in (found.attachments[0].content or b"")


# Signed, encrypted, invitations


def test_a_signed_mail_is_shown() -> None:
    raw = mixed(text("It is down."), file("smime.p7s", kind="application/pkcs7-signature"), subtype="signed")
    found = parse(raw, NOW)
    assert (found.words, found.notes, found.attachments) == ("It is down.", (SIGNED,), ())


@pytest.mark.parametrize(
    "raw",
    [
        mail("AAAA", kind="application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m"),
        mixed(file("", kind="application/pgp-encrypted"), file("encrypted.asc"), subtype="encrypted"),
    ],
)
def test_an_encrypted_mail_is_kept_and_explained(raw: bytes) -> None:
    found = parse(raw, NOW)
    assert (found.kind, found.words, found.notes) == (MailKind.MESSAGE, "", (ENCRYPTED, NO_WORDS))
    assert found.attachments


def test_an_invitation_is_shown_beside_the_words() -> None:
    calendar = (
        "BEGIN:VCALENDAR\nMETHOD:REQUEST\nBEGIN:VEVENT\nSUMMARY:Migration\n"
        "DTSTART;TZID=America/Toronto:20261201T100000\nDTEND;TZID=America/Toronto:20261201T110000\nEND:VEVENT\nEND:VCALENDAR"
    )
    raw = mixed(text("Please join."), text(calendar, "text/calendar; method=REQUEST"), subtype="alternative")
    assert parse(raw, NOW).words == (
        "Please join.\n\nInvitation: Migration\n"
        "When: 2026-12-01 10:00 (America/Toronto) to 2026-12-01 11:00 (America/Toronto)"
    )


# Replies, bounces


def test_the_quote_is_apart_from_what_is_new() -> None:
    found = parse(
        mail("Still down.\n\nOn Friday, Desk wrote:\n> We look.\n", In_Reply_To="<reply-1@desk.example>"), NOW
    )
    assert (found.words, found.quoted) == ("Still down.", "On Friday, Desk wrote:\n> We look.")
    assert found.thread == ("reply-1@desk.example",)


def test_a_bounce_names_who_was_not_reached_and_the_mail() -> None:
    raw = mixed(
        text("Your message could not be delivered."),
        "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.com\n\n"
        "Final-Recipient: rfc822; Bob@Example.com\nAction: failed\nStatus: 5.1.1\n",
        "Content-Type: message/rfc822\n\nMessage-ID: <customer-12@desk.example>\nTo: bob@example.com\n\nHello",
        subtype="report; report-type=delivery-status",
        From="Mail Delivery System <MAILER-DAEMON@mx.example.com>",
    )
    found = parse(raw, NOW)
    assert (found.kind, found.failed_recipients) == (MailKind.BOUNCE, ("bob@example.com",))
    assert found.thread == ("customer-12@desk.example",)


# Whatever comes


_PIECES = st.sampled_from(
    [
        *(
            b"From: ",
            b"Subject: ",
            b"Date: ",
            b"Content-Type: multipart/mixed; boundary=b\n",
            b"--b\n",
            b"--b--\n",
            b"\n",
        ),
        *(b"Content-Type: text/html\n\n", b"Content-Type: message/delivery-status\n\n", b"<div>", b"=?utf-8?b?", b"?="),
        *(
            b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n",
            b"Message-ID: <",
            b">",
            b"(",
            b'"',
        ),
        *(
            b"Content-Transfer-Encoding: base64\n",
            b"Content-Disposition: attachment; filename*0*=",
            b"''%",
            b"\0",
            b"\xff",
        ),
        *(
            b"Content-Type: text/calendar\n\nBEGIN:VEVENT\nDTSTART:",
            b"Authentication-Results: x; spf=",
            b"References: <",
        ),
        *(
            b"Content-Transfer-Encoding: x-uuencode\n\nbegin 666 x\n",
            b"charset=",
            b"From: mailer-daemon@x\n",
            b"@",
            b"\r",
        ),
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(_PIECES | st.binary(max_size=30), max_size=40).map(b"".join))
def test_no_bytes_lead_to_another_error(raw: bytes) -> None:
    for each in (raw, b"From: a@example.com\n" + raw):
        try:
            found = parse(each, NOW)
        except Unreadable:
            continue
        for value in _strings(found):
            value.encode()
            assert "\0" not in value


def _strings(found: object) -> list[str]:
    values = list(vars(found).values())
    for value in list(values):
        values += value if isinstance(value, tuple) else []
    nested = [each for value in values if hasattr(value, "media_type") for each in vars(value).values()]
    return [value for value in [*values, *nested] if isinstance(value, str)]
