"""Signed links: each is good for its own thing and its own time, and cannot be forged."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from itsdangerous import URLSafeSerializer

from callbacks.links import MESSAGE_LINK_LASTS, OPENED_LASTS, PAGE_LINK_LASTS, STATUS_FORM_LASTS, Links, PageLink
from sla.clock import MovingClock

NOW = datetime(2026, 11, 29, 3, 13, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
def links() -> Links:
    return Links("x" * 32, "https://desk.test", MovingClock(NOW))


def at(links: Links, instant: datetime) -> Links:
    return Links(links.secret_key, links.public_url, MovingClock(instant))


def message_token(links: Links) -> str:
    return links.message(7).removeprefix("https://desk.test/media/").removesuffix(".wav")


def page_token(links: Links) -> str:
    return links.page(7, NOW).removeprefix("https://desk.test/t/")


def test_a_message_link_is_good_for_an_hour(links: Links) -> None:
    token = message_token(links)
    assert links.voicemail_in(token) == 7
    assert at(links, NOW + MESSAGE_LINK_LASTS - SECOND).voicemail_in(token) == 7
    assert at(links, NOW + MESSAGE_LINK_LASTS).voicemail_in(token) is None


def test_a_page_link_is_good_for_twelve_hours_after_the_page_was_sent(links: Links) -> None:
    token = page_token(links)
    assert links.page_in(token) == PageLink(7, is_over=False)
    assert at(links, NOW + PAGE_LINK_LASTS - SECOND).page_in(token) == PageLink(7, is_over=False)
    assert at(links, NOW + PAGE_LINK_LASTS).page_in(token) == PageLink(7, is_over=True)


def test_a_page_link_is_the_same_each_time_and_short(links: Links) -> None:
    assert links.page(7, NOW) == at(links, NOW + timedelta(hours=3)).page(7, NOW)
    assert len(page_token(links)) < 50


def test_a_link_of_one_kind_opens_nothing_of_the_other(links: Links) -> None:
    assert links.page_in(message_token(links)) is None
    assert links.voicemail_in(page_token(links)) is None


@pytest.mark.parametrize("forged", ["", "x", "7.30260906", "WzcsMF0.signature"])
def test_a_forged_link_opens_nothing(links: Links, forged: str) -> None:
    assert (links.page_in(forged), links.voicemail_in(forged)) == (None, None)


def test_a_link_signed_with_another_secret_opens_nothing(links: Links) -> None:
    other = Links("y" * 32, "https://desk.test", MovingClock(NOW))
    assert (links.page_in(page_token(other)), links.voicemail_in(message_token(other))) == (None, None)


def test_what_a_button_opened_is_shown_for_an_hour_and_for_that_page_only(links: Links) -> None:
    proof = links.opened(7)
    assert links.is_opened(7, proof)
    assert at(links, NOW + OPENED_LASTS - SECOND).is_opened(7, proof)
    assert not at(links, NOW + OPENED_LASTS).is_opened(7, proof)
    assert not links.is_opened(8, proof)


def signed_before_sha256(kind: str, content: list[object]) -> str:
    return str(URLSafeSerializer("x" * 32, salt=kind).dumps(content))


def test_links_that_were_sent_before_an_upgrade_last_as_long_as_before(links: Links) -> None:
    ends = NOW + PAGE_LINK_LASTS
    page = signed_before_sha256("page", [7, int(ends.timestamp()) // 60])
    message = signed_before_sha256("voicemail", [7, (NOW + MESSAGE_LINK_LASTS).isoformat()])
    assert (links.page_in(page), links.voicemail_in(message)) == (PageLink(7, is_over=False), 7)
    assert at(links, ends).page_in(page) == PageLink(7, is_over=True)
    assert at(links, NOW + MESSAGE_LINK_LASTS).voicemail_in(message) is None


def test_a_press_of_the_button_is_signed_with_sha256_only(links: Links) -> None:
    expires = int((NOW + OPENED_LASTS).timestamp())
    assert not links.is_opened(7, signed_before_sha256("opened page", [7, expires]))


def test_a_link_proves_no_press_of_a_button_and_a_press_is_no_link(links: Links) -> None:
    for forged in ("", "x", page_token(links), message_token(links), f"{links.opened(7)}x"):
        assert not links.is_opened(7, forged)
    assert links.page_in(links.opened(7)) is None


def test_while_the_key_is_rotated_links_of_the_old_one_open_and_new_ones_are_signed_with_the_new_one(
    links: Links,
) -> None:
    rotated = Links("y" * 32, "https://desk.test", MovingClock(NOW), links.secret_key)
    new = Links("y" * 32, "https://desk.test", MovingClock(NOW))
    assert rotated.page_in(page_token(links)) == PageLink(7, is_over=False)
    assert rotated.voicemail_in(message_token(links)) == 7
    assert rotated.is_opened(7, links.opened(7))
    assert new.page_in(page_token(rotated)) == PageLink(7, is_over=False)
    assert (links.page_in(page_token(rotated)), links.voicemail_in(message_token(rotated))) == (None, None)
    assert rotated.page_in(page_token(at(Links("z" * 32, "", links.clock), NOW))) is None


def test_the_links_of_a_subscription_are_each_for_one_thing(links: Links) -> None:
    confirm, leave = (link.rpartition("/")[2] for link in (links.confirm_subscription(7), links.leave_notices(7)))
    assert (links.to_be_confirmed(confirm), links.to_be_left(leave)) == (7, 7)
    assert (links.to_be_confirmed(leave), links.to_be_left(confirm)) == (None, None)
    later = at(links, NOW + timedelta(days=3650))
    assert later.to_be_left(leave) == 7  # a way out never expires
    assert links.to_be_left(f"{leave}x") is None


def test_a_form_of_the_status_page_is_good_for_a_day(links: Links) -> None:
    token = links.status_form()
    assert links.is_status_form(token)
    assert at(links, NOW + STATUS_FORM_LASTS - SECOND).is_status_form(token)
    assert not at(links, NOW + STATUS_FORM_LASTS).is_status_form(token)
    assert not links.is_status_form("forged")
    assert not links.is_status_form(links.leave_notices(7).rpartition("/")[2])
