"""Codes of an authenticator app, and how its secret is kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from callbacks.db.database import Database
from callbacks.db.tables import Passkey, User
from callbacks.errors import WrongState
from callbacks.people import second_factor, sessions, users
from callbacks.people.lockout import Origin, Result
from callbacks.people.required_factor import AT_ONCE, GRACE
from callbacks.people.totp_secrets import TotpSecrets, UnreadableSecret, is_encrypted

NOW = datetime(2026, 11, 29, 3, 12, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)
KEYS = TotpSecrets("a secret of the settings")
SECRET = pyotp.random_base32()


def code(at: datetime, secret: str = SECRET) -> str:
    return pyotp.TOTP(secret).at(at)


@pytest.fixture
def sue(database: Database) -> int:
    """A supervisor without a second factor."""
    add = users.add_user
    return database.write(lambda s: add(s, "sue@example.com", "supervisor", "correct horse battery", NOW).id)


def of(database: Database, user_id: int) -> User:
    return database.read(lambda s: s.get_one(User, user_id))


def begins(database: Database, user_id: int, secret: str = SECRET, given: str | None = None) -> None:
    given = code(NOW, secret) if given is None else given
    database.write(lambda s: second_factor.begin_second_factor(s, user_id, secret, given, KEYS, NOW))


def is_right(database: Database, user_id: int, given: str, at: datetime = LATER, keys: TotpSecrets = KEYS) -> bool:
    origin = Origin("192.0.2.1")
    return database.write(lambda s: second_factor.check_code(s, user_id, given, keys, origin, at)) is Result.RIGHT


def stores_plainly(database: Database, user_id: int) -> None:
    """As the release before did."""

    def work(session: object) -> None:
        row = users.user_named(session, "sue@example.com")  # type: ignore[arg-type]
        row.second_factor, row.factor_due_at = SECRET, None

    database.write(work)


def test_the_secret_is_stored_encrypted(database: Database, sue: int) -> None:
    begins(database, sue)
    stored = of(database, sue).second_factor
    assert SECRET not in stored
    assert KEYS.decrypt(stored) == SECRET
    assert is_right(database, sue, code(LATER))


def test_a_secret_of_the_release_before_works_and_is_encrypted_by_its_use(database: Database, sue: int) -> None:
    stores_plainly(database, sue)
    assert not is_right(database, sue, "000000")
    assert of(database, sue).second_factor == SECRET
    assert is_right(database, sue, code(LATER))
    assert KEYS.decrypt(of(database, sue).second_factor) == SECRET
    assert is_encrypted(of(database, sue).second_factor)
    assert is_right(database, sue, code(LATER + timedelta(minutes=1)), LATER + timedelta(minutes=1))


def test_secrets_of_the_release_before_are_encrypted_when_it_is_upgraded(database: Database, sue: int) -> None:
    stores_plainly(database, sue)
    for _ in range(2):  # a second time changes nothing
        database.write(lambda s: second_factor.encrypt_stored_secrets(s, KEYS))
        assert KEYS.decrypt(of(database, sue).second_factor) == SECRET
    assert is_encrypted(of(database, sue).second_factor)


def test_after_another_secret_key_the_user_reads_what_to_do(database: Database, sue: int) -> None:
    begins(database, sue)
    with pytest.raises(UnreadableSecret, match="SECRET_KEY was changed"):
        is_right(database, sue, code(LATER), keys=TotpSecrets("another one"))


def test_a_code_works_once(database: Database, sue: int) -> None:
    begins(database, sue)
    assert not is_right(database, sue, code(NOW), NOW)  # it turned the app on
    assert is_right(database, sue, code(LATER))
    assert not is_right(database, sue, code(LATER))


def test_without_a_secret_no_code_is_right(database: Database, sue: int) -> None:
    assert not is_right(database, sue, "")
    assert not is_right(database, sue, code(LATER))


@pytest.mark.parametrize("secret", ["", "A", "not base32 at all, and quite long!", "a" * 32, "1" * 32, "A" * 31])
def test_a_secret_that_this_service_did_not_make_is_refused(database: Database, sue: int, secret: str) -> None:
    with pytest.raises(WrongState, match="not the code"):
        begins(database, sue, secret, "000000")


@pytest.mark.parametrize("given", ["", "000000", "é", "１２３４５６", "x" * 500])
def test_a_wrong_code_turns_nothing_on(database: Database, sue: int, given: str) -> None:
    with pytest.raises(WrongState, match="not the code"):
        begins(database, sue, given=given)
    assert of(database, sue).second_factor == ""


def test_it_is_due_until_it_is_set_up_and_again_when_it_ends(database: Database, sue: int) -> None:
    assert of(database, sue).factor_due_at == NOW + GRACE
    begins(database, sue)
    assert of(database, sue).factor_due_at is None
    database.write(lambda s: second_factor.end_second_factor(s, sue, LATER, AT_ONCE))
    assert (of(database, sue).second_factor, of(database, sue).factor_due_at) == ("", LATER)


def test_a_user_who_lost_everything_logs_in_with_the_password_and_has_a_week(database: Database, sue: int) -> None:
    begins(database, sue)
    key = Passkey(user_id=sue, credential_id="x", public_key="x", sign_count=0, name="Laptop", added_at=NOW)
    database.write(lambda s: s.add(key))
    database.write(lambda s: sessions.begin(s, sue, "192.0.2.1", "", LATER))
    had = database.write(lambda s: second_factor.remove_factors(s, "sue@example.com", LATER))
    after = of(database, sue)
    assert had == "authenticator app, passkey Laptop"
    assert (after.second_factor, after.passkeys, after.factor_due_at) == ("", [], LATER + GRACE)
    assert database.read(lambda s: sessions.of_user(s, sue, LATER)) == []


ROTATED, NEW = TotpSecrets("a new one", KEYS.secret_key), TotpSecrets("a new one")


def test_a_secret_of_the_old_key_is_encrypted_anew_by_its_use(database: Database, sue: int) -> None:
    begins(database, sue)
    assert not is_right(database, sue, "000000", keys=ROTATED)
    assert not NEW.can_decrypt(of(database, sue).second_factor)
    assert is_right(database, sue, code(LATER), keys=ROTATED)
    assert NEW.decrypt(of(database, sue).second_factor) == SECRET
    later = LATER + timedelta(minutes=1)
    assert is_right(database, sue, code(later), later, NEW)


def test_secrets_of_the_old_key_are_encrypted_anew_all_at_once_and_unreadable_ones_stay(
    database: Database, sue: int
) -> None:
    def work(session):  # type: ignore[no-untyped-def]
        user = users.add_user(session, "bob@example.com", "reader", "correct horse battery", NOW)
        user.second_factor = TotpSecrets("a key that nobody has").encrypt(SECRET)
        return user.id, user.second_factor

    begins(database, sue)
    bob, unreadable = database.write(work)
    database.write(lambda s: second_factor.encrypt_stored_secrets(s, ROTATED))
    first = of(database, sue).second_factor
    database.write(lambda s: second_factor.encrypt_stored_secrets(s, ROTATED))
    assert (NEW.decrypt(first), of(database, sue).second_factor) == (SECRET, first)
    assert of(database, bob).second_factor == unreadable
