"""Seals and heads of logs: what they consist of, and how a head is written."""

from __future__ import annotations

import hashlib
import hmac

import pytest

from callbacks.db.database import Database
from callbacks.errors import WrongState
from callbacks.records.seals import Head, Seal, head_from, key_of

SEAL = "ab" * 32


def test_a_seal_is_an_hmac_over_lines_of_json() -> None:
    seal = Seal(b"key", "audit", "before")
    seal.add("one", 2, None)
    expected = hmac.new(b"key", b'["audit", "before"]\n["one", 2, null]\n', hashlib.sha256).hexdigest()
    assert str(seal) == expected


def test_no_part_can_run_into_the_next() -> None:
    def sealed(*parts: str) -> str:
        seal = Seal(b"key", "audit", "")
        seal.add(*parts)
        return str(seal)

    ways = [("a", "b"), ("ab", ""), ("ab",), ('a", "b',), ("a\nb",), ('a"]\n["b',)]
    assert len({sealed(*parts) for parts in ways}) == len(ways)


def test_a_head_is_typed_as_it_is_printed_and_may_have_the_whole_seal() -> None:
    assert str(Head(1234, SEAL)) == f"1234:{SEAL[:16]}"
    for text in (f"1234:{SEAL[:16]}", f" 1234:{SEAL} "):
        head = head_from(text)
        assert head.count == 1234
        assert head.fits(SEAL)
        assert not head.fits("ac" * 32)
        assert not head.fits("")


@pytest.mark.parametrize(
    "text", ["", "1234", "1234:", "1234:ab12", f"x:{SEAL}", f"1234:{SEAL[:15]}g", f"{'9' * 20}:{SEAL}"]
)
def test_what_is_no_head_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(WrongState, match="is not the head of a log"):
        head_from(text)


def test_every_session_has_the_key_and_without_one_it_is_random(sqlite_url: str) -> None:
    given, first, second = Database(sqlite_url, audit_key=b"given"), Database(sqlite_url), Database(sqlite_url)
    assert given.read(key_of) == given.write(key_of) == b"given"
    assert len(first.read(key_of)) == 32
    assert first.read(key_of) != second.read(key_of)
    for database in (given, first, second):
        database.close()
