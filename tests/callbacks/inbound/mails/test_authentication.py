from __future__ import annotations

import pytest

from callbacks.inbound.mails.authentication import authentication_in
from callbacks.inbound.mails.parse import parse
from tests.callbacks.inbound.mails.writing import NOW, mail

GOOD = "mx.desk.example; spf=pass smtp.mailfrom=a.example; dkim=pass header.d=a.example; dmarc=pass (p=none)"


@pytest.mark.parametrize(
    ("header", "found"),
    [
        (GOOD, "spf=pass dkim=pass dmarc=pass"),
        ("mx; dmarc=fail (p=NONE) header.from=a.example; spf=softfail; dkim=none", "spf=softfail dkim=none dmarc=fail"),
        ("mx; dkim=fail header.d=a.example; dkim=pass header.d=b.example", "dkim=pass"),
        ("mx 1; spf=pass;", "spf=pass"),
        ("mx; none", ""),
        ("mx; auth=pass; iprev=pass", ""),
        ("mx; spf=wonderful", ""),
        # Microsoft 365 does not say who it is.
        (
            "spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=a.example; dkim=none (message not signed) header.d=none;"
            "dmarc=bestguesspass action=none header.from=a.example;compauth=pass reason=109",
            "spf=pass dkim=none",
        ),
        *[(broken, "") for broken in ("", "mx", "mx; spf", "(" * 5_000, '"', "mx; spf=pass (", "=;=", "mx; \x00=pass")],
    ],
)
def test_results_are_told_in_short(header: str, found: str) -> None:
    assert authentication_in([header]) == found


def test_only_the_topmost_header_counts() -> None:
    assert authentication_in(["mx.desk.example; spf=fail", GOOD]) == "spf=fail"
    assert authentication_in(["broken", GOOD]) == ""


def test_only_our_own_server_counts_where_its_name_is_known() -> None:
    assert authentication_in(["other.example; spf=fail", GOOD], "MX.desk.example") == "spf=pass dkim=pass dmarc=pass"
    assert authentication_in([GOOD], "other.example") == ""
    assert authentication_in(["spf=pass smtp.mailfrom=a.example"], "mx.desk.example") == ""


def test_no_header_says_nothing() -> None:
    assert authentication_in([]) == ""


def test_a_mail_carries_what_our_server_found() -> None:
    assert (
        parse(mail(Authentication_Results=GOOD.replace("; ", ";\n\t")), NOW).authentication
        == "spf=pass dkim=pass dmarc=pass"
    )
