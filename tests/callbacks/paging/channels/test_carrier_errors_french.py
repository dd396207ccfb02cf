"""The French of the carrier's reasons, as alerts quote them."""

from __future__ import annotations

from callbacks.paging.channels.carrier_errors import KNOWN, Fault, cause_of, sip_words
from callbacks.paging.channels.carrier_errors_french import FRENCH
from callbacks.text.gsm7 import folded


def test_french_alerts_give_their_reasons_in_french() -> None:
    """Only faults of a request that our own code made are left in English: an operator reads them in the log."""
    english = {code for code, known in KNOWN.items() if known.words.english == known.words.french}
    assert {KNOWN[code].fault for code in english} == {Fault.OTHER}
    assert cause_of(30005).words.french == "ce numéro n'existe pas (30005)"
    assert cause_of(None, 480).words.french == "le téléphone est éteint ou hors de portée (SIP 480)"


def test_no_french_is_left_over_from_words_that_changed() -> None:
    english = {known.words.english for known in KNOWN.values()} | {sip_words(code) for code in range(400, 700)}
    assert set(FRENCH) - english == {"the carrier gives no reason"} - english


def test_it_keeps_to_the_letters_of_text_messages() -> None:
    assert [words for words in FRENCH.values() if folded(words) != words] == []
