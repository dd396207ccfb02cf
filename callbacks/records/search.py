"""Searches all callbacks: by reference, number in any notation, name, and words of messages and notes.

Words are indexed in a table of their own (`finding_words`), the same on SQLite and PostgreSQL, so that a search takes
as long among a million callbacks as among a hundred. A word matches by its prefix: "printer" finds "printers". A number
is indexed twice, reversed ("#9910...") and as it is ("+1514..."), because people remember its end or its beginning.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import phonenumbers
from sqlalchemy import ColumnElement, Select, delete, exists, func, or_, select, tuple_, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session

from callbacks.db.database import insert_once
from callbacks.db.states import AttemptProof, CallbackState, PriorityLevel
from callbacks.db.tables import Callback, Contact, FindingWord, ReachAttempt, Technician
from callbacks.records.proofs import PROOF_WORDS, has_proof
from sla.wall_clock import begins

A_PAGE = 50
AT_MOST = 100_000
UNANSWERED = "unanswered"
STATES = {  # the values in a URL, and their words
    CallbackState.OPEN.value: "open",
    UNANSWERED: "open, not tried yet",
    CallbackState.RESOLVED.value: "resolved",
    CallbackState.CANCELLED.value: "cancelled",
    CallbackState.CLOSED.value: "closed by itself",
    CallbackState.UNREACHABLE.value: "no way to reach",
    CallbackState.JOINED.value: "joined to another",
}
PROOFS = {proof.value: words for proof, words in PROOF_WORDS.items() if proof is not AttemptProof.NONE}
PRIORITIES = tuple(level.value for level in PriorityLevel)
# A word or a proof of fewer callbacks than this is looked up first, and the matches are sorted. A more common one is
# checked while the list is read in its order.
RARE = 2000
SHORTEST_WORD, LONGEST_WORD = 3, 40
LONGEST_MAIL = 4000  # characters of what a mail says
LAST_CHARACTER = "\U0010ffff"
# Stop words: in almost every message, so the other words of a search decide.
STOP_WORDS = frozenset(
    ["the", "and", "you", "for", "this", "that", "with", "have", "are", "was", "not", "but", "our", "your", "can"]
) | frozenset(["les", "des", "une", "pour", "que", "qui", "vous", "nous", "est", "avec", "pas", "dans", "sur", "mon"])


NUMBER = re.compile(r"\+?\d[\d\s().-]{2,18}\d")


@dataclass(frozen=True)
class Order:
    """An order of the list: by a column, then by the row's id, so that it is total."""

    by: InstrumentedAttribute[Any]
    descending: bool
    words: str


ORDERS = {
    "newest": Order(Callback.opened_at, True, "the latest first"),
    "oldest": Order(Callback.opened_at, False, "the oldest first"),
    "deadline": Order(Callback.due_at, True, "by deadline, the latest first"),
    "priority": Order(Callback.priority, False, "by priority"),
}


@dataclass(frozen=True)
class Search:
    """What to search for, as in the query string. An empty field matches everything."""

    words: str = ""
    state: str = ""
    line: str = ""
    priority: str = ""
    proof: str = ""  # of the call back
    person: str = ""
    since: date | None = None
    until: date | None = None  # included
    broken: bool = False  # only those with a breach
    order: str = "newest"
    after: int | None = None  # the last callback of the previous page

    def in_address(self) -> dict[str, Any]:
        """Return the fields of the query string, without those that are empty."""
        texts = {name: getattr(self, name) for name in ("words", "state", "line", "priority", "proof", "person")}
        days = {name: at.isoformat() for name in ("since", "until") if (at := getattr(self, name)) is not None}
        order = "" if self.order == "newest" else self.order
        more = {"broken": "1" if self.broken else "", "order": order, "after": str(self.after or "")}
        return {name: value for name, value in {**texts, **days, **more}.items() if value}


@dataclass(frozen=True)
class Found:
    """One page of results, and the search for the next page."""

    callbacks: Sequence[Callback]
    further: Search | None


def search_from(fields: Mapping[str, str]) -> Search:
    """Return the search that a query string asks for. Invalid values are ignored."""
    after = fields.get("after", "")
    return Search(
        words=fields.get("words", "").strip()[:100],
        state=fields.get("state", "") if fields.get("state", "") in STATES else "",
        line=fields.get("line", "")[:40],
        priority=fields.get("priority", "") if fields.get("priority", "") in PRIORITIES else "",
        proof=fields.get("proof", "") if fields.get("proof", "") in PROOFS else "",
        person=fields.get("person", "").strip()[:100],
        since=_day(fields.get("since", "")),
        until=_day(fields.get("until", "")),
        broken=fields.get("broken", "") == "1",
        order=fields.get("order", "") if fields.get("order", "") in ORDERS else "newest",
        after=int(after) if re.fullmatch(r"[0-9]{1,9}", after) else None,
    )


def find(session: Session, search: Search, zone: ZoneInfo, visible: ColumnElement[bool]) -> Found:
    """Return one page of the callbacks that match and are `visible` to the user. Days are in the desk's `zone`."""
    found = session.scalars(matching(session, search, zone, visible).limit(A_PAGE + 1)).all()
    further = replace(search, after=found[A_PAGE - 1].id) if len(found) > A_PAGE else None
    return Found(found[:A_PAGE], further)


def matching(session: Session, search: Search, zone: ZoneInfo, visible: ColumnElement[bool]) -> Select[Callback]:
    """Return the query for everything that matches, in the order asked for."""
    conditions = (*_matching_words(session, search.words), *_chosen(search), *_of_person(session, search.person))
    more = (*_with_proof(session, search.proof), *_in_days(search, zone))
    query = select(Callback).join(Contact, Contact.sid == Callback.contact_sid).where(visible, *conditions, *more)
    return _in_order(session, query, search)


def _chosen(search: Search) -> Iterator[ColumnElement[bool]]:
    if search.state == UNANSWERED:
        yield (Callback.state == CallbackState.OPEN) & Callback.attempted_at.is_(None)
    elif search.state:
        yield Callback.state == CallbackState(search.state)
    if search.line:
        yield Contact.line == search.line
    if search.priority:
        yield Callback.priority == PriorityLevel(search.priority)
    if search.broken:
        yield Callback.breached_at.is_not(None)


def _of_person(session: Session, name: str) -> Iterator[ColumnElement[bool]]:
    if name:
        yield Callback.owner_id == (session.scalar(select(Technician.id).where(Technician.name == name)) or 0)


def _with_proof(session: Session, name: str) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions for a proof; see RARE."""
    if not name:
        return
    proof = AttemptProof(name)
    yield has_proof(proof)
    tried = select(ReachAttempt.callback_id).where(ReachAttempt.proof == proof)
    unreachable = select(Callback.id).where(Callback.state == CallbackState.UNREACHABLE)
    ids = union_all(tried, unreachable) if proof is AttemptProof.NO_NUMBER else tried
    some = ids.limit(RARE).subquery()
    if (session.scalar(select(func.count()).select_from(some)) or 0) < RARE:
        yield Callback.id.in_(ids)


def _in_days(search: Search, zone: ZoneInfo) -> Iterator[ColumnElement[bool]]:
    if search.since is not None:
        yield Callback.opened_at >= begins(search.since, zone).astimezone(UTC)
    if search.until is not None:
        yield Callback.opened_at < _next_day(search.until, zone)


def index_words(session: Session, callback: Callback, text: str) -> None:
    """Index a callback by the words of a text and by the numbers in it."""
    keys = {*_words(text), *(key for digits in _numbers(text) for key in (f"#{digits[::-1]}", f"+{digits}"))}
    for key in sorted(keys):  # the same lock order everywhere, so no deadlock
        insert_once(session, FindingWord, word=key[:LONGEST_WORD], callback_id=callback.id)


def reindex(session: Session, callback: Callback, texts: Iterable[str]) -> None:
    """Index a callback by these texts, and by nothing else."""
    session.execute(delete(FindingWord).where(FindingWord.callback_id == callback.id))
    for text in texts:
        index_words(session, callback, text)


def _in_order(session: Session, query: Select[Callback], search: Search) -> Select[Callback]:
    order = ORDERS[search.order]
    columns = (order.by, Callback.id)
    query = query.order_by(*(column.desc() if order.descending else column.asc() for column in columns))
    last = session.get(Callback, search.after) if search.after is not None else None
    if last is None:
        return query
    reached = (getattr(last, order.by.key), last.id)
    row = tuple_(*columns)
    return query.where(row < reached if order.descending else row > reached)


def _matching_words(session: Session, words: str) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions for a reference, for the end or beginning of a number, or for words that must all occur."""
    if not words:
        return
    digits = _digits(words)
    if re.fullmatch(r"[A-Za-z]{2}[- ]?[0-9]{3}", words):
        yield Callback.reference == f"{words[:2]}-{words[-3:]}".upper()
    elif not re.search(r"[^\W\d_]", words) and len(digits) >= SHORTEST_WORD:
        yield _has_number(session, digits)
    elif (found := sorted(set(_words(words)))) or any(_numbers(words)):
        yield from (_has_one(session, word) for word in found)
        yield from (_has_number(session, digits) for digits in _numbers(words))
    else:
        yield Callback.reference.startswith(words.upper(), autoescape=True)


def _has_number(session: Session, digits: str) -> ColumnElement[bool]:
    """Return the condition for a number that ends or begins with these digits. The country code 1 may be left out."""
    return _has_one(session, f"#{digits[::-1]}", f"+{digits}", f"+1{digits}")


def _has_one(session: Session, *beginnings: str) -> ColumnElement[bool]:
    """Return the condition for a word with one of these beginnings; see RARE."""
    cut = [beginning[:LONGEST_WORD] for beginning in beginnings]
    is_it = or_(*((FindingWord.word >= word) & (FindingWord.word < f"{word}{LAST_CHARACTER}") for word in cut))
    some = select(FindingWord.callback_id).where(is_it).limit(RARE).subquery()
    if (session.scalar(select(func.count()).select_from(some)) or 0) < RARE:
        return Callback.id.in_(select(FindingWord.callback_id).where(is_it))
    return exists().where(is_it, FindingWord.callback_id == Callback.id)


def _words(text: str) -> Iterator[str]:
    """Yield the words of a text, in lower case without accents; numbers are left out."""
    for word in re.findall(r"\w+", NUMBER.sub(" ", _plain(text))):
        if len(word) >= SHORTEST_WORD and word not in STOP_WORDS:
            yield word[:LONGEST_WORD]


def _numbers(text: str) -> Iterator[str]:
    """Return the digits of every number in a text."""
    return (_digits(number) for number in NUMBER.findall(_plain(text)))


def _plain(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))


def _digits(words: str) -> str:
    """Return the digits of a number in E.164. A number without a country code is Canadian or of the United States."""
    try:
        number = phonenumbers.parse(words, "CA")
    except phonenumbers.NumberParseException:
        return re.sub(r"[^0-9]", "", words)
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return re.sub(r"[^0-9]", "", words)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164).removeprefix("+")


def _next_day(day: date, zone: ZoneInfo) -> datetime:
    return begins(day + timedelta(days=1), zone).astimezone(UTC)


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 2000 < found.year < 2200 else None
