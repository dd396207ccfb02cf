"""Every prompt, text and mail has a name of its own."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from callbacks.announcements.wording import SUBSCRIBED
from callbacks.desk.desk_file import OwnWords, read_desk
from callbacks.text.bilingual import Words
from ivr import prompts
from ivr.wording.catalogue import CATALOGUE, PROMPTS, TEMPLATES, own_prompts


def test_prompts_are_named_as_in_the_code_and_those_of_an_outcome_after_it() -> None:
    assert CATALOGUE["greeting"] is prompts.GREETING
    assert CATALOGUE["how_it_ended.left_a_message"].french == "message laissé"
    assert CATALOGUE["outcome_noted.resolved"].english == "Resolved. Thank you. Goodbye."
    in_code = [value for value in vars(prompts).values() if isinstance(value, Words)]
    assert len(PROMPTS) == len(in_code) + len(prompts.HOW_IT_ENDED) + len(prompts.OUTCOME_NOTED)


def test_no_two_prompts_are_the_same_words() -> None:
    """A desk's own wording is found by the words that it replaces."""
    assert [words for words, times in Counter(PROMPTS.values()).items() if times > 1] == []


def test_own_words_are_found_by_the_prompt_that_they_replace() -> None:
    desk = read_desk(Path("support.toml"))
    own = {"goodbye": OwnWords(en="Bye.", fr="Salut."), "unknown": OwnWords(en="a", fr="b")}
    assert own_prompts(desk.model_copy(update={"wording": own})) == {prompts.GOODBYE: Words("Bye.", "Salut.")}
    assert own_prompts(desk) == {}


def test_texts_and_mails_have_names_of_their_own() -> None:
    assert CATALOGUE["texts.subscribed"] is SUBSCRIBED.shipped
    assert len(CATALOGUE) == len(PROMPTS) + len(TEMPLATES)
    assert {name.partition(".")[0] for name in TEMPLATES} == {"texts", "mails"}
