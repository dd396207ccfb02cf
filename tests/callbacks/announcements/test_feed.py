"""The Atom feed holds what RFC 4287 asks for, and its ids stay."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, fromstring

from callbacks.announcements.feed import Entry, Feed, atom

ATOM = "{http://www.w3.org/2005/Atom}"
AT = datetime(2026, 11, 29, 3, 12, tzinfo=UTC)
FEED = Feed("Support desk", "Support desk - Status", "en", "https://desk.test/status", "https://desk.test/status.atom")
STARTED = Entry(1, AT, "Started: <Mail> & more", "<Mail> & more")
ENDED = Entry(2, AT.replace(hour=4), "Resolved: x", "x")


def text(parent: Element, name: str) -> str | None:
    return parent.findtext(f"{ATOM}{name}")


def test_a_feed_and_each_entry_have_id_title_and_updated() -> None:
    root = fromstring(atom(FEED, [ENDED, STARTED]))
    assert root.tag == f"{ATOM}feed"
    assert (text(root, "title"), text(root, "updated")) == ("Support desk - Status", "2026-11-29T04:12:00Z")
    assert root.findtext(f"{ATOM}author/{ATOM}name") == "Support desk"
    assert {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")} == {
        "self": FEED.address,
        "alternate": FEED.page,
    }
    entries = root.findall(f"{ATOM}entry")
    assert [text(entry, "title") for entry in entries] == ["Resolved: x", "Started: <Mail> & more"]
    assert [text(entry, "updated") for entry in entries] == ["2026-11-29T04:12:00Z", "2026-11-29T03:12:00Z"]
    ids = [text(each, "id") or "" for each in (root, *entries)]
    assert len(set(ids)) == 3
    assert all(id.startswith("urn:uuid:") for id in ids[1:])


def test_an_entry_keeps_its_id_when_more_follow_and_when_the_desk_moves() -> None:
    first = fromstring(atom(FEED, [STARTED])).findtext(f"{ATOM}entry/{ATOM}id")
    moved = fromstring(atom(replace(FEED, address="https://new.test/status.atom"), [ENDED, STARTED]))
    assert [text(entry, "id") for entry in moved.findall(f"{ATOM}entry")][1] == first


def test_an_empty_feed_is_valid_and_the_same_each_time() -> None:
    assert text(fromstring(atom(FEED, [])), "updated") is not None
    assert atom(FEED, []) == atom(FEED, [])
