"""Breaks the product on purpose, once for each promise, to see that the tests notice: `python -m tests.mutants [NAME]`.

A mutant that the simulation should find lives through nights until a rule is broken. Another one runs the tests that
should fail. Whatever survives is a hole in the tests.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from callbacks.db.database import insert_once, locked_or_none
from callbacks.db.states import AttemptProof
from callbacks.db.tables import ReachAttempt
from callbacks.lifecycle.transitions import look_again_at
from callbacks.paging import messages
from callbacks.paging.connections import record_dialing
from callbacks.text.bilingual import Words
from callbacks.worker import look_back
from callbacks.worker.due_callbacks import DueCallbacks
from tests.simulation.outside_pytest import world_of_a_command
from tests.simulation.plan import Plan, made_up, read_plan
from tests.simulation.running import faults_of

SEEDS = 4  # nights that a mutant lives through beside its own
HEAD = "seed 1 | 2026-11-28T22:12 | {workers} | {gives_way}"
CALL = "0 | +15145550199 | calls | direct:speak 6,hang up"
CONNECTED = ("90 | Amy | texts | call {code}", "91 | Amy | answers | 1")
RUN, TAKEN, INSERT = DueCallbacks.run, messages.taken, insert_once  # as they are before anything is broken
DIALED = record_dialing
Change = tuple[str, Any]  # what is replaced, and by what


@dataclass(frozen=True)
class Mutant:
    """One way to break the product."""

    name: str
    changes: Sequence[Change]
    rule: str = ""  # of the simulation, that must be broken
    night: Sequence[str] = ()  # in which it is, if chance would rarely show it
    tests: Sequence[str] = ()  # or the tests that must fail

    def plans(self) -> Sequence[Plan]:
        own = [read_plan([HEAD.format(workers=1, gives_way=0.0), *self.night])] if self.night else []
        return [*own, *map(made_up, range(SEEDS))]


def _succeeds_without_asking(self: Any) -> None:
    self._database.write(lambda session: look_back.record_success(session, self._clock.now()))


def _without_fence(session: Any, claim: Any) -> Any:
    return locked_or_none(session, claim.model, claim.key)


def _half_a_minute_late(self: Any) -> bool:
    """Decide what was due half a minute ago."""
    clock = self._clock

    class Late:
        @staticmethod
        def now() -> Any:
            return clock.now() - timedelta(seconds=30)

    self._clock = Late
    try:
        return bool(RUN(self))
    finally:
        self._clock = clock


def _held_back(session: Any, desk: Any, callback: Any, now: Any, *, is_new: bool) -> None:
    look_again_at(callback, callback.opened_at + timedelta(minutes=1))


def _resolved(reference: str) -> Words:
    return Words(f"{reference} is resolved. Thank you.", f"{reference} est réglé. Merci.")


def _cannot_decide(*_: Any) -> None:
    raise RuntimeError("This cannot be decided.")


def _get_without_lock(get: Callable[..., Any]) -> Callable[..., Any]:
    def unlocked(self: Any, model: Any, key: Any, **options: Any) -> Any:
        return get(self, model, key, **{**options, "with_for_update": None})

    return unlocked


def _proven_by_dialing(session: Any, desk: Any, callback: Any, by: Any, *more: Any, **options: Any) -> Any:
    dialed = DIALED(session, desk, callback, by, *more, **options)
    for attempt in session.scalars(select(ReachAttempt)):
        attempt.proof = AttemptProof.CARRIER
    return dialed


def _inserted_twice(session: Any, row: Any, **values: Any) -> bool:
    """Say that a row is new whether it is or not."""
    INSERT(session, row, **values)
    return True


MUTANTS = (
    Mutant(
        "a text is sent again without asking the carrier for the first",
        [("callbacks.paging.outbox._last_attempt", lambda *_: None)],
        "nothing is doubled",
        [
            *(f"0 | the carrier | fails | {what}/10" for what in ("messages/answer lost/1", "message-status/lost/8")),
            CALL,
        ],
    ),
    Mutant(
        "no voicemail is looked for at the carrier",
        [("callbacks.worker.jobs.reconciliation.Reconciliation.run", _succeeds_without_asking)],
        "every recording is kept",
        [*(f"0 | the carrier | fails | {place}/lost/8/10" for place in ("action", "recording", "status")), CALL],
    ),
    Mutant(
        "no call is looked for at the carrier",
        [
            ("callbacks.worker.jobs.reconciliation.Reconciliation.run", _succeeds_without_asking),
            ("callbacks.worker.jobs.look_ups.LookUps.run", lambda self: None),
        ],
        "nobody is forgotten",
        [CALL, "48 | web | is down for | 60"],
    ),
    Mutant(
        "recordings are marked as copied, and not written",
        [("callbacks.worker.jobs.recordings.store_audio", lambda _, sid, audio: f"{sid}.wav")],
        "every recording is kept",
    ),
    Mutant(
        "signatures are not checked",
        [(f"ivr.twilio.webhook.{check}", lambda: None) for check in ("_refused_unread", "_refused")],
        "forged requests are refused",
        [CALL, "90 | a forger | sends | takes it"],
    ),
    Mutant(
        "callbacks that are due are not looked at",
        [("callbacks.worker.due_callbacks.DueCallbacks.run", lambda self: False)],
        "what nobody answers escalates",
        [CALL],
    ),
    Mutant(
        "the next step comes half a minute late",
        [("callbacks.worker.due_callbacks.DueCallbacks.run", _half_a_minute_late)],
        "escalation is on time",
        [CALL],
    ),
    Mutant(
        "the first page waits for a minute",
        [("callbacks.acts.opening._page", _held_back)],
        "the first page leaves at once",
        [CALL],
    ),
    Mutant(
        "two people can take it",
        [("callbacks.acts.ownership.is_held_by_another", lambda *_: False)],
        "one person has it",
        [CALL, "500 | Amy | texts | {code}", "500 | Ben | texts | {code}"],
    ),
    Mutant(
        "a notice names somebody who has done nothing",
        [("callbacks.paging.notices.messages.taken", lambda subject, _: TAKEN(subject, "Sue Tran"))],
        "takes have a cause",
        [CALL, "500 | Ben | texts | {code}"],
    ),
    Mutant(
        "pages go to any number",
        [("callbacks.paging.outbox._recipient", lambda _: "+15145550111")],
        "nobody unknown is called",
        [CALL],
    ),
    Mutant(
        "a step cannot be decided",
        [("callbacks.paging.follow_up.take_next_step", _cannot_decide)],
        "nothing breaks",
        [CALL],
    ),
    Mutant(
        "whoever takes it is told that it is resolved",
        [("callbacks.acts.ownership.wording.taken", lambda _, callback, *__: _resolved(callback.reference))],
        "nothing follows the end",
        [CALL, "70 | Amy | texts | {code}"],
    ),
    Mutant(
        "what could wait waits although its customer calls again",
        [("callbacks.acts.joining._can_no_longer_wait", lambda *_: False)],
        "nobody is forgotten",
        [
            "0 | +15145550166 | calls | direct:press 2,wait 45,speak 6,hang up",
            "0 | +15145550166 | calls | toll-free:press 1,press 7,speak 6,hang up",
        ],
    ),
    Mutant(
        "no manager is asked for",
        [("callbacks.acts.opening.ask_for_caller", lambda *_: None)],
        "managers hear of it",
        ["0 | +15145550199 | calls | direct:press 0,speak 5,hang up"],
    ),
    Mutant(
        "dialing counts as an attempt that is proven",
        [("ivr.technician.connections.record_dialing", _proven_by_dialing)],
        "attempts are facts",
        [CALL, "60 | +15145550199 | answers or not | NEVER_DIALED", *CONNECTED],
    ),
    Mutant(
        "a conversation is not recorded",
        [("callbacks.inbound.conversations._record", lambda *_, **__: None)],
        "talks are on record",
        [
            CALL,
            "70 | Amy | texts | {code}",
            "90 | +15145550199 | calls | direct:press 2,wait 45,hang up",
            "91 | Amy | answers | 1",
        ],
    ),
    Mutant(
        "the report forgets what was tried",
        [("callbacks.reporting.summary.tries_of", lambda *_: {})],
        "the report is what the ledger says",
        [CALL, *CONNECTED, "92 | +15145550199 | answers or not | ANSWERS"],
    ),
    Mutant(
        "an old token is accepted",
        [("callbacks.db.leases.held", _without_fence)],
        tests=["tests/callbacks/db/test_leases.py", "tests/scenarios/test_crashes.py", "-m", "not postgres"],
    ),
    Mutant(
        "a lease is over at once",
        [("callbacks.paging.outbox.LEASE", timedelta(0))],
        tests=["tests/callbacks/paging/test_outbox.py", "-m", "not postgres"],
    ),
    Mutant(
        "a text that came twice acts twice",
        [("callbacks.inbound.texts.insert_once", _inserted_twice)],
        tests=["tests/callbacks/inbound/test_texts.py", "-m", "not postgres"],
    ),
    Mutant(
        "rows are not locked",
        [("sqlalchemy.orm.Session.get", "unlocked")],
        tests=["tests/callbacks/db/test_leases.py", "-k", "is_locked_is_skipped"],
    ),
)


def apply(mutant: Mutant, patch: pytest.MonkeyPatch) -> None:
    """Break the product."""
    from sqlalchemy.orm import Session

    for target, replacement in mutant.changes:
        patch.setattr(target, _get_without_lock(Session.get) if replacement == "unlocked" else replacement)


def found_by_nights(mutant: Mutant) -> str | None:
    """Return what the simulation says of a mutant, or None if it survives."""
    with pytest.MonkeyPatch.context() as patch:
        apply(mutant, patch)
        with world_of_a_command() as world:
            for plan in mutant.plans():
                found = [wrong for wrong in faults_of(world, plan) if wrong.startswith(mutant.rule)]
                if found:
                    return found[0]
    return None


def found_by_tests(mutant: Mutant) -> str | None:
    """Return how many of its tests fail, or None if they all pass. They run in a process of their own."""
    command = [sys.executable, "-m", "tests.mutants", "--tests-of", mutant.name]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip().splitlines()[-1] if done.returncode == pytest.ExitCode.TESTS_FAILED else None


def main(names: Sequence[str]) -> int:
    """Return 1 if a mutant survives."""
    survivors = 0
    for mutant in MUTANTS:
        if names and mutant.name not in names:
            continue
        found = found_by_tests(mutant) if mutant.tests else found_by_nights(mutant)
        survivors += found is None
        print(f"{'SURVIVES' if found is None else 'found':9} {mutant.name}", flush=True)
        print(f"          {found or 'No test notices.'}", flush=True)
    return 1 if survivors else 0


def tests_of(name: str) -> int:
    mutant = next(each for each in MUTANTS if each.name == name)
    with pytest.MonkeyPatch.context() as patch:
        apply(mutant, patch)
        return pytest.main(["-q", "-x", "-p", "no:cacheprovider", "-p", "no:randomly", *mutant.tests])


if __name__ == "__main__":
    if sys.argv[1:2] == ["--tests-of"]:
        sys.exit(tests_of(sys.argv[2]))
    sys.exit(main(sys.argv[1:]))
