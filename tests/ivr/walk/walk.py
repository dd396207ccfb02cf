"""The walk itself: breadth first over what is heard, what the database holds, and whether it answers."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum, IntEnum

from callbacks.db.sqlite import sqlite
from callbacks.db.states import Screening
from tests.ivr.walk.carrier import CALL, Carrier
from tests.ivr.walk.documents import NOT_A_CHOICE, Document, faults
from tests.ivr.walk.moves import TECHNICIANS_LEG, Before, Move, Waiting, after

MOST_SILENT_TURNS = 60
MOST_FAULTS = 12
QUERY = re.compile(r"\?[^\"<]*")


class Owed(IntEnum):
    """What the caller may rely on."""

    NOTHING = 0
    PROMISED = 1  # a call back was promised
    RECORDED = 2  # the caller has heard the beep


class Leg(Enum):
    CALLER = "caller"
    TECHNICIAN = "technician"


@dataclass(frozen=True)
class Node:
    """A document that somebody hears, and what is true meanwhile."""

    document: Document
    url: str
    state: str
    database: sqlite.Connection = field(compare=False, hash=False)
    at: datetime = field(compare=False)
    owed: Owed = Owed.NOTHING  # as far as the database knows
    is_stored: bool = True  # the database answered when the document was asked for
    waiting: Waiting | None = None
    leg: Leg = Leg.CALLER
    path: tuple[str, ...] = field(default=(), compare=False)

    @property
    def key(self) -> tuple[object, ...]:
        return (self.document.same_as, self.state, self.owed, self.waiting, self.leg)


@dataclass
class Walk:
    """The walk through one call."""

    carrier: Carrier
    away: tuple[bool, ...] = (False, True)  # whether the database is away: in each turn, it may be either
    most_alike: int = 4  # of the questions that differ by a count, an earlier choice or a fact only
    found: list[str] = field(default_factory=list)
    nodes: int = 0
    requests: int = 0
    said: set[str] = field(default_factory=set)
    _seen: set[tuple[object, ...]] = field(default_factory=set)
    _ends: set[tuple[object, ...]] = field(default_factory=set)
    _in_silence: dict[tuple[object, ...], Node] = field(default_factory=dict)
    _asked: Counter[str] = field(default_factory=Counter)

    def everywhere(self) -> list[str]:
        """Walk to every place. Return what is wrong, as sentences with the way there."""
        to_do = deque(self._beginnings())
        while to_do and len(self.found) < MOST_FAULTS:
            node = to_do.popleft()
            if node.key in self._seen:
                continue
            self._seen.add(node.key)
            self.nodes += 1
            self.said.add(node.document.said)
            if node.leg is Leg.CALLER:
                if node.is_stored:
                    self._hangs_up(node)
                self._stays_silent(node)
            to_do += self._following(node)
        return self.found

    def _beginnings(self) -> Iterator[Node]:
        scenario = self.carrier.scenario
        first = Move("calls", f"{self.carrier.public_url}/voice/incoming", {"CallStatus": "ringing"})
        nothing = Node(Document("<Response/>"), "", "", self.carrier.snapshot(), scenario.clock.now())
        for is_away in self.away:
            yield from self._make(nothing, first, is_away=is_away)

    def _following(self, node: Node) -> Iterator[Node]:
        moves, ending = after(node.document, node.url, node.waiting)
        if ending is not None and not ending.is_said and node.leg is Leg.CALLER:
            self._wrong(node.path, "the call ends, and nobody says so")
        for move in self._worth_trying(node, moves):
            for is_away in self.away:
                yield from self._make(node, move, is_away=is_away)

    def _worth_trying(self, node: Node, moves: list[Move]) -> list[Move]:
        """Return every move where a question is new, and fewer where only a count, a choice or a fact is."""
        question = f"{node.leg} {QUERY.sub('', node.document.same_as)}"
        self._asked[question] += 1
        if self._asked[question] == 1:
            return moves
        if self._asked[question] > self.most_alike:
            return [move for move in moves if move.is_silent]
        offered = node.document.offered_keys
        meaningless = [move for move in moves if move.key and move.key not in offered][1:]
        return [move for move in moves if move not in meaningless]

    def _make(self, node: Node, move: Move, *, is_away: bool) -> Iterator[Node]:
        """Do what a move says. Yield what is heard after it, unless nobody is left to hear it."""
        made = self._in_silence.pop((node.key, move.url, is_away), None) if move.is_silent else None
        if made is None:
            self.carrier.put_back(node.database, node.at)
            made = self._request(node, move, is_away=is_away)
        if made is None:
            return
        if move.hung_up:
            self.carrier.scenario.clock.pass_time(timedelta(seconds=1))
            self._ends_the_call(made)
            return
        if move.key in node.document.offered_keys and NOT_A_CHOICE.search(made.document.said):
            self._wrong(made.path, f"key {move.key} was offered, and is not one of the choices")
        if made.key not in self._seen:  # each holds a copy of the database
            yield made

    def _request(self, node: Node, move: Move, *, is_away: bool) -> Node | None:
        """Make the request of a move. Return what is heard; None if it is no document."""
        carrier = self.carrier
        path = (*node.path, f"{move.what} [no database]" if is_away else move.what)
        carrier.scenario.clock.pass_time(timedelta(seconds=move.seconds))
        self._before(move)
        leg, fields = self._leg(node, move)
        self.requests += 1
        if is_away:
            with carrier.away():
                answer = carrier.posts(move.url, fields)
        else:
            answer = carrier.posts(move.url, fields)
        if answer.status_code != 200:
            self._wrong(path, f"{move.url} answers {answer.status_code}")
            return None
        desk = carrier.scenario.service.desk
        for fault in faults(answer.text, answer.content_type, carrier.public_url, desk.voices):
            self._wrong(path, fault)
        document, is_unchanged = Document(answer.text), is_away and not move.before
        is_connected = move.fields.get("DialBridged") == "true" or move.fields.get("QueueResult") == "bridged"
        has_heard_all = not move.key and not move.what.startswith("presses")
        owed = max(node.owed, self._owed_after(node)) if has_heard_all else node.owed
        return replace(
            node,
            document=document,
            url=move.url,
            state=node.state if is_unchanged else carrier.state(),
            database=node.database if is_unchanged else carrier.snapshot(),
            at=carrier.scenario.clock.now(),
            owed=Owed.NOTHING if is_connected else owed,
            is_stored=not is_away,
            waiting=move.waiting,
            leg=leg,
            path=path,
        )

    def _before(self, move: Move) -> None:
        """What happens on other phones, or elsewhere, before the request."""
        carrier = self.carrier
        if move.before is Before.COPIED:
            recording = move.fields["RecordingSid"]
            report = {"RecordingSid": recording, "RecordingStatus": "completed", "RecordingDuration": "9"}
            assert carrier.posts(move.before_url, report).status_code == 204
            carrier.message_is_copied()
        elif move.before is Before.TAKEN:
            leg = {"CallSid": move.fields["DialCallSid"], "ParentCallSid": CALL}
            screen = Document(carrier.posts(move.before_url, leg).text).root.find("Gather")
            if screen is not None:
                carrier.posts(screen.attrib["action"], {**leg, "Digits": "1"})

    def _leg(self, node: Node, move: Move) -> tuple[Leg, dict[str, str]]:
        if "CallSid" in move.fields or node.leg is Leg.TECHNICIAN:
            line = self.carrier.scenario.service.desk.lines[self.carrier.line].number
            leg = {"CallSid": TECHNICIANS_LEG, "ParentCallSid": CALL, "From": line, "Direction": "outbound-dial"}
            return Leg.TECHNICIAN, {**leg, **move.fields}
        return Leg.CALLER, dict(move.fields)

    # What must hold wherever the caller is

    def _hangs_up(self, node: Node) -> None:
        """The caller listens to the document, and hangs up."""
        self.carrier.put_back(node.database, node.at + timedelta(seconds=90))
        self._ends_the_call(node)

    def _ends_the_call(self, node: Node) -> None:
        answer = self.carrier.reports_the_end()
        if answer.status_code != 204:
            self._wrong(node.path, f"the report of the end is answered with {answer.status_code}")
        owed = max(node.owed, self._owed_after(node))
        is_kept = owed is Owed.NOTHING or self.carrier.is_owed(by_this_call=owed is Owed.RECORDED)
        if not is_kept and not self._is_blocked():
            self._wrong(node.path, "the caller hangs up after a promise or the beep, and is owed nothing")

    def _owed_after(self, node: Node) -> Owed:
        """Return what a document tells its listener, if the database took it in."""
        if not node.is_stored:
            return Owed.NOTHING
        if node.document.records:
            return Owed.RECORDED
        return Owed.PROMISED if node.document.promises else Owed.NOTHING

    def _is_blocked(self) -> bool:
        call = self.carrier.call()
        return call is not None and call.screening is Screening.BLOCKED

    def _stays_silent(self, node: Node) -> None:
        """The caller does nothing: the call must end by itself, or record, or connect."""
        run = [node]
        for _ in range(MOST_SILENT_TURNS):
            last = run[-1]
            if last.key in self._ends or last.document.records:
                self._ends.update(each.key for each in run)
                return
            move = next((move for move in after(last.document, last.url, last.waiting)[0] if move.is_silent), None)
            if move is None:
                self._ends.update(each.key for each in run)
                return
            self.carrier.put_back(last.database, last.at)
            following = self._request(last, move, is_away=not last.is_stored)
            if following is None:
                return
            if last is node:
                self._in_silence = {(node.key, move.url, not node.is_stored): following}
            run.append(following)
        self._wrong(node.path, f"silence goes round: {' / '.join(each.document.said[:60] for each in run[-4:])}")

    def _wrong(self, path: tuple[str, ...], what: str) -> None:
        sentence = f"{', '.join(path)}: {what}"
        if sentence not in self.found:
            self.found.append(sentence)
