"""What happens in a night: made up from a seed, written as lines, and read from them again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

from ivr.simulator import FaultKind, Place
from tests.simulation.world import DATABASE_FAULTS

BEGINS = ("2026-11-28T22:12", "2026-11-29T13:40", "2026-12-01T03:15", "2026-12-25T10:30", "2026-11-01T00:50")
STAFF = {"Amy": "+15145550101", "Ben": "+15145550102", "Cleo": "+15145550103", "Sue": "+15145550104"}
ENTERED = "+15145550177"  # by callers who want to be called at another number
CUSTOMERS = tuple(f"+15145550{number}" for number in (199, 188, 166, 155))
WRITERS = ("Lea Petit <lea@client.example>", "Tom Hall <tom@client.example>")
# What callers do once their call is answered, in this order. They wait for the beep before they speak.
CALLS = (
    *("speak 6,hang up", "speak 6,press #,wait 4,hang up", "speak 15,hang up", "speak 6,wait 40,hang up"),
    *(
        "beep,hang up",
        "beep,wait 1,hang up",
        "beep,wait 30,hang up",
        "wait 3,hang up",
        "wait 20,hang up",
        "speak 2,hang up",
    ),
    *(
        "press 1,speak 6,hang up",
        "press 2,wait 45,speak 6,hang up",
        "press 0,speak 5,hang up",
        "press 7,speak 6,hang up",
    ),
    *("press 9,wait 1,speak 6,hang up", "press 9,wait 1,press 1,speak 6,press #,wait 5,hang up"),
    *("speak 6,press #,wait 6,press 1,wait 3,hang up", "speak 6,press #,wait 6,press 3,speak 5,hang up"),
    f"speak 6,press #,wait 6,press 4,wait 6,press {ENTERED[2:]}#,wait 6,press 1,wait 3,hang up",
)
TEXTS = (
    *(
        "{code}",
        "{code}",
        "{code}",
        "call {code}",
        "pass {code}",
        "pass {code}",
        "na {code}",
        "na {code}",
        "msg {code}",
    ),
    *(
        "cont {code}",
        "done {code}",
        "done {code}",
        "wrong {code}",
        "who {code}",
        "ok",
        "on my way",
        "123456",
        "STOP",
        "START",
    ),
)
KEYS = ("21", "31", "4", "1", "*", "2", "", "1", "11")
FROM_CUSTOMERS = ("It works again, thank you", "Any news?", "NOCALL", "STOP")
CARRIER_FAULTS = (
    *((place, kind) for place in (Place.MESSAGES, Place.CALLS) for kind in (
        FaultKind.TOO_MANY_REQUESTS, FaultKind.SERVER_ERROR, FaultKind.SERVER_ERROR_BUT_DONE, FaultKind.RESPONSE_LOST,
        FaultKind.CONNECTION_REFUSED, FaultKind.REPORT_FIRST, FaultKind.ACCOUNT_SUSPENDED)),
    *((Place.LISTS, kind) for kind in (FaultKind.BEHIND, FaultKind.BEHIND, FaultKind.SERVER_ERROR)),
    *((place, kind) for place in (Place.STATUS, Place.MESSAGE_STATUS, Place.RECORDING) for kind in (
        FaultKind.LOST, FaultKind.DUPLICATED, FaultKind.LATE, FaultKind.REORDERED)),
    *((Place.SMS, kind) for kind in (FaultKind.DUPLICATED, FaultKind.LATE)),
    *((Place.ACTION, FaultKind.LOST), (Place.RECORD, FaultKind.ABSENT)),
    *((Place.MEDIA, kind) for kind in (FaultKind.NOT_FOUND, FaultKind.CUT_SHORT)),
    *((Place.TEXT_ARRIVES, kind) for kind in (FaultKind.UNDELIVERED, FaultKind.SILENT)),
    *((Place.PHONE_RINGS, kind) for kind in (FaultKind.BUSY, FaultKind.SWITCHED_OFF, FaultKind.UNREACHABLE,
                                             FaultKind.VOICEMAIL, FaultKind.NEVER_DIALED)),
    (Place.BRIDGE, FaultKind.FALSE_BRIDGE),
)  # fmt: skip
FORGERIES = ("takes it", "resolves it", "a recording", "a call")
PROCESSES = ("web", "worker 1", "worker 2")


@dataclass(frozen=True, order=True)
class Act:
    """One thing that somebody does, or that goes wrong, some seconds after the night begins."""

    at: int
    who: str
    what: str
    how: str = ""

    def __str__(self) -> str:
        return f"{self.at} | {self.who} | {self.what} | {self.how}"


@dataclass(frozen=True)
class Plan:
    """A night."""

    seed: int
    begins: str
    workers: int
    gives_way: float  # how often a process gives way to another at a point, of 1
    acts: tuple[Act, ...]

    @property
    def lines(self) -> list[str]:
        head = f"seed {self.seed} | {self.begins} | {self.workers} | {self.gives_way}"
        return [head, *map(str, self.acts)]

    def with_acts(self, acts: Sequence[Act]) -> Plan:
        return replace(self, acts=tuple(acts))


def read_plan(lines: Sequence[str]) -> Plan:
    """Return the night that some lines describe."""
    seed, begins, workers, gives_way = (part.strip() for part in lines[0].split("|"))
    acts = [[part.strip() for part in line.split("|")] for line in lines[1:]]
    return Plan(
        int(seed.removeprefix("seed ")),
        begins,
        int(workers),
        float(gives_way),
        tuple(Act(int(at), who, what, how) for at, who, what, how in acts),
    )


def made_up(seed: int) -> Plan:
    """Return the night of a seed."""
    chance = Random(f"night {seed}")
    calls = [_call(chance, 0)]
    for _ in range(chance.choice((0, 0, 1, 1, 2, 3))):
        calls.append(_call(chance, _moment(chance)))
    acts = [*calls]
    acts += [_by_staff(chance, _moment(chance)) for _ in range(chance.choice((0, 1, 2, 4, 6, 9)))]
    acts += [_by_customers(chance, _moment(chance)) for _ in range(chance.choice((0, 0, 0, 1, 2)))]
    if chance.random() < 0.7:
        acts += [_by_the_carrier(chance, _moment(chance) // 2) for _ in range(chance.choice((1, 1, 2, 3, 5)))]
    if chance.random() < 0.3:
        acts += [_by_the_database(chance, _moment(chance)) for _ in range(chance.choice((1, 1, 2, 3)))]
    if chance.random() < 0.35:
        acts += [_by_processes(chance, _moment(chance)) for _ in range(chance.choice((1, 1, 2, 3)))]
    if chance.random() < 0.05:
        acts.append(Act(_moment(chance), "the clock", "is set", chance.choice(("-3600", "-90", "90", "3600"))))
    if chance.random() < 0.15:
        acts.append(Act(_moment(chance), "a forger", "sends", chance.choice(FORGERIES)))
    two, mixed = chance.random() < 0.4, chance.random() < 0.4
    return Plan(seed, chance.choice(BEGINS), 1 + two, chance.choice((0.1, 0.3)) if mixed else 0.0, tuple(sorted(acts)))


def _moment(chance: Random) -> int:
    return chance.choice((chance.randrange(120), chance.randrange(420), chance.randrange(900)))


def _call(chance: Random, at: int) -> Act:
    line, does = chance.choice(("direct", "direct", "toll-free")), chance.choice(CALLS)
    if chance.random() < 0.5:
        does = CALLS[0]
    return Act(at, chance.choice(CUSTOMERS), "calls", f"{line}:{'press 1,' if line == 'toll-free' else ''}{does}")


def _by_staff(chance: Random, at: int) -> Act:
    at, who = at + 60, chance.choice(("Amy", "Amy", "Ben", "Cleo", "Sue", "whoever was paged last"))
    what = chance.choice(("texts", "texts", "texts", "answers", "answers", "rejects", "is off", "is on", "calls in"))
    how = {"texts": chance.choice(TEXTS), "answers": chance.choice(KEYS), "calls in": chance.choice(("", "1", "2"))}
    return Act(at, who, what, how.get(what, ""))


def _by_customers(chance: Random, at: int) -> Act:
    kind = chance.random()
    if kind < 0.4:
        return Act(at, chance.choice(WRITERS), "writes", chance.choice(("emergency", "emergency", "support")))
    if kind < 0.7:
        return Act(at, chance.choice(CUSTOMERS), "texts", chance.choice(FROM_CUSTOMERS))
    return Act(at, chance.choice(CUSTOMERS), "answers or not", chance.choice(("RINGS", "BUSY", "REJECTS", "ANSWERS")))


def _by_the_carrier(chance: Random, at: int) -> Act:
    place, kind = chance.choice(CARRIER_FAULTS)
    times, delay = chance.choice((1, 1, 1, 2, 3, 8)), chance.choice((2, 10, 40, 300))
    return Act(at, "the carrier", "fails", f"{place}/{kind}/{times}/{delay}")


def _by_the_database(chance: Random, at: int) -> Act:
    if chance.random() < 0.25:
        return Act(at, "the database", "is away", str(chance.choice((5, 30, 120, 400))))
    return Act(at, "the database", "fails", chance.choice(DATABASE_FAULTS))


def _by_processes(chance: Random, at: int) -> Act:
    who = chance.choice(PROCESSES)
    match chance.choice(("dies after", "dies after", "is down for", "freezes for", "everything dies")):
        case "dies after":
            return Act(at, who, "dies after", str(chance.randrange(1, 25)))
        case "is down for":
            return Act(at, who, "is down for", str(chance.choice((5, 60, 400))))
        case "freezes for":
            return Act(at, chance.choice(PROCESSES[1:]), "freezes for", str(chance.choice((20, 45, 200))))
    return Act(at, "power", "fails for", str(chance.choice((5, 60, 400))))
