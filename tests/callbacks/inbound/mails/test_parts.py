from __future__ import annotations

import pytest

from callbacks.inbound.mails.parts import BROKEN_INVITATION, SIGNED_OPAQUE, TOO_LONG, Contents, MailPart, tree
from tests.callbacks.inbound.mails.writing import file, mail, mixed, text

EVENT = "BEGIN:VEVENT\nSUMMARY:x\nDTSTART:20261201T100000\nEND:VEVENT"


def _taken(raw: bytes) -> Contents:
    contents = Contents()
    contents.take(tree(raw, []))
    return contents


def test_texts_and_files_are_apart() -> None:
    found = _taken(mixed(text("one"), file("a.txt", "eA==", "text/plain"), text("two")))
    assert [each.text for each in found.texts] == ["one", "two"]
    assert [(each.name, each.content) for each in found.files] == [("a.txt", b"x")]


def test_a_picture_in_the_text_is_embedded() -> None:
    html = text("<img src=cid:logo>Hello", "text/html")
    found = _taken(mixed(html, "Content-Type: image/png\nContent-ID: <logo>\n\nx", subtype="related"))
    assert [each.text for each in found.texts] == ["Hello"]
    assert [(each.name, each.is_embedded) for each in found.files] == [("", True)]


def test_a_calendar_file_is_shown_and_kept() -> None:
    found = _taken(mixed(f"Content-Type: text/calendar; name=invite.ics\n\n{EVENT}"))
    assert [each.text for each in found.texts] == ["Invitation: x\nWhen: 2026-12-01 10:00"]
    assert [each.name for each in found.files] == ["invite.ics"]


def test_a_broken_invitation_is_noted() -> None:
    [found] = _taken(mixed(text("nothing", "text/calendar"))).texts
    assert (found.text, found.notes) == ("", (BROKEN_INVITATION,))


def test_three_invitations_are_shown() -> None:
    assert len(_taken(mixed(*[text(EVENT, "text/calendar")] * 9)).texts) == 3


def test_a_mail_inside_its_signature_is_noted() -> None:
    found = _taken(mail("AAAA", kind="application/pkcs7-mime; smime-type=signed-data; name=smime.p7m"))
    assert (found.notes, [each.name for each in found.files]) == ([SIGNED_OPAQUE], ["smime.p7m"])


def test_texts_share_a_limit() -> None:
    texts = _taken(mixed(*[text("x" * 900_000)] * 4)).texts
    assert [len(each.text) for each in texts] == [900_000, 900_000, 200_000, 0]
    assert [each.notes for each in texts] == [(), (), (TOO_LONG,), (TOO_LONG,)]


@pytest.mark.parametrize("kind", ["text/markdown", "text/enriched", "text/x-unknown"])
def test_other_kinds_of_text_are_shown_as_they_are(kind: str) -> None:
    assert [each.text for each in _taken(mail("*down*", kind=kind)).texts] == ["*down*"]


def test_a_mail_in_a_mail_is_not_taken_apart() -> None:
    found = _taken(mixed("Content-Type: message/rfc822\n\n" + mail("inner").decode()))
    assert found.texts == []
    assert found.files[0].content.endswith(b"inner")


def test_uuencoded_content_is_decoded() -> None:
    body = "begin 644 x\n#0V%T\n`\nend\n"
    assert _taken(mail(body, Content_Transfer_Encoding="x-uuencode")).texts[0].text == "Cat"


def test_a_part_of_a_mail_knows_its_depth() -> None:
    outermost = tree(mixed('Content-Type: multipart/mixed; boundary="c"\n\n--c\n\nx\n--c--'), [])
    [middle] = outermost.get_payload()
    [inner] = middle.get_payload()
    assert isinstance(inner, MailPart)
    assert (outermost.depth, middle.depth, inner.depth, outermost.parts) == (0, 1, 2, 2)
