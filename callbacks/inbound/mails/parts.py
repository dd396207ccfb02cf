"""Takes a mail apart into its texts and files. Pure.

Anybody can send a mail, so every step takes time in proportion to its size, and no error of a library ends the reading:
what cannot be read is left out, with a note that says so.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.errors import InvalidBase64LengthDefect
from email.header import decode_header
from email.message import Message
from email.parser import BytesParser
from email.policy import EmailPolicy, Policy
from email.utils import collapse_rfc2231_value
from typing import Any

from callbacks.inbound.mails.invitations import invitation_in_words
from callbacks.inbound.mails.plain_text import cleaned, decoded, html_as_text, in_one_line, unflowed

LONGEST_BODY = 2_000_000  # bytes of text that are looked at
LONGEST_INVITATION = 100_000  # bytes
LONGEST_FILE_NAME, LONGEST_EXTENSION, LONGEST_TYPE = 150, 12, 100
MOST_INVITATIONS = 3

# What a hostile mail has more of costs time or memory far beyond its size.
MOST_LINES = 500_000
DEEPEST = 30
MOST_PARTS = 1_000
LONGEST_HEADER = 5_000

# A plain text that is so much shorter than the HTML beside it only says that there is HTML.
STUB_IS, STUB_UP_TO = 5, 200

STATUS = "message/delivery-status"
_PACKED = ("application/ms-tnef", "application/vnd.ms-tnef")
_SMIME = ("application/pkcs7-mime", "application/x-pkcs7-mime")
_SIGNATURES = ("application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature")

SIGNED = "The mail is signed. The signature is not checked."
SIGNED_OPAQUE = "The mail is packed in its own signature (S/MIME), which is not opened. Ask for it without one."
ENCRYPTED = "The mail is encrypted, and the desk has no key. Ask the sender to send it unencrypted."
PACKED = "Outlook packed text or files into winmail.dat, which is not opened. Ask for them in another format."
TOO_LONG = "The mail is too long. The rest is not shown."
TOO_DEEP = "Parts of the mail are nested too deeply to be shown."
BROKEN_HTML = "The mail's HTML is broken and cannot be shown."
BROKEN_INVITATION = "The mail has an invitation that cannot be read."
UNKNOWN_LETTERS = "The mail does not say correctly how its letters are encoded. Some may be wrong."
REMOTE_IMAGES = "Images on the web are not shown."


class _TooManyParts(Exception):
    """A mail has more parts than are read."""


class _Headers(EmailPolicy):
    """Headers as plain strings: what the email package makes of structured ones can take very long."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        # The message IDs that matter most are the last ones.
        return name, value[-LONGEST_HEADER:] if name.lower() == "references" else value[:LONGEST_HEADER]

    def header_fetch_parse(self, name: str, value: str) -> str:
        unfolded = value.replace("\r", "").replace("\n", "").strip()
        return decoded(unfolded.encode("utf-8", "surrogateescape"), "utf-8")[0]


class MailPart(Message):
    """A part of a mail. A mail in the mail is a file, and what is nested too deeply is not taken apart."""

    depth = 0
    parts = 0  # of the whole mail, counted by the outermost
    outermost: MailPart | None = None

    def attach(self, payload: MailPart) -> None:  # type: ignore[override]
        outermost = self.outermost or self
        outermost.parts += 1
        if outermost.parts > MOST_PARTS:
            raise _TooManyParts
        payload.depth, payload.outermost = self.depth + 1, outermost
        super().attach(payload)

    @property
    def is_too_deep(self) -> bool:
        return self.depth >= DEEPEST and super().get_content_type().startswith(("multipart/", "message/"))

    def get_content_type(self) -> str:
        return "application/octet-stream" if self.is_too_deep else super().get_content_type()

    def get_content_maintype(self) -> str:
        is_mail = self.get_content_type().startswith("message/") and self.get_content_type() != STATUS
        return "application" if is_mail else super().get_content_maintype()

    def get_payload(self, i: int | None = None, decode: bool = False) -> Any:
        """Return the parts or the text. The text is not read in the charset that is named: some take very long."""
        payload = vars(self)["_payload"]
        if decode or not isinstance(payload, str):
            return super().get_payload(i, decode)  # type: ignore[call-overload]
        return decoded(payload.encode("utf-8", "surrogateescape"), "utf-8")[0]


_HEADERS = _Headers()


def tree(content: bytes, notes: list[str]) -> MailPart:
    """Return a mail as its parts, as far as it can be taken apart."""
    for newline in (b"\n", b"\r"):
        if content.count(newline) > MOST_LINES:
            content = newline.join(content.split(newline, MOST_LINES)[:MOST_LINES])
            notes.append(f"The mail has more than {MOST_LINES:,} lines. The rest is not shown.")
    made: list[MailPart] = []

    def part(policy: Policy[Message] | None = None) -> MailPart:
        made.append(MailPart(policy or _HEADERS))
        return made[-1]

    try:
        BytesParser(policy=_HEADERS.clone(message_factory=part)).parsebytes(content)
    except _TooManyParts:
        notes.append(f"The mail has more than {MOST_PARTS:,} parts. The rest is not shown.")
    except Exception:  # the email package raises errors of every kind
        notes.append("The mail is broken. Only its beginning is shown.")
    return made[0] if made else MailPart(_HEADERS)


@dataclass(frozen=True)
class Text:
    """Some text of a mail, and what of it is missing."""

    text: str
    is_html: bool = False
    is_invitation: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class File:
    """A file of a mail."""

    name: str
    media_type: str
    content: bytes
    is_embedded: bool  # a picture in the text, such as a logo
    note: str = ""


@dataclass
class Contents:
    """What the parts of a mail hold, collected on the way through them."""

    texts: list[Text] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    budget: int = LONGEST_BODY

    def take(self, part: MailPart) -> None:
        """Take a part with all that is in it."""
        kind = part.get_content_type()
        if part.is_too_deep:
            self.notes.append(TOO_DEEP)
        elif kind == STATUS:
            return  # what failed is told apart
        elif not part.is_multipart():
            self._take_leaf(part, kind)
        elif kind == "multipart/alternative":
            self._take_alternative(part)
        elif kind == "multipart/encrypted":
            self.notes.append(ENCRYPTED)
            for child in _children(part):
                self._keep(child, child.get_content_type())
        elif kind == "multipart/signed":
            self.notes.append(SIGNED)
            for child in _children(part):
                if child.get_content_type() not in _SIGNATURES:
                    self.take(child)
        else:
            for child in _children(part):
                self.take(child)

    def _take_alternative(self, part: MailPart) -> None:
        """Take the version that a person should read, and an invitation beside it."""
        before, found = self.texts, list[Text]()
        for child in _children(part):
            self.texts = []
            self.take(child)
            found += self.texts
        self.texts = before
        self.texts += _better(
            [each for each in found if not each.is_html and not each.is_invitation],
            [each for each in found if each.is_html],
        )
        self.texts += [each for each in found if each.is_invitation]

    def _take_leaf(self, part: MailPart, kind: str) -> None:
        name = _file_name(part)
        disposition = part.get("Content-Disposition", "").partition(";")[0].strip().lower()
        is_file = disposition == "attachment" or bool(name) or kind.endswith("rfc822-headers")
        if kind in ("text/calendar", "application/ics") or name.lower().endswith(".ics"):
            self._take_invitation(part)
            if is_file:
                self._keep(part, kind)
        elif kind.startswith(("text/", "multipart/")) and not is_file:
            self._take_text(part, kind)
        elif kind in _SMIME:
            is_signed = _parameter(part, "smime-type") == "signed-data"
            self.notes.append(SIGNED_OPAQUE if is_signed else ENCRYPTED)
            self._keep(part, kind)
        elif kind in _PACKED or name.lower() == "winmail.dat":
            self.notes.append(PACKED)
            self._keep(part, kind, PACKED)
        else:
            self._keep(part, kind)

    def _take_text(self, part: MailPart, kind: str) -> None:
        content = content_of(part)
        notes = []
        if len(content) > self.budget:
            notes.append(TOO_LONG)
        content = content[: self.budget]
        self.budget -= len(content)
        text, is_sure = decoded(content, _charset(part))
        if not is_sure and content:
            notes.append(UNKNOWN_LETTERS)
        if kind == "text/html":
            text, more = _read_html(text)
            notes += more
        elif _parameter(part, "format") == "flowed":
            text = unflowed(text, deletes_space=_parameter(part, "delsp") == "yes")
        self.texts.append(Text(cleaned(text), is_html=kind == "text/html", notes=tuple(notes)))

    def _take_invitation(self, part: MailPart) -> None:
        if sum(each.is_invitation for each in self.texts) >= MOST_INVITATIONS:
            return
        words = invitation_in_words(decoded(content_of(part)[:LONGEST_INVITATION], _charset(part))[0])
        unread = (BROKEN_INVITATION,)
        self.texts.append(Text(cleaned(words), is_invitation=True, notes=() if words else unread))

    def _keep(self, part: MailPart, kind: str, note: str = "") -> None:
        """Keep a part as a file."""
        if part.is_multipart() and kind != STATUS:
            self.take(part)
            return
        is_embedded = bool(part.get("Content-ID")) and kind.startswith("image/")
        self.files.append(File(_file_name(part), in_one_line(kind, LONGEST_TYPE), content_of(part), is_embedded, note))


def _children(part: MailPart) -> Sequence[MailPart]:
    payload = part.get_payload()
    return [each for each in payload if isinstance(each, MailPart)] if isinstance(payload, list) else []


def _better(plain: list[Text], html: list[Text]) -> list[Text]:
    """Return the plain text, unless it only says that there is more in HTML."""
    plain_length, html_length = (sum(len(each.text) for each in texts) for texts in (plain, html))
    return html if not plain_length or html_length > STUB_IS * plain_length + STUB_UP_TO else plain


def _read_html(html: str) -> tuple[str, list[str]]:
    try:
        found = html_as_text(html)
    except Exception:  # the libraries raise errors of every kind
        return "", [BROKEN_HTML]
    return found.text, [TOO_LONG] * found.is_cut + [REMOTE_IMAGES] * found.has_remote_images


def content_of(part: MailPart) -> bytes:
    """Return the bytes of a part, decoded as far as they can be."""
    try:
        content = part.get_payload(decode=True)
    except Exception:  # the email package raises errors of every kind
        content = None
    if content is not None and any(isinstance(defect, InvalidBase64LengthDefect) for defect in part.defects):
        digits = re.sub(r"[^A-Za-z0-9+/]", "", part.get_payload())  # it was cut off
        return base64.b64decode(digits[: len(digits) // 4 * 4])
    if isinstance(content, bytes):
        return content
    payload = part.get_payload()
    return payload.encode("utf-8", "surrogateescape") if isinstance(payload, str) else b""


def _parameter(part: MailPart, name: str, header: str = "Content-Type") -> str:
    try:
        return collapse_rfc2231_value(part.get_param(name, "", header)).strip().lower()
    except Exception:  # the email package raises errors of every kind
        return ""


def _charset(part: MailPart) -> str:
    return _parameter(part, "charset")


def _file_name(part: MailPart) -> str:
    """Return the name of a file without folders and what could mislead, "" if it has none."""
    try:
        name = decoded_words(part.get_filename("") or "")
    except Exception:  # the email package raises errors of every kind
        name = ""
    line = in_one_line(re.split(r"[/\\]", name)[-1], LONGEST_HEADER).strip(". ")
    if len(line) <= LONGEST_FILE_NAME:
        return line
    stem, dot, extension = line.rpartition(".")
    if not dot or len(extension) > LONGEST_EXTENSION:
        return line[:LONGEST_FILE_NAME]
    return f"{stem[: LONGEST_FILE_NAME - len(extension) - 2]}….{extension}"


def decoded_words(value: str) -> str:
    """Return a header's value with its encoded words (RFC 2047) decoded."""
    try:
        pieces = decode_header(value)
    except Exception:  # the email package raises errors of every kind
        return value
    words = []
    for piece, charset in pieces:
        if isinstance(piece, str):
            words.append(piece)
        elif charset is None:
            words.append(piece.decode("raw-unicode-escape", "replace"))  # as decode_header encodes it
        else:
            words.append(decoded(piece, charset)[0])
    return "".join(words).strip() or value
