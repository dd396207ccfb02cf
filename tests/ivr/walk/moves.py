"""What may happen after a document: each key, none, and what the carrier reports of phones, recordings and queues."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from xml.etree.ElementTree import Element

from tests.ivr.walk.documents import Document

KEYS = "0123456789*#"
# Where several keys are taken: a number, one that is never called, hours, and nothing that means anything.
TYPED = ("5145550177", "33142685300", "9005550123", "911", "0900", "1930", "7", "2599", "0", "*", "##", "1*2")
WORDS_A_SECOND = 2.5
RECORDING = "RE" + "7" * 32
TECHNICIANS_LEG = "CA" + "9" * 32


@dataclass(frozen=True)
class Waiting:
    """The queue in which a caller waits, while documents of their own are played to them."""

    wait_url: str
    action: str


class Before(Enum):
    """What happens elsewhere before the carrier makes its request."""

    COPIED = "the recording is reported, and the worker copies it"
    TAKEN = "a technician takes the call by key"


@dataclass(frozen=True)
class Move:
    """Something that happens, and the request that the carrier makes of us because of it."""

    what: str
    url: str
    fields: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0  # that have passed since the document began
    is_silent: bool = False  # the caller does nothing
    key: str = ""  # the single key that was pressed
    hung_up: bool = False
    before: Before | None = None
    before_url: str = ""  # where the carrier reports it
    waiting: Waiting | None = None  # the queue that the next document is played in


@dataclass(frozen=True)
class Ending:
    """The call ends without another request."""

    is_said: bool  # whether the document itself ends it


def after(document: Document, url: str, waiting: Waiting | None = None) -> tuple[list[Move], Ending | None]:
    """Return what may follow a document, and how it ends the call if the caller does nothing, and it does."""
    moves: list[Move] = []
    seconds = 0.0
    for verb in document.root:
        seconds += spoken_seconds(verb)
        match verb.tag:
            case "Gather":
                moves += _after_gather(verb, url, seconds, waiting)
                if verb.get("actionOnEmptyResult") == "true":
                    return moves, None
                seconds += float(verb.get("timeout", "5"))
            case "Record":
                moves += _after_record(verb, url, seconds)
                seconds += float(verb.get("timeout", "5"))
            case "Dial":
                moves += _after_dial(verb, url, seconds)
                return moves, None if "action" in verb.attrib else Ending(is_said=False)
            case "Enqueue":
                queue = Waiting(verb.attrib["waitUrl"], verb.attrib["action"])
                moves.append(_wait(queue, seconds, "begins to wait"))
                moves += _out_of_queue(queue, seconds)
                return moves, None
            case "Leave" if waiting is not None:
                moves.append(_left(waiting, "leave", seconds, is_silent=True))
                return moves, None
            case "Redirect":
                moves.append(Move("goes on", (verb.text or "").strip(), {}, seconds, is_silent=True, waiting=waiting))
                return moves, None
            case "Hangup" | "Reject":
                return moves, Ending(is_said=True)
    if waiting is not None:  # the carrier plays the wait again
        moves.append(_wait(waiting, max(seconds, 1), "waits"))
        return moves, None
    return moves, Ending(is_said=False)


def spoken_seconds(verb: Element) -> float:
    """Return about how long a verb takes, without what it waits for at its end."""
    words = sum(len("".join(say.itertext()).split()) for say in verb.iter("Say"))
    pauses = sum(float(pause.get("length", "1")) for pause in verb.iter("Pause"))
    return words / WORDS_A_SECOND + pauses + 5 * len(list(verb.iter("Play")))


def _after_gather(verb: Element, url: str, seconds: float, waiting: Waiting | None) -> Iterator[Move]:
    action, wanted = verb.get("action", url), int(verb.get("numDigits", "0"))
    finish = verb.get("finishOnKey", "#")
    is_asked_without = verb.get("actionOnEmptyResult") == "true"
    for typed in KEYS if wanted == 1 else TYPED:
        digits = typed.split(finish)[0] if finish else typed
        digits = digits[:wanted] if wanted else digits
        if digits or is_asked_without:
            key = digits if wanted == 1 else ""
            yield Move(f"presses {typed}", action, {"Digits": digits}, max(1, seconds / 2), key=key, waiting=waiting)
    if is_asked_without:
        silence = seconds + float(verb.get("timeout", "5"))
        yield Move("presses nothing", action, {"Digits": ""}, silence, is_silent=True, waiting=waiting)


def _after_record(verb: Element, url: str, seconds: float) -> Iterator[Move]:
    action = verb.get("action", url)
    recorded = {"RecordingSid": RECORDING, "RecordingUrl": f"https://carrier.test/{RECORDING}", "Digits": "#"}
    speaks = seconds + 9
    report = verb.attrib["recordingStatusCallback"]
    yield Move("speaks and presses #", action, {**recorded, "RecordingDuration": "9"}, speaks)
    yield Move(
        "speaks, and the message is here at once", action, {**recorded, "RecordingDuration": "9"}, speaks,
        before=Before.COPIED, before_url=report,
    )  # fmt: skip
    yield Move("says one word", action, {**recorded, "RecordingDuration": "1"}, seconds + 1)
    yield Move(
        "hangs up while speaking", action, {**recorded, "RecordingDuration": "5", "Digits": "hangup"}, seconds + 5,
        hung_up=True,
    )  # fmt: skip


def _after_dial(verb: Element, url: str, seconds: float) -> Iterator[Move]:
    action, numbers = verb.get("action", url), list(verb.iter("Number"))
    longest = seconds + float(verb.get("timeout", "30"))
    screen = numbers[0].get("url", "") if numbers else ""
    if screen:
        fields = {"CallSid": TECHNICIANS_LEG, "To": (numbers[0].text or "").strip()}
        yield Move("the phone is picked up", screen, fields, seconds + 5)
    unanswered = {"DialCallSid": TECHNICIANS_LEG, "DialBridged": "false"}
    for result in ("no-answer", "busy", "failed", "canceled"):
        fields = {**unanswered, "DialCallStatus": result}
        yield Move(f"the phone: {result}", action, fields, longest, is_silent=result == "no-answer")
    completed = {**unanswered, "DialCallStatus": "completed", "DialCallDuration": "60"}
    yield Move("a machine picks up", action, completed, longest)
    yield Move("the phone: completed, by a carrier that does not say more", action, {**completed, "DialBridged": ""},
               longest, before=Before.TAKEN, before_url=screen)  # fmt: skip
    for bridged in ("true", "false"):
        fields = {**completed, "DialBridged": bridged}
        yield Move(f"is taken, connected: {bridged}", action, fields, longest, before=Before.TAKEN, before_url=screen)


def _wait(queue: Waiting, seconds: float, what: str) -> Move:
    fields = {"QueueSid": "QU" + "1" * 32, "QueuePosition": "1", "QueueTime": "5", "AvgQueueTime": "5"}
    return Move(what, queue.wait_url, fields, seconds, is_silent=True, waiting=queue)


def _out_of_queue(queue: Waiting, seconds: float) -> Iterator[Move]:
    for result in ("queue-full", "error", "system-error", "bridged"):
        yield _left(queue, result, seconds)
    yield _left(queue, "hangup", seconds + 40, hung_up=True)


def _left(queue: Waiting, result: str, seconds: float, *, is_silent: bool = False, hung_up: bool = False) -> Move:
    fields = {"QueueResult": result, "QueueSid": "QU" + "1" * 32, "QueueTime": "5"}
    return Move(f"leaves the queue: {result}", queue.action, fields, seconds, is_silent=is_silent, hung_up=hung_up)
