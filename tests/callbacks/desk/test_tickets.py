"""Where the number of a ticket in another system leads."""

from __future__ import annotations

import pytest

from callbacks.desk.tickets import Tickets, is_ticket_number, ticket_url

URL = "https://tickets.example.com/{number}"


@pytest.mark.parametrize("url", [URL, "https://tickets.example.com/show?id={number}&tab=notes"])
def test_an_address_has_one_place_for_the_number(url: str) -> None:
    assert Tickets(url=url).link_to("4711") == url.replace("{number}", "4711")


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://tickets.example.com/{number}", "with https"),
        ("javascript:alert({number})", "with https"),
        ("https://{number}.example.com/", "with https"),
        ("https://user:secret@example.com/{number}", "with https"),
        ("https:///{number}", "with https"),
        ("https://[bad/{number}", "with https"),
        ("https://tickets.example.com/ {number}", "with https"),
        ("https://tickets.example.com/", "no place for the number"),
        ("https://tickets.example.com/{number}/{number}", "no place for the number"),
        ("https://tickets.example.com/{number}/{other}", "no place for the number"),
    ],
)
def test_any_other_address_is_refused(url: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        ticket_url(url)


def test_what_is_in_a_number_cannot_lead_elsewhere() -> None:
    assert Tickets(url=URL).link_to("A/../b?c#d") == "https://tickets.example.com/A%2F..%2Fb%3Fc%23d"


def test_without_an_address_or_a_number_there_is_no_link() -> None:
    assert (Tickets().link_to("4711"), Tickets(url=URL).link_to("")) == ("", "")


@pytest.mark.parametrize("number", ["4711", "INC-2026.04", "ABC #12", "a/b_c", "1" * 80])
def test_a_number_has_letters_digits_and_a_few_signs(number: str) -> None:
    assert is_ticket_number(number)


@pytest.mark.parametrize("number", ["", " 4711", "-1", "4711<b>", "1" * 81, "é", "47\n11"])
def test_nothing_else_is_a_number(number: str) -> None:
    assert not is_ticket_number(number)
