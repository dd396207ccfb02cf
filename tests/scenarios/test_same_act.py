"""The same act by text, by phone, by the link in the text and at the console ends in the same state."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import timedelta

import pytest

from callbacks.acts.base import Via
from callbacks.db.states import PageAnswer, PageKind, ReachOutcome
from callbacks.people import users
from tests.scenarios.conftest import POSTGRES_IN_SOAK, ScenarioDesk

pytestmark = POSTGRES_IN_SOAK

USER, PASSWORD = "amy@example.com", "correct horse battery"


class Amy:
    """Amy, who was paged by text and by phone, and does everything by one channel."""

    def __init__(self, desk: ScenarioDesk, via: Via) -> None:
        self.desk, self.via, self.phone = desk, via, desk.phone_of("Amy")
        desk.leaves_a_message()
        text = self.phone.reads("call (514) 555-0199 back")
        self.link = re.findall(r"https://desk\.test(/t/\S+)", text)[0]
        call = self.phone.is_rung(timedelta(minutes=4))
        if via is Via.PHONE:
            self.call = call.answers().hears("Press 1 to hear")
        else:
            call.rejects()
        self.web = desk.service.web.test_client()
        desk.edit(lambda session, _: users.add_user(session, USER, "technician", PASSWORD, desk.now, "Amy Roy"))

    def texts(self, word: str) -> None:
        self.phone.texts(f"{word} {{code}}").reads("")

    def presses(self, *keys: str) -> None:
        for key in keys:
            self.call.presses(key)

    def clicks(self, act: str, **fields: str) -> None:
        assert self.web.post(f"{self.link}/{act}", data=fields).status_code == 302
        self.desk.scenario.settle()

    def sends(self, act: str, **fields: str) -> None:
        """Send a form of the console, as the user who is Amy."""
        self._posts("/login", email=USER, password=PASSWORD)
        assert self._posts(f"/callbacks/{self.desk.callback.reference}/{act}", **fields) == 302
        self.desk.scenario.settle()

    def _posts(self, path: str, **fields: str) -> int:
        token = re.findall(r'name="token" value="([^"]+)"', self.web.get("/login").text)[0]
        return self.web.post(path, data={"token": token, **fields}).status_code

    def speaks_with_the_customer(self) -> None:
        """Be called, press 1, and speak with the customer until they hang up; by phone, on the call there is."""
        if self.via is not Via.PHONE:
            self.call = self.phone.is_rung().answers().hears("Press 1 to be connected").presses("1")
        customers = self.desk.customer().is_rung().answers()
        self.call.is_connected_to(customers).waits(5)
        customers.hangs_up()
        self.call.hears("How did it go?")
        if self.via is not Via.PHONE:
            self.call.hangs_up()
            self.phone.reads("how did the call to (514) 555-0199 go")


Doing = Callable[[Amy], object]
TAKE: Mapping[Via, Doing] = {
    Via.TEXT: lambda amy: amy.texts("ack"),
    Via.PHONE: lambda amy: amy.presses("2", "1"),
    Via.LINK: lambda amy: amy.clicks("take"),
    Via.CONSOLE: lambda amy: amy.sends("take"),
}
PASS: Mapping[Via, Doing] = {
    Via.TEXT: lambda amy: amy.texts("pass"),
    Via.PHONE: lambda amy: amy.presses("4"),
    Via.LINK: lambda amy: amy.clicks("pass"),
    Via.CONSOLE: lambda amy: amy.sends("pass"),
}
CONNECT: Mapping[Via, Doing] = {
    Via.TEXT: lambda amy: amy.texts("call"),
    Via.PHONE: lambda amy: amy.presses("3", "1"),
    Via.LINK: lambda amy: amy.clicks("connect"),
    Via.CONSOLE: lambda amy: amy.sends("connect"),
}
RESOLVE: Mapping[Via, Doing] = {
    Via.TEXT: lambda amy: amy.texts("done"),
    Via.PHONE: lambda amy: amy.presses("1"),
    Via.LINK: lambda amy: amy.clicks("outcome", outcome="resolved"),
    Via.CONSOLE: lambda amy: amy.sends("attempt", outcome="resolved"),
}
every_channel = pytest.mark.parametrize("via", TAKE)  # a command opens callbacks, and does none of these


def facts(desk: ScenarioDesk) -> tuple[str, str | None, bool, set[PageAnswer]]:
    """Return the state, the owner, whether anything comes next, and how Amy answered the pages of the first steps."""
    callback, steps = desk.callback, [page for page in desk.pages() if page.kind is PageKind.STEP]
    answers = {page.answer for page in steps if page.technician.name == "Amy Roy"}
    owner = callback.owner.name if callback.owner else None
    return callback.state.value, owner, callback.next_action_at is not None, answers


@every_channel
def test_taken(desk: ScenarioDesk, via: Via) -> None:
    TAKE[via](Amy(desk, via))
    assert facts(desk) == ("open", "Amy Roy", True, {PageAnswer.TAKEN})
    assert desk.attempts() == []
    desk.scenario.ignore_so_far()


@every_channel
def test_passed(desk: ScenarioDesk, via: Via) -> None:
    PASS[via](Amy(desk, via))
    assert facts(desk) == ("open", None, True, {PageAnswer.PASSED})
    desk.phone_of("Ben").reads("call (514) 555-0199 back")
    desk.scenario.ignore_so_far()


@every_channel
def test_connected_and_resolved(desk: ScenarioDesk, via: Via) -> None:
    amy = Amy(desk, via)
    CONNECT[via](amy)
    amy.speaks_with_the_customer()
    RESOLVE[via](amy)
    assert facts(desk) == ("resolved", "Amy Roy", False, {PageAnswer.TAKEN})
    (attempt,) = desk.attempts()
    assert (attempt.technician.name, attempt.outcome) == ("Amy Roy", ReachOutcome.REACHED)
    assert (attempt.is_told, attempt.told_by) == (True, "connection")
    desk.scenario.ignore_so_far()
