"""A walk through a call without a carrier: what a caller can do at each place, and where it leads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import parse_qs, urlsplit

from callbacks.desk.desk_file import Desk
from ivr.caller import flow
from ivr.caller.routes import choices_in
from ivr.caller.turns import Facts, Place, Reply, Turn
from ivr.twilio.verbs import Dial, Enqueue, Gather, Hangup, Redirect
from tests.ivr.caller.steps import URLS

KEYS = "0123456789*#"
IN_THE_MENUS = (Place.INCOMING, Place.MENU, Place.TEAM)


@dataclass(frozen=True)
class Walk:
    """The calls to one desk, as far as the menus decide what they hear."""

    desk: Desk
    facts: Facts

    def reply(self, turn: Turn) -> Reply:
        return flow.step(self.desk, URLS, turn, self.facts)

    def next_turns(self, reply: Reply) -> Iterator[Turn]:
        """Yield each turn that may follow a reply: every key and none, or a phone that nobody picked up."""
        waits = next(verb for verb in reply.verbs if isinstance(verb, Gather | Dial | Enqueue | Redirect | Hangup))
        match waits:
            case Gather(action):
                yield from (replace(turn_at(action), digits=key) for key in ("", *KEYS))
            case Dial(_, action):
                yield replace(turn_at(action), bridged=False)
            case Enqueue(_, action):
                yield turn_at(action)
            case Redirect(url):
                yield turn_at(url)

    def silent(self, turn: Turn) -> Turn | None:
        """Return the turn that follows if the caller does nothing; None when the call has left the menus."""
        following = next(self.next_turns(self.reply(turn)), None)
        return following if following is not None and following.place in IN_THE_MENUS else None

    def places(self, first: Turn) -> dict[Turn, list[Turn]]:
        """Return every turn in the menus that a caller can come to, each with those that may follow it."""
        found: dict[Turn, list[Turn]] = {}
        to_do = [first]
        while to_do:
            turn = to_do.pop()
            if turn not in found:
                found[turn] = list(self.next_turns(self.reply(turn)))
                to_do += [each for each in found[turn] if each.place in IN_THE_MENUS]
        return found


def turn_at(url: str) -> Turn:
    """Return the turn that a URL of the flow is about."""
    query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    place = next(each for each in Place if urlsplit(url).path == f"/voice/{each.value.value}")
    return Turn(
        place,
        choices_in(query, "fr" if query.get("lang") == "fr" else "en"),
        tries=int(query.get("tries", "1")),
        way=tuple(query["menu"].split(".")) if "menu" in query else (),
        key=query.get("key", ""),
        called=tuple(query["called"].split(".")) if "called" in query else (),
    )
