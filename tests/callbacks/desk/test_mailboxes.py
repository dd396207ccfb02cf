"""The mailboxes of the desk file."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from callbacks.desk.mailboxes import Mailbox, MailboxMeaning, mailbox_faults

SUPPORT = {"address": "support@example.com", "meaning": "normal"}
MAILBOXES = TypeAdapter(dict[str, Mailbox])


def faults(content: dict[str, Any]) -> list[str]:
    return list(mailbox_faults(MAILBOXES.validate_python(content)))


def test_a_mailbox_has_an_address_and_a_meaning() -> None:
    found = MAILBOXES.validate_python({"support": SUPPORT})["support"]
    assert (found.address, found.meaning) == ("support@example.com", MailboxMeaning.NORMAL)


@pytest.mark.parametrize("wrong", [{"address": "support"}, {"meaning": "urgent"}, {"colour": "red"}])
def test_anything_else_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        MAILBOXES.validate_python({"support": SUPPORT | wrong})


def test_a_name_that_no_setting_could_have_is_refused() -> None:
    assert faults({"Support Desk": SUPPORT}) == [
        "mailboxes.Support Desk: use lowercase letters, digits and hyphens, such as support."
    ]


def test_two_mailboxes_cannot_have_one_address() -> None:
    same = SUPPORT | {"address": "SUPPORT@example.com"}
    assert len(faults({"support": SUPPORT, "emergency": same})) == 2
    assert faults({"support": SUPPORT}) == []
