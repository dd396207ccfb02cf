"""What texts at the carrier say about callbacks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from callbacks.db.states import CarrierStatus
from callbacks.desk.desk_file import read_desk
from callbacks.paging.channels.twilio import CarrierText
from callbacks.worker.found_texts import LostCall, code_in, position_after, reference_in, references_of

AT = datetime(2026, 11, 28, 3, tzinfo=UTC)
PAGE = (
    "Support desk: call (514) 555-0199 back by 22:40, direct line, message 8 s. Ref KT-417. Reply 583112 to take it, "
    "CALL 583112 to be connected, PASS 583112 to pass it on. https://desk.test/l/AB-123/654321x"
)
AMY, ANNE = "+15145550101", "+15145550199"


def text(words: str, minutes: float = 0, to: str = AMY, *, is_incoming: bool = False) -> CarrierText:
    at = AT + timedelta(minutes=minutes)
    return CarrierText("SM1", "+15145550100", to, words, CarrierStatus.DELIVERED, at, is_incoming)


@pytest.mark.parametrize(
    ("words", "reference", "code"),
    [
        (PAGE, "KT-417", "583112"),
        ("Ref KT-417. Répondez 583112 pour le prendre, APPEL 583112", "KT-417", "583112"),
        ("Ben Cole has KT-417. Nothing for you to do.", "KT-417", ""),
        ("KT-417 and AB-123 are one matter", "", ""),
        ("583112", "", "583112"),
        ("done 583112 and 436621", "", ""),
        ("call +15145550199", "", ""),
        ("", "", ""),
    ],
)
def test_a_reference_and_a_code_are_read_where_there_is_one(words: str, reference: str, code: str) -> None:
    assert (reference_in(words), code_in(words)) == (reference, code)


def call(sid: str = "CA1", caller: str = ANNE, minutes: float = -1) -> LostCall:
    return LostCall(sid, caller, AT + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("calls", "texts", "known", "found"),
    [
        ([call()], [text(PAGE)], (), {"CA1": "KT-417"}),
        ([call()], [text("Your reference is KT-417.", to=ANNE)], (), {"CA1": "KT-417"}),
        ([call()], [text(PAGE)], ("KT-417",), {}),
        ([call(minutes=1)], [text(PAGE)], (), {}),  # sent before the call
        ([call(caller="+15145550198")], [text(PAGE)], (), {}),
        ([call(caller="anonymous")], [text(PAGE)], (), {}),
        ([call()], [text("KT-417?", to=ANNE, is_incoming=True)], (), {}),
        (
            [call("CA2", minutes=9), call("CA1")],
            [text(PAGE.replace("KT-417", "FA-222"), 10), text(PAGE)],
            (),
            {"CA1": "KT-417", "CA2": "FA-222"},
        ),
    ],
)
def test_lost_callbacks_get_the_references_that_texts_show(
    calls: list[LostCall], texts: list[CarrierText], known: tuple[str, ...], found: dict[str, str]
) -> None:
    assert references_of(calls, texts, known) == found


@pytest.mark.parametrize(
    ("position", "minutes", "following"), [(0, 0, 1), (1, 0, 1), (1, 3, 2), (1, 7, 3), (4, 0, 4), (1, 29, 6)]
)
def test_steps_that_were_taken_are_skipped(position: int, minutes: int, following: int) -> None:
    policy = read_desk(Path("support.toml")).policy
    assert position_after(policy, position, AT, AT + timedelta(minutes=minutes)) == following
