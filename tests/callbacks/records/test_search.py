"""Search: what a query string means, what each field matches, and pages that lose nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import true
from sqlalchemy.orm import Session

from callbacks.db.database import Database
from callbacks.db.states import CallbackState, CallOutcome, PriorityLevel
from callbacks.db.tables import Call, Callback, Technician
from callbacks.records import search
from callbacks.records.search import ORDERS, PRIORITIES, PROOFS, STATES, Search, find, index_words, search_from

MONTREAL = ZoneInfo("America/Toronto")
NOON = datetime(2026, 11, 27, 17, tzinfo=UTC)  # Friday, at the desk
MINUTE = timedelta(minutes=1)


class Desk:
    """Callbacks to search, in a transaction that is rolled back."""

    def __init__(self, session: Session) -> None:
        self.session, self.count = session, 0

    def add(self, text: str = "", at: datetime = NOON, line: str = "direct", **columns: object) -> Callback:
        self.count += 1
        call = Call(sid=f"CA{self.count}", line=line, caller="", began_at=at, is_open=True)
        call.outcome = CallOutcome.VOICEMAIL
        found = Callback(
            reference=f"KT-{100 + self.count}", contact=call, opened_at=at, due_at=at + 30 * MINUTE, **columns
        )
        self.session.add(found)
        self.session.flush()
        index_words(self.session, found, text)
        return found

    def finds(self, search: Search) -> list[Callback]:
        return list(find(self.session, search, MONTREAL, true()).callbacks)


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    with Session(database.engine) as session:
        yield Desk(session)


# Query strings


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "nonsense"},
        {"priority": "P9"},
        {"proof": "oath"},
        {"since": "soon"},
        {"until": "1999-01-01"},
        {"order": "random"},
        {"after": "-1"},
        {"after": "9" * 30},
        {"broken": "yes"},
        {"words": "   "},
    ],
)
def test_an_invalid_value_is_ignored(fields: dict[str, str]) -> None:
    assert search_from(fields) == Search()


searches = st.builds(
    Search,
    words=st.text(max_size=100).map(str.strip),
    state=st.sampled_from(["", *STATES]),
    line=st.sampled_from(["", "direct"]),
    priority=st.sampled_from(["", *PRIORITIES]),
    proof=st.sampled_from(["", *PROOFS]),
    person=st.text(max_size=100).map(str.strip),
    since=st.none() | st.dates(date(2001, 1, 1), date(2199, 1, 1)),
    until=st.none() | st.dates(date(2001, 1, 1), date(2199, 1, 1)),
    broken=st.booleans(),
    order=st.sampled_from(sorted(ORDERS)),
    after=st.none() | st.integers(1, 10**9 - 1),
)


@given(searches)
def test_a_search_survives_its_query_string(wanted: Search) -> None:
    assert search_from(wanted.in_address()) == wanted


def test_an_empty_search_needs_no_query_string() -> None:
    assert Search().in_address() == {}


# Words and numbers


@pytest.mark.parametrize(
    ("words", "matches"),
    [
        ("zebra", True),
        ("ZÉB", True),
        ("zebra tremblay", True),
        ("the zebra", True),  # stop words decide nothing
        ("zebra mussel", False),
        ("ebra", False),
        ("5145550142", True),
        ("(514) 555-0142", True),
        ("0142", True),
        ("514555", True),
        ("+1 514 555", True),
        ("zebra 514-555-0142", True),
        ("5550143", False),
    ],
)
def test_what_words_match(desk: Desk, words: str, matches: bool) -> None:
    wanted, _ = desk.add("The zébra printer of Élodie Tremblay, 514-555-0142"), desk.add("a boiler, 438-555-0177")
    assert desk.finds(Search(words=words)) == ([wanted] if matches else [])


@pytest.mark.parametrize("words", ["KT-101", "kt101", "kt 101", "KT-10"])
def test_a_reference_is_found_however_it_is_written_and_by_its_beginning(desk: Desk, words: str) -> None:
    wanted = desk.add()
    assert desk.finds(Search(words=words)) == [wanted]


def test_a_pattern_of_the_database_is_plain_text(desk: Desk) -> None:
    desk.add()
    assert desk.finds(Search(words="%")) == []
    assert desk.finds(Search(words="__")) == []


@pytest.mark.parametrize("rare", [0, 2000])
def test_a_common_word_is_found_like_a_rare_one(desk: Desk, monkeypatch: pytest.MonkeyPatch, rare: int) -> None:
    monkeypatch.setattr(search, "RARE", rare)
    wanted, _ = desk.add("printer"), desk.add("boiler")
    assert desk.finds(Search(words="print")) == [wanted]


def test_the_same_words_can_be_indexed_again(desk: Desk) -> None:
    wanted = desk.add("printer")
    index_words(desk.session, wanted, "printer")
    assert desk.finds(Search(words="printer")) == [wanted]


# Other fields


def test_each_field_narrows_the_search(desk: Desk) -> None:
    amy = Technician(name="Amy Roy", phone="+15145550101", created_at=NOON)
    desk.session.add(amy)
    plain = desk.add()
    tried = desk.add(attempted_at=NOON, owner=amy)
    resolved = desk.add(state=CallbackState.RESOLVED)
    late = desk.add(breached_at=NOON, priority=PriorityLevel.P1, line="toll-free")
    assert desk.finds(Search(state="open", order="oldest")) == [plain, tried, late]
    assert desk.finds(Search(state="unanswered", order="oldest")) == [plain, late]
    assert desk.finds(Search(state="resolved")) == [resolved]
    assert desk.finds(Search(person="Amy Roy")) == [tried]
    assert desk.finds(Search(person="Nobody")) == []
    assert desk.finds(Search(priority="P1")) == [late]
    assert desk.finds(Search(line="toll-free")) == [late]
    assert desk.finds(Search(broken=True)) == [late]


def test_days_are_the_desks_and_the_last_one_is_included(desk: Desk) -> None:
    midnight = datetime(2026, 11, 27, 5, tzinfo=UTC)  # at the desk
    before, first = desk.add(at=midnight - MINUTE), desk.add(at=midnight)
    last, after = desk.add(at=midnight + timedelta(days=1) - MINUTE), desk.add(at=midnight + timedelta(days=1))
    friday = date(2026, 11, 27)
    assert desk.finds(Search(since=friday, until=friday, order="oldest")) == [first, last]
    assert desk.finds(Search(since=friday, order="oldest")) == [first, last, after]
    assert desk.finds(Search(until=friday, order="oldest")) == [before, first, last]


def test_only_what_is_visible_is_found(desk: Desk) -> None:
    mine, _ = desk.add(line="direct"), desk.add(line="toll-free")
    assert find(desk.session, Search(), MONTREAL, Call.line == "direct").callbacks == [mine]


# Orders and pages


@pytest.mark.parametrize("order", sorted(ORDERS))
def test_pages_in_every_order_lose_and_repeat_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch, order: str) -> None:
    monkeypatch.setattr(search, "A_PAGE", 3)
    levels = list(PriorityLevel)
    added = [desk.add(at=NOON + (n % 4) * MINUTE, priority=levels[n % 3]) for n in range(11)]
    wanted, seen = Search(order=order), list[Callback]()
    while True:
        page = find(desk.session, wanted, MONTREAL, true())
        seen += page.callbacks
        if page.further is None:
            break
        wanted = page.further
    assert sorted(each.id for each in seen) == [each.id for each in added]
    column = ORDERS[order].by.key
    values = [getattr(each, column) for each in seen]
    values = [value.value if isinstance(value, PriorityLevel) else value for value in values]
    descending = ORDERS[order].descending
    assert all((one >= other) if descending else (one <= other) for one, other in pairwise(values))


def test_a_full_last_page_has_no_next_one(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "A_PAGE", 2)
    for _ in range(2):
        desk.add()
    assert find(desk.session, Search(), MONTREAL, true()).further is None
