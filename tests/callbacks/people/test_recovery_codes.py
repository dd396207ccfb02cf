"""Recovery codes: eight, each for one use, and only their hashes in the database."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from callbacks.db.database import Database
from callbacks.db.tables import AuditEntry, RecoveryCode, User
from callbacks.people import recovery_codes, second_factor, users
from callbacks.people.lockout import Origin, Result
from callbacks.people.totp_secrets import TotpSecrets
from callbacks.records.audit_log import details_of

NOW = datetime(2026, 11, 29, 3, 12, tzinfo=UTC)
KEYS = TotpSecrets("a secret of the settings")


@pytest.fixture
def sue(database: Database) -> int:
    """A supervisor with an authenticator app."""

    def work(session):  # type: ignore[no-untyped-def]
        user = users.add_user(session, "sue@example.com", "supervisor", "correct horse battery", NOW)
        user.second_factor = KEYS.encrypt("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
        return user.id

    return database.write(work)  # type: ignore[no-any-return]


def codes_of(database: Database, user_id: int) -> list[str]:
    return database.write(lambda s: recovery_codes.new_codes(s, user_id, KEYS.secret_key))


def is_right(database: Database, user_id: int, given: str) -> bool:
    origin = Origin("192.0.2.1")
    return database.write(lambda s: second_factor.check_code(s, user_id, given, KEYS, origin, NOW)) is Result.RIGHT


def left(database: Database, user_id: int) -> int:
    return database.read(lambda s: recovery_codes.codes_left(s, user_id))


def test_each_code_works_once_and_is_on_record(database: Database, sue: int) -> None:
    codes = codes_of(database, sue)
    assert (len(codes), len(set(codes))) == (8, 8)
    assert all(re.fullmatch(r"\d{4}-\d{4}-\d{4}-\d{4}", code) for code in codes)
    assert [is_right(database, sue, given) for given in (codes[0], codes[0])] == [True, False]
    assert is_right(database, sue, codes[1].replace("-", " "))
    (first, second) = database.read(lambda s: s.scalars(select(AuditEntry).order_by(AuditEntry.id)).all())
    assert (first.who, first.what, *(details_of(each)["about"] for each in (first, second))) == (
        *("sue@example.com", "used a recovery code", "7 left", "6 left"),
    )


def test_the_database_holds_none_of_them(database: Database, sue: int) -> None:
    """Nor a plain hash, which sixteen digits would not protect."""
    codes = codes_of(database, sue)
    stored = database.read(lambda s: s.scalars(select(RecoveryCode.code_hash)).all())
    other = database.write(lambda s: recovery_codes.matching_code(s, sue, codes[0], ["another secret key"]))
    assert (len(stored), other) == (8, None)
    assert not any(code.replace("-", "") in hashed for code in codes for hashed in stored)


def test_new_codes_replace_the_earlier_ones(database: Database, sue: int) -> None:
    before, after = codes_of(database, sue), codes_of(database, sue)
    assert [is_right(database, sue, given) for given in (before[0], after[0])] == [False, True]


def test_nobody_uses_somebody_elses(database: Database, sue: int) -> None:
    theirs = codes_of(database, sue)
    ada = database.write(lambda s: users.add_user(s, "ada@example.com", "reader", "correct horse battery", NOW).id)
    assert not is_right(database, ada, theirs[0])
    assert left(database, sue) == 8


def test_guesses_are_counted_and_a_locked_account_uses_none_up(database: Database, sue: int) -> None:
    codes = codes_of(database, sue)
    for number in range(5):
        assert not is_right(database, sue, f"{number:016}")
    assert not is_right(database, sue, codes[0])
    assert left(database, sue) == 8


def test_they_go_with_the_factors(database: Database, sue: int) -> None:
    codes_of(database, sue)
    database.write(lambda s: second_factor.remove_factors(s, "sue@example.com", NOW))
    assert left(database, sue) == 0


def test_without_a_second_factor_they_open_nothing(database: Database, sue: int) -> None:
    codes = codes_of(database, sue)
    database.write(lambda s: setattr(s.get_one(User, sue), "second_factor", ""))
    assert not is_right(database, sue, codes[0])


def test_codes_of_the_old_key_work_while_it_is_rotated_and_new_ones_are_of_the_new_key(
    database: Database, sue: int
) -> None:
    rotated, new = TotpSecrets("a new one", KEYS.secret_key), TotpSecrets("a new one")

    def found(given: str, keys: TotpSecrets) -> bool:
        match = recovery_codes.matching_code
        return database.read(lambda s: match(s, sue, given, keys.secret_keys)) is not None

    old = codes_of(database, sue)[0]
    assert [found(old, keys) for keys in (rotated, new)] == [True, False]
    fresh = database.write(lambda s: recovery_codes.new_codes(s, sue, rotated.secret_key))[0]
    assert [found(fresh, keys) for keys in (rotated, new, KEYS)] == [True, True, False]
