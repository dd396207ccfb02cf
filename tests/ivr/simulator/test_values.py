"""What single values may be."""

from __future__ import annotations

import pytest

from ivr.simulator.values import (
    Check,
    anything,
    at_most,
    is_absolute_url,
    is_boolean,
    is_method,
    is_phone_number,
    is_url,
    keys,
    one_of,
    sid,
    some_of,
    whole_number,
)


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (anything, ["", "x"], []),
        (is_boolean, ["true", "false"], ["", "True", "yes", "1"]),
        (is_method, ["GET", "POST"], ["", "get", "PUT"]),
        (is_phone_number, ["+15145550101", "+4930123456"], ["", "15145550101", "+05145550101", "+1514", "+1514a"]),
        (whole_number(1), ["1", "600"], ["", "0", "-1", "1.5", "x", "1 ", "\N{SUPERSCRIPT TWO}"]),
        (whole_number(3, 59), ["3", "59"], ["2", "60"]),
        (at_most(3), ["", "abc"], ["abcd"]),
        (keys("0123*#"), ["", "1*#"], ["4", "w"]),
        (keys("0123", longest=2), ["12"], ["123"]),
        (one_of(("mono", "dual")), ["mono"], ["", "Mono", "mono dual"]),
        (some_of(("completed", "absent")), ["completed", "absent completed"], ["", " ", "completed,absent", "done"]),
        (sid("AP"), ["AP" + "a1" * 16], ["", "AP1", "CA" + "a1" * 16, "AP" + "g" * 32]),
        (
            is_absolute_url,
            ["https://app.test/voice?a=b#rc=2", "http://127.0.0.1:8000/", "https://xn--bcher-kva.example"],
            ["", "/voice", "ftp://app.test", "https://", "https://my_app.test/", "https://app.test/a b", "https://app.test:x/"],
        ),
        (
            is_url,
            ["/voice", "next?a=b", "?a=b", "m.wav", "https://app.test/voice"],
            ["", "javascript:alert(1)", "sip:amy@app.test", "//", "/a b", "https://my_app.test/", "/<x>"],
        ),
    ],
)  # fmt: skip
def test_a_check_lets_good_values_pass_and_no_others(check: Check, good: list[str], bad: list[str]) -> None:
    assert [value for value in good if not check(value)] == []
    assert [value for value in bad if check(value)] == []
