"""Email addresses: one check, wherever an address enters."""

from __future__ import annotations

import smtplib
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callbacks.text.mail_address import mail_address


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("amy@example.com", "amy@example.com"),
        ("  Amy.Roy+desk@EXAMPLE.com ", "Amy.Roy+desk@example.com"),
        ("amy@münchen.de", "amy@xn--mnchen-3ya.de"),
        ("amy@desk.test", "amy@desk.test"),
        ("amy@mail.local", "amy@mail.local"),
        ("root@localhost", "root@localhost"),
    ],
)
def test_an_address_is_returned_as_mail_servers_take_it(written: str, address: str) -> None:
    assert mail_address(written) == address


@pytest.mark.parametrize(
    "written",
    [
        "", "amy", "@example.com", "amy@", "amy at home@example.com", "amy@example.com, bob@example.com",
        "amy@example.com\nBcc: eve@example.com", "amy@example.com\rX: y", "a\nmy@example.com", "a\x00my@example.com",
        "amy@exa\u200bmple.com", "Amy <amy@example.com>", "émilie@example.com", "amy..roy@example.com",
        "amy@[127.0.0.1]", "amy@example.com;eve@example.com", "a" * 300 + "@example.com", "amy@" + "a" * 70 + ".com",
    ],
)  # fmt: skip
def test_an_invalid_address_is_refused_in_a_sentence(written: str) -> None:
    with pytest.raises(ValueError, match=r" is not an email address\. .+\.$") as refusal:
        mail_address(written)
    assert "\n" not in str(refusal.value)
    assert len(str(refusal.value)) < 400


def test_a_sender_may_have_a_name_in_front() -> None:
    assert mail_address("Night Desk <desk@example.com>", may_have_name=True) == "desk@example.com"
    assert mail_address("desk@example.com", may_have_name=True) == "desk@example.com"


TEXTS = st.text(st.sampled_from('ab@.,;:<>()[]\\" \r\n\x00éß-_+=') | st.characters(exclude_categories=["Cs"]))


@given(TEXTS, TEXTS)
def test_an_address_that_is_accepted_can_be_written_and_is_one_recipient(before: str, after: str) -> None:
    try:
        address = mail_address(f"{before}@{after}")
    except ValueError:
        return
    message = EmailMessage()
    message["To"] = Address(addr_spec=address)
    assert message.as_bytes(policy=SMTP).strip() == f"To: {address}".encode()
    assert smtplib.quoteaddr(address) == f"<{address}>"
