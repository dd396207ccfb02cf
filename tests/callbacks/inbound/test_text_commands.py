"""What technicians text, as they text it at two in the morning."""

from __future__ import annotations

import pytest

from callbacks.inbound.text_commands import Command, Verb, is_opt_out, parse_command


@pytest.mark.parametrize(
    ("words", "command"),
    [
        ("5831", Command(Verb.ACK, "5831")),
        (" 5831 ", Command(Verb.ACK, "5831")),
        ("“5831”", Command(Verb.ACK, "5831")),
        ("ack 5831", Command(Verb.ACK, "5831")),
        ("ACK5831", Command(Verb.ACK, "5831")),
        ("5831 ack", Command(Verb.ACK, "5831")),
        ("Ack: 5831.", Command(Verb.ACK, "5831")),
        ("call 5831", Command(Verb.CALL, "5831")),
        ("Done 5831!", Command(Verb.DONE, "5831")),
        ("n/a 5831", Command(Verb.NA, "5831")),
        ("no answer 5831", Command(Verb.NA, "5831")),
        ("PASS 5831", Command(Verb.PASS, "5831")),
        ("who 5831?", Command(Verb.WHO, "5831")),
        ("passé 5831", Command(Verb.PASS, "5831")),
        ("réglé 5831", Command(Verb.DONE, "5831")),
        ("fait 5831", Command(Verb.DONE, "5831")),
        ("qui 5831", Command(Verb.WHO, "5831")),
        ("Allow 5831", Command(Verb.ALLOW, "5831")),
        ("autorisé 5831", Command(Verb.ALLOW, "5831")),
        ("REFUSE 5831.", Command(Verb.REFUSE, "5831")),
        ("refusé 5831", Command(Verb.REFUSE, "5831")),
        ("done", Command(Verb.DONE, None)),
        ("5831 5831", Command(Verb.ACK, "5831")),
        ("５８３１", Command(Verb.ACK, "5831")),  # full-width digits
    ],
)
def test_it_understands(words: str, command: Command) -> None:
    assert parse_command(words) == command


@pytest.mark.parametrize(
    "words",
    [
        "",
        "yes",
        "ok",
        "👍",
        "583",
        "58311",
        "5831 5832",
        "I am driving, will call at 5831 Main Street",
        "stop",
        "done 12",
        "+15145550101",
        "KT-417",
        "ack KT-417",
        "\x00",
        "5" * 5000,
    ],
)
def test_it_does_not_guess(words: str) -> None:
    assert parse_command(words) is None


@pytest.mark.parametrize("words", ["STOP", " stop ", "End", "cancel", "QUIT", "unsubscribe", "Arrêt"])
def test_the_carriers_words_are_left_to_the_carrier(words: str) -> None:
    assert is_opt_out(words)
    assert parse_command(words) is None
