"""Prompts that know their blanks, and a desk's own wording in their place."""

from __future__ import annotations

from callbacks.text.bilingual import Words
from callbacks.text.spoken import Part, SayAs, digits, parts_of
from ivr.twilio.phrases import Phrase, in_own_words
from ivr.twilio.verbs import Gather, Hangup, Say

GREETING = Words("Thank you for calling {company}.", "Merci d'appeler {company}.")
BY = Words("Call {number} by {due}. Goodbye.", "Appelez {number} avant {due}. Au revoir.")
NUMBER = Words("{number}", "le {number}")
MINE = Words("Welcome!", "Bienvenue chez {company} !")


def filled(prompt: Words, language: str = "en", **blanks: str) -> Phrase:
    return Phrase.filled(prompt, language, blanks)


def test_a_phrase_is_a_string_in_our_wording() -> None:
    assert filled(GREETING, company="Acme") == "Thank you for calling Acme."
    assert filled(GREETING, "fr", company="Acme") == "Merci d'appeler Acme."


def test_a_blank_keeps_how_it_is_said() -> None:
    phrase = filled(BY, number=filled(NUMBER, number=digits("12")), due="10:42 p.m.")
    assert parts_of(phrase) == (Part("Call "), Part("12", SayAs.DIGITS), Part(" by 10:42 p.m. Goodbye."))


def test_a_time_at_the_end_of_a_sentence_ends_it_in_own_words_too() -> None:
    own = {BY: Words("Your number is {number}, by {due}.", "{number} {due}")}
    assert filled(BY, number="1", due="10:42 p.m.").worded(own) == "Your number is 1, by 10:42 p.m."


def test_own_words_replace_a_prompt_and_one_that_fills_its_blank() -> None:
    phrase = filled(BY, "fr", number=filled(NUMBER, "fr", number=digits("12")), due="22 h")
    assert phrase.worded({}) == "Appelez le 12 avant 22 h. Au revoir."
    own = phrase.worded({NUMBER: Words("#{number}", "numéro {number}"), GREETING: MINE})
    assert own == "Appelez numéro 12 avant 22 h. Au revoir."


def test_braces_in_what_fills_a_blank_are_only_text() -> None:
    assert filled(GREETING, company="{due} {company.__class__}").worded({GREETING: MINE}) == "Welcome!"
    assert filled(GREETING, company="{due}") == "Thank you for calling {due}."


def test_the_verbs_of_a_call_are_put_in_own_words() -> None:
    greeting = Say(filled(GREETING, "fr", company="Acme"), "fr")
    verbs = (greeting, Gather("https://d/key", (greeting, Say("plain"))), Hangup())
    said, gather, hangup = in_own_words(verbs, {GREETING: MINE})
    assert said == Say("Bienvenue chez Acme !", "fr")
    assert gather == Gather("https://d/key", (Say("Bienvenue chez Acme !", "fr"), Say("plain")))
    assert hangup == Hangup()
    assert in_own_words(verbs, {}) == verbs
