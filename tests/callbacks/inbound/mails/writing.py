"""Mails as their senders' programs write them."""

from __future__ import annotations

from datetime import UTC, datetime

NOW = datetime(2026, 11, 28, 3, 0, tzinfo=UTC)
HEADERS = {
    "From": "Amy Roy <amy@example.com>",
    "To": "support@desk.example",
    "Subject": "No mail since noon",
    "Date": "Fri, 27 Nov 2026 21:59:00 -0500",
    "Message-ID": "<CAB1@mail.example.com>",
}


def mail(body: str | bytes = "Nothing comes in.", *, kind: str = "text/plain; charset=utf-8", **headers: str) -> bytes:
    """Return a mail as it arrives. Each header replaces or adds one, with _ for -; an empty one is left out."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    written = {**HEADERS, "MIME-Version": "1.0", "Content-Type": kind, **given}
    head = "".join(f"{name}: {value}\n" for name, value in written.items() if value)
    return head.encode() + b"\n" + (body.encode() if isinstance(body, str) else body)


def mixed(*parts: str, subtype: str = "mixed", **headers: str) -> bytes:
    """Return a mail of several parts, each with its own headers."""
    body = "".join(f"--b\n{part}\n" for part in parts) + "--b--\n"
    return mail(body, kind=f'multipart/{subtype}; boundary="b"', **headers)


def text(words: str, kind: str = "text/plain; charset=utf-8") -> str:
    """Return a part of a mail with words in it."""
    return f"Content-Type: {kind}\n\n{words}"


def file(name: str, content: str = "AAAA", kind: str = "application/octet-stream") -> str:
    """Return a part of a mail with a file in it, `content` in base64."""
    disposition = f'Content-Disposition: attachment; filename="{name}"'
    return f"Content-Type: {kind}\n{disposition}\nContent-Transfer-Encoding: base64\n\n{content}"
