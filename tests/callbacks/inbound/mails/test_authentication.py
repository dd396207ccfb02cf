from __future__ import annotations

import pytest

from callbacks.inbound.mails.authentication import authentication_in, in_words
from callbacks.inbound.mails.kinds import Ours
from callbacks.inbound.mails.parse import parse
from tests.callbacks.inbound.mails.writing import NOW, mail

GOOD = "mx.desk.example; spf=pass smtp.mailfrom=a.example; dkim=pass header.d=a.example; dmarc=pass (p=none)"


@pytest.mark.parametrize(
    ("header", "found"),
    [
        (GOOD.replace("mx.desk.example", "mx"), "spf=pass dkim=pass dmarc=pass"),
        ("mx; dmarc=fail (p=NONE) header.from=a.example; spf=softfail; dkim=none", "spf=softfail dkim=none dmarc=fail"),
        ("mx; dkim=fail header.d=a.example; dkim=pass header.d=b.example", "dkim=pass"),
        ("mx 1; spf=pass;", "spf=pass"),
        ("mx; none", ""),
        ("mx; auth=pass; iprev=pass", ""),
        ("mx; spf=wonderful", ""),
        ("spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=a.example; dmarc=pass action=none", ""),  # it has no name
        *[(broken, "") for broken in ("", "mx", "mx; spf", "(" * 5_000, '"', "mx; spf=pass (", "=;=", "mx; \x00=pass")],
    ],
)
def test_results_are_told_in_short(header: str, found: str) -> None:
    assert authentication_in([header], "mx") == found


def test_of_our_own_servers_headers_only_the_topmost_counts() -> None:
    assert authentication_in(["mx.desk.example; spf=fail", GOOD], "mx.desk.example") == "spf=fail"


def test_only_our_own_server_counts() -> None:
    assert authentication_in(["other.example; spf=fail", GOOD], "MX.desk.example") == "spf=pass dkim=pass dmarc=pass"
    assert authentication_in([GOOD], "other.example") == ""


@pytest.mark.parametrize("header", [GOOD, "spf=pass smtp.mailfrom=a.example", "; spf=pass", '""; spf=pass'])
def test_nobody_counts_while_the_name_of_our_server_is_not_known(header: str) -> None:
    assert authentication_in([header], "") == ""


def test_no_header_says_nothing() -> None:
    assert authentication_in([], "mx") == ""


def test_a_mail_carries_what_our_server_found() -> None:
    ours, from_outside = Ours(authserv_id="mx.desk.example"), Ours()
    written = mail(Authentication_Results=GOOD.replace("; ", ";\n\t"))
    assert parse(written, NOW, ours).authentication == "spf=pass dkim=pass dmarc=pass"
    assert parse(written, NOW, from_outside).authentication == ""


@pytest.mark.parametrize(
    ("found", "english", "french"),
    [
        ("", "Not verified", "Non vérifié"),
        ("spf=pass dkim=pass dmarc=pass", "domain is verified (spf pass", "domaine de l'expéditeur est vérifié"),
        ("spf=pass dkim=none dmarc=fail", "may be forged", "peut-être faux"),
        ("spf=softfail", "may be forged", "peut-être faux"),
        ("spf=pass dkim=pass", "sender is not verified (spf pass dkim pass)", "n'est pas vérifié"),
        ("spf=none dkim=temperror", "sender is not verified", "n'est pas vérifié"),
    ],
)
def test_a_reader_is_told_what_it_means(found: str, english: str, french: str) -> None:
    words = in_words(found)
    assert english in words.english
    assert french in words.french
