"""In support hours: what a caller hears who waits for a technician, and when the wait ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from callbacks.desk.audio_files import AudioFile
from callbacks.desk.desk_file import Language
from callbacks.inbound.hunt import Ring
from ivr.caller import flow
from ivr.caller.ringing import WORDS_EVERY
from ivr.caller.turns import Choices, Facts, Place, Reply, Turn
from ivr.twilio.verbs import Enqueue, Gather, Hangup, Leave, Play, Redirect
from tests.ivr.caller.steps import DESK, NOW, OPEN, URLS, spoken, step

ALL_RUNG = replace(
    OPEN,
    waited_from=NOW,
    rings=(Ring(1, NOW, is_over=True), Ring(2, NOW + timedelta(seconds=20), is_over=True)),
    now=NOW + timedelta(seconds=40),
)
RINGING = replace(OPEN, waited_from=NOW, rings=(Ring(1, NOW),), now=NOW + timedelta(seconds=5))
ALL_BUSY = replace(OPEN, technicians=(), busy=frozenset({1, 2}))
TAKEN = replace(RINGING, accepted_by=1, rings=(Ring(1, NOW, is_picked_up=True),))
LOST = replace(TAKEN, rings=(Ring(1, NOW, is_over=True),))


def support(facts: Facts) -> Reply:
    return step(Turn(Place.LANGUAGE), facts)


def waits(facts: Facts, digits: str = "", look: int = 1, language: Language = "en") -> Reply:
    return step(Turn(Place.WAIT, Choices(language), digits, tries=look), facts)


def leaves(reply: Reply) -> bool:
    return reply.verbs[-1] == Leave()


def test_the_caller_is_in_the_queue_before_anybody_is_rung() -> None:
    reply = support(OPEN)
    queue = reply.verbs[-1]
    assert isinstance(queue, Enqueue)
    assert (queue.queue, reply.rings) == ("CA1", ())
    assert (queue.wait, queue.action) == (
        "https://desk.test/voice/wait?lang=en",
        "https://desk.test/voice/waited?lang=en",
    )


def test_without_anybody_on_call_the_caller_leaves_a_message() -> None:
    reply = support(replace(OPEN, technicians=()))
    assert "All our technicians are busy. Please leave a message" in spoken(reply)


def test_a_caller_waits_for_technicians_who_are_on_other_calls() -> None:
    assert isinstance(support(ALL_BUSY).verbs[-1], Enqueue)


def test_the_first_turn_in_the_queue_rings_the_first_technician() -> None:
    reply = waits(OPEN)
    assert (reply.rings, reply.is_waiting) == ((1,), True)
    assert "We are calling a technician now. To leave a message instead, press 0 at any time." in spoken(reply)


def test_the_next_one_is_rung_when_the_first_does_not_take_it() -> None:
    reply = waits(replace(RINGING, rings=(Ring(1, NOW, is_over=True),)))
    assert reply.rings == (2,)
    assert "trying the next technician" in spoken(reply)


@pytest.mark.parametrize("look", [1, 1 + WORDS_EVERY])
def test_while_a_phone_rings_the_caller_hears_now_and_then_how_to_leave_a_message(look: int) -> None:
    reply = waits(RINGING, look=look)
    assert (reply.rings, leaves(reply)) == ((), False)
    assert "press 0 at any time" in spoken(reply)


def test_in_between_the_caller_hears_only_the_hold() -> None:
    assert spoken(waits(RINGING, look=2)) == ""


def test_each_turn_leads_to_the_next_with_a_key_or_without() -> None:
    gather, redirect = waits(RINGING, look=2).verbs
    assert isinstance(gather, Gather)
    assert isinstance(redirect, Redirect)
    assert gather.action == redirect.url == "https://desk.test/voice/wait?lang=en&tries=3"
    assert gather.even_without_key


@pytest.mark.parametrize(
    ("ahead", "language", "words"),
    [
        (0, "en", "All our technicians are on other calls. You are next. To leave a message instead, press 0"),
        (1, "en", "One caller is ahead of you."),
        (3, "en", "3 callers are ahead of you."),
        (0, "fr", "Tous nos techniciens sont en ligne avec d'autres clients. Votre appel est le prochain."),
        (1, "fr", "Il y a un appel avant le vôtre."),
        (3, "fr", "Il y a 3 appels avant le vôtre."),
    ],
)
def test_when_all_are_busy_the_caller_hears_so_and_their_place(ahead: int, language: Language, words: str) -> None:
    reply = waits(replace(ALL_BUSY, ahead=ahead), language=language)
    assert words in spoken(reply)
    assert reply.rings == ()


@pytest.mark.parametrize("key", ["0", "#"])
@pytest.mark.parametrize("facts", [OPEN, RINGING, ALL_BUSY, ALL_RUNG])
def test_0_or_hash_ends_the_wait_at_any_moment(facts: Facts, key: str) -> None:
    reply = waits(facts, key, look=7)
    assert reply.verbs == (Leave(),)
    assert (reply.ends_wait, reply.rings) == (True, ())


@pytest.mark.parametrize("facts", [OPEN, RINGING, ALL_BUSY, ALL_RUNG])
def test_8_asks_for_a_manager_and_ends_the_wait_at_any_moment(facts: Facts) -> None:
    reply = waits(facts, "8", look=7)
    assert reply.verbs == (Leave(),)
    assert (reply.ends_wait, reply.rings) == (True, ())
    assert reply.choices == Choices(wants_manager=True)


@pytest.mark.parametrize("facts", [OPEN, RINGING, ALL_BUSY])
@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "To ask for a manager, press 8."), ("fr", "Pour demander un gestionnaire, appuyez sur le 8.")],
)
def test_the_caller_hears_that_key_beside_that_for_a_message(facts: Facts, language: Language, words: str) -> None:
    assert words in spoken(waits(facts, language=language))


def test_who_asked_for_a_manager_in_the_queue_hears_that_one_is_told_and_leaves_a_message() -> None:
    reply = step(Turn(Place.WAITED, queue_result="leave"), replace(RINGING, wants_manager=True))
    assert spoken(reply).startswith("We will tell a manager that you asked for one. Please leave a message")
    assert isinstance(reply.verbs[-1], Redirect)
    assert reply.verbs[-1].url.endswith("&manager=1")  # and is not offered one again


@pytest.mark.parametrize("key", ["1", "5", "*", "?"])
def test_any_other_key_changes_nothing(key: str) -> None:
    assert not leaves(waits(RINGING, key))


def test_when_everybody_was_rung_in_vain_the_wait_ends() -> None:
    reply = waits(ALL_RUNG)
    assert "All our technicians are busy." in spoken(reply)
    assert (leaves(reply), reply.ends_wait) == (True, True)


def test_nobody_is_waited_for_after_the_longest_hunt() -> None:
    late = NOW + DESK.ringing.longest_hunt + timedelta(seconds=1)
    assert not leaves(waits(replace(ALL_BUSY, waited_from=NOW, now=NOW + DESK.ringing.longest_hunt)))
    assert leaves(waits(replace(ALL_BUSY, waited_from=NOW, now=late)))


def test_without_a_database_the_wait_ends() -> None:
    assert leaves(waits(replace(OPEN, technicians=())))


@pytest.mark.parametrize("key", ["", "0", "8"])
def test_while_the_two_are_being_connected_the_caller_stays(key: str) -> None:
    reply = waits(TAKEN, key)
    assert (leaves(reply), reply.not_connected, reply.rings) == (False, None, ())
    assert ("One moment" in spoken(reply)) is (key != "")


def test_a_technician_who_is_lost_before_the_connection_does_not_end_the_wait() -> None:
    reply = waits(LOST)
    assert (reply.not_connected, reply.rings) == (1, (2,))


def test_a_connection_that_never_comes_is_given_up() -> None:
    later = replace(TAKEN, now=NOW + timedelta(seconds=80))
    assert (waits(later).not_connected, waits(later).rings) == (1, (2,))


@pytest.mark.parametrize(
    ("result", "accepted_by", "ends", "not_connected"),
    [
        ("bridged", 1, True, None),
        ("bridged", None, True, None),  # the key could not be stored
        ("hangup", None, True, None),
        ("hangup", 1, True, 1),  # the caller gave up before the two were connected
        ("leave", None, False, None),
        ("leave", 1, False, 1),  # the key for a message was faster than the technician's
        ("error", None, False, None),
        ("queue-full", None, False, None),
        ("system-error", 1, False, 1),
        ("bridging-in-process", 1, False, 1),
        ("", None, False, None),
    ],
)
def test_only_a_conversation_ends_the_call(
    result: str, accepted_by: int | None, ends: bool, not_connected: int | None
) -> None:
    reply = step(Turn(Place.WAITED, queue_result=result), replace(RINGING, accepted_by=accepted_by))
    assert (reply.verbs == (Hangup(),)) is ends
    assert reply.not_connected == not_connected
    assert ("leave a message" in spoken(reply)) is not ends


def test_a_caller_who_asked_for_the_message_is_not_told_why() -> None:
    asked = step(Turn(Place.WAITED, queue_result="leave"), RINGING)
    failed = step(Turn(Place.WAITED, queue_result="error"), RINGING)
    assert "busy" not in spoken(asked)
    assert "All our technicians are busy" in spoken(failed)


def test_a_desk_plays_its_own_audio_on_hold() -> None:
    ringing = DESK.ringing.model_copy(update={"hold_audio": "hold.wav"})
    desk = DESK.model_copy(update={"ringing": ringing}).with_audio({"hold.wav": AudioFile("abc.wav", "audio/wav", b"")})
    gather = flow.step(desk, URLS, Turn(Place.WAIT), RINGING).verbs[0]
    assert isinstance(gather, Gather)
    assert gather.prompts[-1] == Play("https://desk.test/media/prompts/abc.wav")
