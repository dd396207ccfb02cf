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
    codes_in,
    is_opt_out,
    means_stop_in_french,
    parse_command,
)


@pytest.mark.parametrize(
    ("words", "command"),
    [
        ("583112", Command(Verb.ACK, "583112")),
        (" 583112 ", Command(Verb.ACK, "583112")),
        ("“583112”", Command(Verb.ACK, "583112")),
        ("ack 583112", Command(Verb.ACK, "583112")),
        ("ACK583112", Command(Verb.ACK, "583112")),
        ("583112 ack", Command(Verb.ACK, "583112")),
        ("Ack: 583112.", Command(Verb.ACK, "583112")),
        ("call 583112", Command(Verb.CALL, "583112")),
        ("Done 583112!", Command(Verb.DONE, "583112")),
        ("n/a 583112", Command(Verb.NA, "583112")),
        ("no answer 583112", Command(Verb.NA, "583112")),
        ("PASS 583112", Command(Verb.PASS, "583112")),
        ("who 583112?", Command(Verb.WHO, "583112")),
        ("passé 583112", Command(Verb.PASS, "583112")),
        ("réglé 583112", Command(Verb.DONE, "583112")),
        ("fait 583112", Command(Verb.DONE, "583112")),
        ("qui 583112", Command(Verb.WHO, "583112")),
        ("Allow 583112", Command(Verb.ALLOW, "583112")),
        ("autorisé 583112", Command(Verb.ALLOW, "583112")),
        ("REFUSE 583112.", Command(Verb.REFUSE, "583112")),
        ("refusé 583112", Command(Verb.REFUSE, "583112")),
        ("done", Command(Verb.DONE, None)),
        ("workaround 583112", Command(Verb.WORKAROUND, "583112")),
        ("WA 583112", Command(Verb.WORKAROUND, "583112")),
        ("contournement 583112", Command(Verb.WORKAROUND, "583112")),
        ("NONE 583112 no number in the message", Command(Verb.NONE, "583112", "no number in the message")),
        ("Aucun 583112: n'a laissé que son prénom.", Command(Verb.NONE, "583112", "n'a laissé que son prénom")),
        ("none 583112 says 514 555 only", Command(Verb.NONE, "583112", "says 514 555 only")),
        ("none 583112", Command(Verb.NONE, "583112")),
        ("583112 583112", Command(Verb.ACK, "583112")),
        ("５８３１１２", Command(Verb.ACK, "583112")),  # full-width digits
        ("done 583112 fixed it", Command(Verb.DONE, "583112", "fixed it")),
        ("Fait 583112: c'est réglé, port 8080.", Command(Verb.DONE, "583112", "c'est réglé, port 8080")),
        ("ack 583112 thanks", Command(Verb.ACK, "583112", "thanks")),
        ("done 583112 for KT-417", Command(Verb.DONE, "583112", "for KT-417")),
        ("manager 583112 third call about it", Command(Verb.MANAGER, "583112", "third call about it")),
        ("gestionnaire 583112", Command(Verb.MANAGER, "583112")),
        ("who KT-417", Command(Verb.WHO, None, reference="KT-417")),
        ("qui kt417 ?", Command(Verb.WHO, None, reference="KT-417")),
        ("KT-417", Command(Verb.WHO, None, reference="KT-417")),
        ("done KT-417", Command(Verb.DONE, None, reference="KT-417")),
        ("KT-417: done 583112", Command(Verb.DONE, "583112")),
        ("583112 KT-417", Command(Verb.ACK, "583112")),
        ("KT-417 583112", Command(Verb.ACK, "583112")),
        ("583 112", Command(Verb.ACK, "583112")),
        ("583-112", Command(Verb.ACK, "583112")),
        ("done 583 112", Command(Verb.DONE, "583112")),
        ("Done 583\u2013112: port 8080 was shut", Command(Verb.DONE, "583112", "port 8080 was shut")),
        ("583.112 done", Command(Verb.DONE, "583112")),
        ("na583 112", Command(Verb.NA, "583112")),
        ("who KT-417 583112", Command(Verb.WHO, "583112")),
        ("na 583112 call (514) 555-0199", Command(Verb.NA, "583112", "call (514) 555-0199")),
        ("5831", Command(Verb.ACK, "5831")),  # of the release before, until its callback closes
        ("done 5831 fixed it", Command(Verb.DONE, "5831", "fixed it")),
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
        "583112 583212",
        "583112 5832",
        "call 514 845 8474",
        "done 514-845-8474",
        "(514) 845-8474",
        "583 1124",
        "5831 12",
        "I am driving, will call at 583112 Main Street",
        "stop",
        "done 12",
        "+15145550101",
        "na417",
        "fixed it 583112",
        "583112 fixed it",
        "not done 583112",
        "\x00",
        "5" * 5000,
    ],
)
def test_it_does_not_guess(words: str) -> None:
    assert parse_command(words) is None


@pytest.mark.parametrize(
    ("words", "command"),
    [
        ("done 583112 25m", Command(Verb.DONE, "583112", minutes=25)),
        ("done 583112 25m fixed it", Command(Verb.DONE, "583112", "25m fixed it", minutes=25)),
        ("Fait 583112: 25 min, réglé.", Command(Verb.DONE, "583112", "25 min, réglé", minutes=25)),
        ("réglé 583112 25 minutes de travail", Command(Verb.DONE, "583112", "25 minutes de travail", minutes=25)),
        ("na 583112 5 mn", Command(Verb.NA, "583112", minutes=5)),
        ("done 583 112 25m", Command(Verb.DONE, "583112", minutes=25)),
        ("wa 583 112 1440min", Command(Verb.WORKAROUND, "583112", minutes=1440)),
        ("done 25m 583112", Command(Verb.DONE, "583112", minutes=25)),
        ("done 25 min 583112 fixed it", Command(Verb.DONE, "583112", "fixed it", minutes=25)),
        ("583112 done 25m", Command(Verb.DONE, "583112", minutes=25)),
        ("583112 cont 25 min.", Command(Verb.CONT, "583112", minutes=25)),
        ("note 583112 15m checked the logs", Command(Verb.NOTE, "583112", "15m checked the logs", minutes=15)),
        ("note 583112 15m", Command(Verb.NOTE, "583112", "15m", minutes=15)),
        ("583112 note 15m", Command(Verb.NOTE, "583112", "note 15m", minutes=15)),
        ("done 583112 25m call (514) 555-0199", Command(Verb.DONE, "583112", "25m call (514) 555-0199", minutes=25)),
        # Out of range: the word counts, and whoever sent it reads why the minutes do not.
        ("done 583112 0m", Command(Verb.DONE, "583112", minutes=0)),
        ("done 583112 1500m", Command(Verb.DONE, "583112", minutes=1500)),
        # Other numbers are words of the note, and the word before the code is never lost.
        ("done 583112 25", Command(Verb.DONE, "583112", "25")),
        ("done 583112 25 mails", Command(Verb.DONE, "583112", "25 mails")),
        ("done 583112 mail was down 25m", Command(Verb.DONE, "583112", "mail was down 25m")),
        ("suite 583112 14h30", Command(Verb.CONT, "583112", "14h30")),
        ("msg 583112 20 min ago", Command(Verb.MSG, "583112", "20 min ago")),
        ("done 583112 5 min before the deadline", Command(Verb.DONE, "583112", "5 min before the deadline")),
        ("na 583112 20 min de retard", Command(Verb.NA, "583112", "20 min de retard")),
        ("suite 583112 20 min après", Command(Verb.CONT, "583112", "20 min après")),
        ("done 583112 25m30s", Command(Verb.DONE, "583112", "25m30s")),
        ("done 583112 12345m", Command(Verb.DONE, "583112", "12345m")),
        ("pass 583112 25m", Command(Verb.PASS, "583112", "25m")),
        ("ack 583112 25m", Command(Verb.ACK, "583112", "25m")),
    ],
)
def test_minutes_stand_beside_the_code(words: str, command: Command) -> None:
    assert parse_command(words) == command


@pytest.mark.parametrize(
    "words", ["583112 25m", "583112 pass 25m", "25m 583112", "done 25 583112", "583112 done 25m ok"]
)
def test_minutes_without_a_word_that_takes_them_are_not_understood(words: str) -> None:
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


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        ("Took 583112 thanks, and 583 112", ["583112"]),
        ("583112, 5831 and 704-288", ["583112", "5831", "704288"]),
        ("ring 514 845 8474 or +15148458474", ["8474"]),
        ("583 112 514 555", []),
    ],
)
def test_codes_are_found_in_any_text(words: str, codes: list[str]) -> None:
    assert codes_in(words) == codes
