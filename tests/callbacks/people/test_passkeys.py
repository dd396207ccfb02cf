"""Passkeys: created and used with a software authenticator, and every response that must be refused."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from callbacks.db.database import Database
from callbacks.db.tables import Passkey, User
from callbacks.errors import NotFound, WrongState
from callbacks.people import passkeys, users
from callbacks.people.lockout import Origin, Result
from callbacks.people.passkeys import CHALLENGE_LASTS, Challenge, RelyingParty, relying_party
from callbacks.people.required_factor import AT_ONCE, GRACE
from tests.callbacks.people.authenticator import Authenticator

NOW = datetime(2026, 11, 29, 3, 12, tzinfo=UTC)
PARTY = RelyingParty("desk.test", "Support desk", "https://desk.test")
A_MINUTE = timedelta(minutes=1)


def challenge(at: datetime = NOW) -> Challenge:
    return Challenge(secrets.token_bytes(32), at)


@dataclass
class Desk:
    """A database with Sue the supervisor, who has one passkey."""

    database: Database
    device: Authenticator

    def __post_init__(self) -> None:
        add = users.add_user
        self.sue = self.database.write(
            lambda s: add(s, "sue@example.com", "supervisor", "correct horse battery", NOW).id
        )
        self.adds(self.device)

    def adds(self, device: Authenticator, name: str = "Laptop", asked: Challenge | None = None) -> Passkey:
        asked = asked or challenge()
        made = device.makes(passkeys.registration_options(PARTY, self.user, asked))
        return self.answers(made, asked, name)

    def answers(self, made: str, asked: Challenge, name: str = "Laptop", at: datetime = NOW) -> Passkey:
        return self.database.write(lambda s: passkeys.add_passkey(s, self.sue, PARTY, asked, made, name, at))

    def options(self, asked: Challenge) -> str:
        return passkeys.authentication_options(PARTY, None, asked)

    def logs_in(self, signed: str, asked: Challenge, at: datetime) -> str | None:
        def work(session: Session) -> str | None:
            user = passkeys.user_named_in(session, signed)
            if user is None:
                return None
            result = passkeys.check_answer(session, user.id, PARTY, asked, signed, Origin("192.0.2.1"), at)
            return user.email if result is Result.RIGHT else None

        return self.database.write(work)

    @property
    def user(self) -> User:
        return self.database.read(lambda s: s.get_one(User, self.sue))


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database, Authenticator())


def test_a_passkey_logs_its_user_in_and_says_when(desk: Desk) -> None:
    later = NOW + A_MINUTE
    asked = challenge(later)
    assert desk.logs_in(desk.device.signs(desk.options(asked)), asked, later) == "sue@example.com"
    (passkey,) = desk.user.passkeys
    assert (passkey.name, passkey.added_at, passkey.used_at, passkey.sign_count) == ("Laptop", NOW, later, 1)


def test_an_answer_works_once(desk: Desk) -> None:
    """Also for a device that does not count, as those that synchronize their passkeys."""
    device = Authenticator(counts=False)
    desk.adds(device)
    asked = challenge(NOW + A_MINUTE)
    signed = device.signs(desk.options(asked))
    assert desk.logs_in(signed, asked, NOW + A_MINUTE) == "sue@example.com"
    assert desk.logs_in(signed, asked, NOW + 2 * A_MINUTE) is None
    fresh = challenge(NOW + 2 * A_MINUTE)
    assert desk.logs_in(device.signs(desk.options(fresh)), fresh, NOW + 2 * A_MINUTE) == "sue@example.com"


def test_a_copied_device_is_noticed(desk: Desk) -> None:
    """The copy counts on from where it was made, so its count is behind (WebAuthn 6.1.1)."""
    copy = replace(desk.device)
    for minutes, device, expected in ((1, desk.device, "sue@example.com"), (2, copy, None)):
        at = NOW + minutes * A_MINUTE
        asked = challenge(at)
        assert desk.logs_in(device.signs(desk.options(asked)), asked, at) == expected


def test_a_challenge_is_answered_within_five_minutes(desk: Desk) -> None:
    asked = challenge()
    signed = desk.device.signs(desk.options(asked))
    assert desk.logs_in(signed, asked, NOW + CHALLENGE_LASTS) is None
    assert desk.logs_in(signed, asked, NOW + CHALLENGE_LASTS - timedelta(seconds=1)) == "sue@example.com"


@pytest.mark.parametrize(
    "wrong",
    [
        lambda device: replace(device, origin="https://desk.test.example.com"),
        lambda device: replace(device, origin="http://desk.test"),
        lambda device: replace(device, verifies_user=False),
        lambda device: replace(device, key=Authenticator().key),
        lambda device: replace(device, credential_id=b"of nobody here"),
        lambda device: replace(device, handle="OTk5"),  # another user's id
    ],
    ids=["another site", "without TLS", "nobody verified", "another key", "unknown", "of another user"],
)
def test_an_invalid_response_logs_nobody_in(desk: Desk, wrong: Callable[[Authenticator], Authenticator]) -> None:
    asked = challenge()
    assert desk.logs_in(wrong(desk.device).signs(desk.options(asked)), asked, NOW) is None


def test_an_answer_to_another_challenge_or_for_another_party_logs_nobody_in(desk: Desk) -> None:
    asked, other = challenge(), challenge()
    assert desk.logs_in(desk.device.signs(desk.options(other)), asked, NOW) is None
    elsewhere = passkeys.authentication_options(replace(PARTY, id="evil.test"), None, asked)
    assert desk.logs_in(desk.device.signs(elsewhere), asked, NOW) is None
    assert desk.logs_in(desk.device.signs(desk.options(asked)), asked, NOW) == "sue@example.com"


@pytest.mark.parametrize(
    "device", [Authenticator(origin="https://evil.test"), Authenticator(verifies_user=False)], ids=["site", "no PIN"]
)
def test_a_passkey_is_not_added_for_another_site_or_without_its_user(desk: Desk, device: Authenticator) -> None:
    with pytest.raises(WrongState, match="could not be verified"):
        desk.adds(device)
    assert len(desk.user.passkeys) == 1


def test_a_passkey_is_added_once_in_time_and_for_its_challenge(desk: Desk) -> None:
    with pytest.raises(WrongState, match="added before"):
        desk.adds(desk.device)
    device, asked = Authenticator(), challenge()
    made = device.makes(passkeys.registration_options(PARTY, desk.user, asked))
    for other, at in ((challenge(), NOW), (asked, NOW + CHALLENGE_LASTS)):
        with pytest.raises(WrongState, match="could not be verified"):
            desk.answers(made, other, at=at)
    desk.answers(made, asked)
    assert len(desk.user.passkeys) == 2


def test_the_browser_is_told_which_passkeys_there_are(desk: Desk) -> None:
    known = [passkey.credential_id for passkey in desk.user.passkeys]
    to_add = json.loads(passkeys.registration_options(PARTY, desk.user, challenge()))
    to_log_in = json.loads(passkeys.authentication_options(PARTY, desk.user, challenge()))
    assert [each["id"] for each in to_add["excludeCredentials"]] == known
    assert [each["id"] for each in to_log_in["allowCredentials"]] == known
    assert json.loads(desk.options(challenge()))["allowCredentials"] == []
    assert to_add["authenticatorSelection"]["userVerification"] == to_log_in["userVerification"] == "required"


def test_equal_names_are_numbered_and_passkeys_are_limited(desk: Desk) -> None:
    for _ in range(passkeys.MOST - 1):
        desk.adds(Authenticator())
    names = [passkey.name for passkey in desk.user.passkeys]
    assert (names[:3], len(set(names))) == (["Laptop", "Laptop 2", "Laptop 3"], passkeys.MOST)
    with pytest.raises(WrongState, match="20 passkeys already"):
        desk.adds(Authenticator())


def test_removing_the_last_one_is_noticed_at_once(desk: Desk) -> None:
    assert desk.user.factor_due_at is None
    (passkey,) = desk.user.passkeys
    removed = desk.database.write(lambda s: passkeys.remove_passkey(s, desk.sue, passkey.id, NOW, AT_ONCE))
    after = desk.user
    assert (removed, len(after.passkeys), after.factor_due_at) == ("Laptop", 0, NOW)
    with pytest.raises(NotFound):
        desk.database.write(lambda s: passkeys.remove_passkey(s, desk.sue, passkey.id, NOW, AT_ONCE))


def test_nobody_removes_somebody_elses(desk: Desk) -> None:
    ada = desk.database.write(lambda s: users.add_user(s, "ada@example.com", "reader", "correct horse battery", NOW).id)
    with pytest.raises(NotFound):
        desk.database.write(lambda s: passkeys.remove_passkey(s, ada, desk.user.passkeys[0].id, NOW, GRACE))


def test_passkeys_go_with_their_user(desk: Desk) -> None:
    desk.database.write(lambda s: users.add_user(s, "ada@example.com", "supervisor", "correct horse battery", NOW))
    desk.database.write(lambda s: users.remove_user(s, "sue@example.com"))
    assert desk.database.read(lambda s: s.query(Passkey).all()) == []


def test_a_count_may_be_as_large_as_the_standard_allows(desk: Desk) -> None:
    asked = challenge()
    device = replace(desk.device, sign_count=2**32 - 2)
    assert desk.logs_in(device.signs(desk.options(asked)), asked, NOW) == "sue@example.com"


NAMES = ["id", "rawId", "type", "response", "clientDataJSON", "authenticatorData", "attestationObject", "signature"]
PIECES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12) | st.just("AAAA"),
    lambda inner: st.dictionaries(st.sampled_from(NAMES), inner, max_size=6) | st.lists(inner, max_size=3),
    max_leaves=12,
)


@given(answer=PIECES.map(json.dumps) | st.text(max_size=40))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
def test_a_malformed_response_is_refused_without_an_error(desk: Desk, answer: str) -> None:
    asked = challenge()
    assert desk.logs_in(answer, asked, NOW) is None
    with pytest.raises(WrongState):
        desk.answers(answer, asked)


@pytest.mark.parametrize(
    "named", ["\x00", "\ud800", "é", "", "A" * 15_000], ids=["NUL", "half", "accent", "none", "long"]
)
def test_an_id_that_no_database_can_store_is_refused_without_a_fault(desk: Desk, named: str) -> None:
    asked = challenge()
    answer = json.loads(desk.device.signs(desk.options(asked)))
    for fields in ({"id": named}, {"id": named, "rawId": named}, {"rawId": named}):
        assert desk.logs_in(json.dumps({**answer, **fields}), asked, NOW) is None


@pytest.mark.parametrize("field", ["authenticatorData", "clientDataJSON", "signature", "attestationObject"])
@pytest.mark.parametrize("quarters", range(4))
def test_an_answer_that_is_cut_short_is_refused_without_a_fault(desk: Desk, field: str, quarters: int) -> None:
    asked, device = challenge(), Authenticator()
    made = device.makes(passkeys.registration_options(PARTY, desk.user, asked))
    for answer in (desk.device.signs(desk.options(asked)), made):
        parts = json.loads(answer)
        if field in parts["response"]:
            whole = parts["response"][field]
            parts["response"][field] = whole[: len(whole) * quarters // 4]
            assert desk.logs_in(json.dumps(parts), asked, NOW) is None
            if answer == made:
                with pytest.raises(WrongState):
                    desk.answers(json.dumps(parts), asked)


@pytest.mark.parametrize(
    ("public_url", "expected"),
    [
        ("https://desk.example.com", ("desk.example.com", "https://desk.example.com")),
        ("https://Desk.example.com:443/phones", ("desk.example.com", "https://desk.example.com")),
        ("https://desk.example.com:8443", ("desk.example.com", "https://desk.example.com:8443")),
        ("http://localhost:8000", ("localhost", "http://localhost:8000")),
        ("http://desk.example.com", None),  # no secure context
        ("https://192.0.2.7", None),  # an address is no relying party
        ("https://[2001:db8::7]:8443", None),
    ],
)
def test_the_relying_party_is_the_host_of_the_public_url(public_url: str, expected: tuple[str, str] | None) -> None:
    party = relying_party(public_url, "Support desk")
    assert (party and (party.id, party.origin)) == expected
