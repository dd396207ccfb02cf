"""What the texts at the carrier say about callbacks: their references and codes. For a desk that was restored. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from callbacks.desk.escalation_policy import Escalation
from callbacks.paging.channels.twilio import CarrierText

REFERENCE = re.compile(r"\b[A-Z]{2}-[0-9]{3}\b")
ADDRESS = re.compile(r"https?://\S+")
CODE = re.compile(r"(?<![0-9+])[0-9]{6}(?![0-9])")
ASKED_FOR = re.compile(r"(?:Reply|Répondez|Repondez) ([0-9]{6})\b")
DIGITS_OF_A_NUMBER = 10


@dataclass(frozen=True)
class LostCall:
    """A call whose callback was opened again after a restore, because the backup did not have it."""

    sid: str
    caller: str
    began_at: datetime


def reference_in(words: str) -> str:
    """Return the reference that a text names, "" if it names none or several."""
    found = set(REFERENCE.findall(ADDRESS.sub("", words)))
    return found.pop() if len(found) == 1 else ""


def code_in(words: str) -> str:
    """Return the code by which its reader answers a text, "" if there is none."""
    without_link = ADDRESS.sub("", words)
    asked = ASKED_FOR.search(without_link)
    if asked is not None:
        return asked[1]
    found = set(CODE.findall(without_link))
    return found.pop() if len(found) == 1 else ""


def references_of(calls: Sequence[LostCall], texts: Iterable[CarrierText], known: Collection[str]) -> Mapping[str, str]:
    """Return the references that lost callbacks had, by the call's SID, as far as texts show them.

    A text belongs to a call if it was sent after it began, to the caller or with their number in it, and names a
    reference that the desk does not know. Of several calls from one number, the earlier has the earlier reference.
    """
    first_named: dict[str, list[CarrierText]] = {}
    for text in sorted(texts, key=lambda text: text.made_at):
        reference = reference_in(text.words)
        if reference and reference not in known and not text.is_incoming:
            first_named.setdefault(reference, []).append(text)
    found: dict[str, str] = {}
    for call in sorted(calls, key=lambda call: call.began_at):
        fitting = (each for each, named in first_named.items() if any(_is_about(call, text) for text in named))
        reference = next(fitting, "")
        if reference:
            found[call.sid] = reference
            del first_named[reference]
    return found


def _is_about(call: LostCall, text: CarrierText) -> bool:
    if text.made_at < call.began_at - timedelta(seconds=1):  # the carrier's times have whole seconds
        return False
    number = re.sub("[^0-9]", "", call.caller)[-DIGITS_OF_A_NUMBER:]
    if len(number) < DIGITS_OF_A_NUMBER:
        return False
    return text.to == call.caller or number in re.sub("[^0-9]", "", ADDRESS.sub("", text.words))


def position_after(policy: Escalation, position: int, first: datetime, last: datetime) -> int:
    """Return the step of a policy that comes next, when its pages went out from `first` to `last`."""
    taken = sum(step.after <= last - first for step in policy.steps)
    return max(position, taken)
