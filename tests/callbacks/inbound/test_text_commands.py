"""What technicians text, as they text it at two in the morning."""

from __future__ import annotations

import pytest

from callbacks.inbound.text_commands import (
    HELP_WORDS,
    IN_FRENCH,
    OPT_IN_IF_BLOCKED,
    OPT_IN_WORDS,
    OPT_OUT_WORDS,
    WORDS,
    Command,
    Verb,
    is_opt_out,
    means_stop_in_french,
    parse_command,
)


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
        ("workaround 5831", Command(Verb.WORKAROUND, "5831")),
        ("WA 5831", Command(Verb.WORKAROUND, "5831")),
        ("contournement 5831", Command(Verb.WORKAROUND, "5831")),
        ("NONE 5831 no number in the message", Command(Verb.NONE, "5831", "no number in the message")),
        ("Aucun 5831: n'a laissé que son prénom.", Command(Verb.NONE, "5831", "n'a laissé que son prénom")),
        ("none 5831 says 514 555 only", Command(Verb.NONE, "5831", "says 514 555 only")),
        ("none 5831", Command(Verb.NONE, "5831")),
        ("5831 5831", Command(Verb.ACK, "5831")),
        ("５８３１", Command(Verb.ACK, "5831")),  # full-width digits
        ("done 5831 fixed it", Command(Verb.DONE, "5831", "fixed it")),
        ("Fait 5831: c'est réglé, port 8080.", Command(Verb.DONE, "5831", "c'est réglé, port 8080")),
        ("ack 5831 thanks", Command(Verb.ACK, "5831", "thanks")),
        ("done 5831 for KT-417", Command(Verb.DONE, "5831", "for KT-417")),
        ("manager 5831 third call about it", Command(Verb.MANAGER, "5831", "third call about it")),
        ("gestionnaire 5831", Command(Verb.MANAGER, "5831")),
        ("who KT-417", Command(Verb.WHO, None, reference="KT-417")),
        ("qui kt417 ?", Command(Verb.WHO, None, reference="KT-417")),
        ("KT-417", Command(Verb.WHO, None, reference="KT-417")),
        ("done KT-417", Command(Verb.DONE, None, reference="KT-417")),
        ("KT-417: done 5831", Command(Verb.DONE, "5831")),
        ("5831 KT-417", Command(Verb.ACK, "5831")),
        ("KT-417 5831", Command(Verb.ACK, "5831")),
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
        "na417",
        "fixed it 5831",
        "5831 fixed it",
        "not done 5831",
        "\x00",
        "5" * 5000,
    ],
)
def test_it_does_not_guess(words: str) -> None:
    assert parse_command(words) is None


@pytest.mark.parametrize("words", ["STOP", " stop ", "End", "cancel", "QUIT", "unsubscribe", "Revoke"])
def test_the_carriers_words_are_left_to_the_carrier(words: str) -> None:
    assert is_opt_out(words)
    assert parse_command(words) is None


def test_arret_is_the_carriers_word_only_where_it_says_so() -> None:
    assert not is_opt_out("Arrêt")
    assert means_stop_in_french(" ARRET. ")


@pytest.mark.parametrize("word", sorted({*OPT_OUT_WORDS, *OPT_IN_WORDS, *HELP_WORDS, OPT_IN_IF_BLOCKED, "arret"}))
def test_no_command_is_a_word_that_the_carrier_takes(word: str) -> None:
    assert word not in WORDS
    assert word not in {french.casefold() for french in IN_FRENCH.values()}
