"""Texts and mails to customers in a desk's own words, and what is refused in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from callbacks.announcements import wording
from callbacks.desk.customer_templates import CustomerTemplate, Medium, longest_text, template_faults, templates_in
from callbacks.desk.desk_file import Desk, OwnWords, read_desk
from callbacks.paging import customer_wording
from callbacks.text.bilingual import Words
from callbacks.text.gsm7 import TWO_SEGMENTS, fits, folded
from callbacks.text.templates import blanks

DESK = read_desk(Path("support.toml"))
TEMPLATES = templates_in(customer_wording, wording)
ADDED = "texts.text_added"


def desk_with(**own: tuple[str, str]) -> Desk:
    words = {name.replace("__", "."): OwnWords(en=english, fr=french) for name, (english, french) in own.items()}
    return DESK.model_copy(update={"wording": words})


def faults(name: str, english: str, french: str) -> list[str]:
    return list(template_faults(desk_with(**{name: (english, french)}), TEMPLATES))


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=lambda template: template.name)
def test_each_template_has_the_same_blanks_in_both_languages_and_says_what_fills_them(
    template: CustomerTemplate,
) -> None:
    assert blanks(template.shipped.english) == blanks(template.shipped.french)
    assert blanks(template.shipped.english) - {"sender"} == set(template.longest)


def test_a_text_as_shipped_fits_whatever_fills_it_in() -> None:
    longest = DESK.model_copy(update={"company": DESK.company.model_copy(update={"sender": "S" * 30})})
    shipped = {name: OwnWords(en=each.shipped.english, fr=each.shipped.french) for name, each in TEMPLATES.items()}
    assert list(template_faults(longest.model_copy(update={"wording": shipped}), TEMPLATES)) == []
    for template in TEMPLATES.values():
        for language in ("en", "fr"):
            assert template.medium is not Medium.TEXT or fits(longest_text(longest, template, language)[0])


def test_a_text_as_shipped_has_no_letter_that_a_text_cannot_have() -> None:
    """Without its accent, a letter looks like a mistake."""
    for template in TEMPLATES.values():
        if template.medium is Medium.TEXT:
            assert folded(template.shipped.french) == template.shipped.french
            assert folded(template.shipped.english) == template.shipped.english


def test_own_words_are_filled_in_each_language() -> None:
    desk = desk_with(texts__text_added=("{reference}: got it, says {sender}.", "{reference}: bien noté, {sender}."))
    assert TEMPLATES[ADDED].filled(desk, reference="KT-417") == Words(
        "KT-417: got it, says Support desk.", "KT-417: bien noté, Support desk."
    )


def test_what_fills_a_blank_may_have_braces() -> None:
    assert "{x}" in wording.OUTAGE_STARTED.filled(DESK, announcement="{x}", leave=wording.LEAVE).english


@pytest.mark.parametrize(
    ("name", "english", "fault"),
    [
        (ADDED, " ", "it says nothing. Write the text."),
        (ADDED, "{sender} {reference} {", "a brace is alone. Write each blank as {name}, and no other braces."),
        (ADDED, "{sender}: thanks.", "{reference} is missing. Customers need to read it. Add it."),
        (ADDED, "Thanks: {reference}.", "{sender} is missing. Customers need to read it. Add it."),
        (ADDED, "{sender}, {referense}: thanks.", '{referense} is not a blank of this text. Did you mean "reference"?'),
        (ADDED, "{sender} {reference!r}", "{reference} is filled in as it is. Write it without '!r'."),
        (ADDED, "{sender} {reference}\nThanks", "it has several lines. Write the text in one."),
        (ADDED, "{sender} {reference} \U0001f600", "'\U0001f600' cannot be sent by text. Leave it out."),
        ("texts.outage_started", "{sender}: {announcement}", "{leave} is missing. Customers need to read it. Add it."),
        ("mails.outage_started_subject", "{sender}\n{announcement}", "it has several lines. Write the subject in one."),
        ("mails.confirmation", "Hello.", "{confirm_link} is missing. Customers need to read it. Add it."),
        ("mails.confirmation", "a" * 2001, "it has 2001 characters. Shorten it to 2000."),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_place_and_remedy_in_either_language(name: str, english: str, fault: str) -> None:
    shipped = TEMPLATES[name].shipped
    assert f"wording.{name}.en: {fault}" in faults(name, english, shipped.french)
    assert f"wording.{name}.fr: {fault}" in faults(name, shipped.english, english)


def test_every_mistake_is_named_at_once() -> None:
    found = faults(ADDED, "{sender}: thanks \u4e2d.", "{reference}: merci {x}.")
    assert [each.partition(" ")[0] for each in found] == [f"wording.{ADDED}.en:"] * 2 + [f"wording.{ADDED}.fr:"] * 2


@pytest.mark.parametrize("letters", ["François", "e\u0301", "«\u00a0ça\u00a0»", "it’s"])
def test_letters_that_a_text_folds_are_taken(letters: str) -> None:
    assert faults(ADDED, f"{{sender}} {{reference}} {letters}", "{sender} {reference}") == []


def test_the_way_to_decline_a_call_may_be_left_out() -> None:
    assert faults("texts.message_received", "{sender} {reference} {then}", "{sender} {reference} {then}") == []


def test_a_text_that_may_get_longer_than_two_segments_is_refused_by_how_much() -> None:
    room = TWO_SEGMENTS - len("Support desk KT-417 ")
    assert faults(ADDED, "{sender} {reference} " + "a" * room, "{sender} {reference}") == []
    assert faults(ADDED, "{sender} {reference}", "{sender} {reference} " + "a" * (room + 3)) == [
        f"wording.{ADDED}.fr: the text may take 309 letters with everything filled in, and two segments hold 306. "
        "Shorten it by 3."
    ]


def test_a_part_that_makes_texts_too_long_is_named_once() -> None:
    found = faults("texts.will_call_soon", "a" * 300, "ok")
    assert len(found) == 1
    assert found[0].startswith("wording.texts.will_call_soon.en: the text may take ")


def test_what_is_sent_in_both_languages_fits_as_a_whole() -> None:
    (fault,) = faults("texts.not_saved", "a" * 160, "b" * 160)
    assert fault.startswith("wording.texts.not_saved: the text may take 323 letters")
