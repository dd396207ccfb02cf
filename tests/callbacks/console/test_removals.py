"""Whatever is removed in the console, the audit log says what it was and whose. The forms only send a number."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from sqlalchemy import update

from callbacks.console import access_log
from callbacks.db.tables import User
from callbacks.records import audit_log
from tests.callbacks.console.console import PASSWORD, Console


@dataclass(frozen=True)
class Removal:
    """A form that removes something, the forms that made it, and what the audit log says of it."""

    address: str
    fields: dict[str, str]
    expected: list[str]
    before: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    what: str = ""  # how the entry ends, if not with the last part of the address


SPAN = {"from": "2026-12-01T18:00", "until": "2026-12-02T08:00"}
IN_UTC = "2026-12-01 23:00 to 2026-12-02 13:00 UTC"
CLOSURE = {**SPAN, "english": "Moving", "french": "Déménagement"}
PARTY = {"day": "2026-12-22", "english": "Party", "french": "Fête"}
REMOVALS = {
    "a user": Removal(
        "/users/remove", {"email": "amy@example.com"}, ["user amy@example.com (technician, Amy Roy)"]
    ),
    "a user's sessions": Removal(
        "/users/log-out", {"email": "sue@example.com"}, ["every session of sue@example.com (supervisor)"]
    ),
    "a link to choose a password": Removal(
        "/users/invite", {"email": "sue@example.com"}, ["earlier links for sue@example.com"],
        [("/users/invite", {"email": "sue@example.com"})],
    ),
    "one's own password and sessions": Removal(
        "/account/password", {"old": PASSWORD, "password": "another good battery"},
        ["every session of ada@example.com (administrator)"],
    ),
    "one's other sessions": Removal(
        "/account/sessions/end-others", {"old": PASSWORD}, ["every other session of ada@example.com (administrator)"],
        what=access_log.SESSION_ENDED,
    ),
    "a user's second factor": Removal(
        "/users/no-second-factor", {"email": "rita@example.com"},
        ["authenticator app of rita@example.com (reader)",
         "every session of rita@example.com (reader)"],
    ),
    "a technician": Removal(
        "/people/1/remove", {},
        ["technician Amy Roy, number ending in 0101 and number ending in 0122",
         "user amy@example.com (technician, Amy Roy)"],
        [("/people/1/second", {"phone": "+15145550122"})],
    ),
    "a contact rule": Removal(
        "/people/1/drop-rule", {"rule": "2"}, ["contact rule of Amy Roy: text to the first number after 5 min"],
        [("/people/1/rule", {"channel": "call", "minutes": "2"}),
         ("/people/1/rule", {"channel": "text", "minutes": "5"})],
    ),
    "quiet hours": Removal(
        "/people/1/quiet", {"span": ""}, ["quiet hours of Amy Roy, 22:00-07:00"],
        [("/people/1/quiet", {"span": "22:00-07:00"})],
    ),
    "an address": Removal(
        "/people/1/mail", {"email": ""}, ["email address amy@example.com of Amy Roy"],
        [("/people/1/mail", {"email": "amy@example.com"})],
    ),
    "a number": Removal(
        "/people/1/number", {"phone": "+15145550133", "which": "first"}, ["first number ending in 0101 of Amy Roy"]
    ),
    "a shift": Removal(
        "/rota/take-back", {"what": "shift", "number": "3"}, [f"shift 3: Ben Cole on primary, {IN_UTC}"],
        [("/rota/add", {"name": "Ben Cole", "layer": "primary", **SPAN})],
    ),
    "a shift that has begun": Removal(
        "/rota/take-back", {"what": "shift", "number": "1"}, ["shift 1: Amy Roy on primary, always"]
    ),
    "a cover": Removal(
        "/rota/take-back", {"what": "cover", "number": "1"},
        [f"cover 1: Ben Cole on primary for Amy Roy, {IN_UTC}"],
        [("/rota/cover", {"name": "Ben Cole", "for": "Amy Roy", "layer": "primary", **SPAN})],
    ),
    "time off": Removal(
        "/rota/take-back", {"what": "off", "number": "1"}, [f"off 1: Ben Cole, {IN_UTC}"],
        [("/rota/off", {"name": "Ben Cole", **SPAN})],
    ),
    "a rotation": Removal(
        "/rota/end-rotation", {"rotation": "1", "at": "2026-12-09T18:00"},
        ["rotation 1 on backup since 2026-12-01, until 2026-12-09 23:00 UTC: Amy Roy, Ben Cole"],
        [("/rota/rotate", {"names": "Amy Roy, Ben Cole", "layer": "backup", "first-day": "2026-12-01",
                           "hand-off": "18:00", "every": "7d"})],
    ),
    "the address of a feed": Removal(
        "/rota/revoke", {"name": "Amy Roy"},
        ["address of the calendar feed of Amy Roy, made on 2026-11-29 03:14 UTC"],
        [("/rota/address", {"name": "Amy Roy"})],
    ),
    "a closure": Removal(
        "/setup/drop-closure", {"closure": "1"}, [f"closure 1, {IN_UTC}: Moving"], [("/setup/close", CLOSURE)]
    ),
    "an opening": Removal(
        "/setup/drop-closure", {"closure": "1"}, [f"opening 1, {IN_UTC}: Moving"],
        [("/setup/close", {**CLOSURE, "opens": "1"})],
    ),
    "a holiday": Removal(
        "/setup/as-by-law", {"day": "2026-12-22"}, ["2026-12-22 as a holiday, Party"], [("/setup/add-holiday", PARTY)]
    ),
    "a working day": Removal(
        "/setup/add-holiday", {**PARTY, "day": "2026-12-25"}, ["2026-12-25 as a working day"],
        [("/setup/strike", {"day": "2026-12-25"})],
    ),
}  # fmt: skip


@pytest.fixture
def ada(console: Console) -> Console:
    """The console, with Ada the administrator logged in. Rita has a second factor."""
    rita = update(User).where(User.email == "rita@example.com").values(second_factor="a secret")
    console.database.write(lambda session: session.execute(rita))
    console.logs_in("ada@example.com")
    return console


@pytest.mark.parametrize("removal", REMOVALS.values(), ids=REMOVALS.keys())
def test_the_entry_says_what_was_removed_and_whose(ada: Console, removal: Removal) -> None:
    for address, fields in removal.before:
        ada.posts(address, fields)
    ada.posts(removal.address, removal.fields)
    (entry, *_) = ada.database.read(audit_log.latest)
    assert entry.what.endswith(removal.what or removal.address.rpartition("/")[2])
    details = audit_log.details_of(entry)
    assert [value for name, value in details.items() if name.startswith("removed")] == removal.expected
