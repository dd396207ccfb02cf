"""The Atom feed of the status page (RFC 4287). Pure.

An entry has the same id whatever address the desk moves to, so that no reader shows it again.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, SubElement, tostring

ATOM = "http://www.w3.org/2005/Atom"
CONTENT_TYPE = "application/atom+xml; charset=utf-8"
IDS = uuid.UUID("6f1d3f86-6a2b-4f0e-9a53-5f0f6d2f7a41")  # made once, for the ids of these feeds
BEFORE_ANY_ENTRY = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Entry:
    """One change of an announcement."""

    number: int
    at: datetime
    title: str
    text: str


@dataclass(frozen=True)
class Feed:
    """The feed in one language."""

    company: str
    title: str
    language: str
    page: str  # the status page
    address: str  # of the feed itself


def atom(feed: Feed, entries: Sequence[Entry]) -> bytes:
    """Return the feed."""
    root = Element("feed", {"xmlns": ATOM, "xml:lang": feed.language})
    SubElement(root, "id").text = feed.address
    SubElement(root, "title").text = feed.title
    SubElement(root, "updated").text = _instant(max((entry.at for entry in entries), default=BEFORE_ANY_ENTRY))
    SubElement(SubElement(root, "author"), "name").text = feed.company
    SubElement(root, "link", rel="self", type="application/atom+xml", href=feed.address)
    SubElement(root, "link", rel="alternate", type="text/html", href=feed.page)
    for entry in entries:
        _add(root, feed, entry)
    document: str = tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{document}\n'.encode()


def _add(root: Element, feed: Feed, entry: Entry) -> None:
    element = SubElement(root, "entry")
    SubElement(element, "id").text = _id(f"{feed.language} {entry.number} {_instant(entry.at)}")
    SubElement(element, "title").text = entry.title
    SubElement(element, "published").text = _instant(entry.at)
    SubElement(element, "updated").text = _instant(entry.at)
    SubElement(element, "link", rel="alternate", type="text/html", href=feed.page)
    SubElement(element, "content", type="text").text = entry.text


def _id(name: str) -> str:
    return uuid.uuid5(IDS, name).urn


def _instant(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
