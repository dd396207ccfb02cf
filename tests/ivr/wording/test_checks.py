"""What is refused in a desk's own wording, and that whatever is not refused can be spoken."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callbacks.desk.desk_file import Desk, Language, desk_from
from callbacks.errors import BrokenDesk
from callbacks.text.bilingual import Words
from callbacks.text.formats import spelled, spoken_number
from callbacks.text.spoken import said_as
from callbacks.text.templates import blanks
from ivr.prompts import say
from ivr.simulator.twiml.reader import read, words_of
from ivr.twilio.phrases import in_own_words
from ivr.twilio.twiml import voice_document
from ivr.twilio.verbs import Gather
from ivr.twilio.webhook import XML
from ivr.wording.catalogue import CATALOGUE, PROMPTS
from ivr.wording.checks import LONGEST_PROMPT, MOST_BLANKS, wording_faults

FILE = Path("support.toml")
CONTENT = tomllib.loads(FILE.read_text(encoding="utf-8"))


ALONE = "a brace is alone. Write each blank as {name}, and no other braces."
NO_BLANK = 'is not a blank of this prompt. Did you mean "company"?'


def desk_with(**sections: Any) -> Desk:
    return desk_from({**CONTENT, **sections}, FILE)


def faults(name: str, english: str, french: str) -> list[str]:
    return list(wording_faults(desk_with(wording={name: {"en": english, "fr": french}})))


def test_the_wording_as_shipped_passes() -> None:
    shipped = {name: {"en": words.english, "fr": words.french} for name, words in CATALOGUE.items()}
    assert list(wording_faults(desk_with(wording=shipped))) == []


@pytest.mark.parametrize(
    ("name", "english", "french"),
    [
        ("greeting", "Welcome!", "Bienvenue chez {company} !"),
        ("page_late", "Urgent: the {line}, due {due}.", "Urgent : {line}, avant {due}."),
        ("how_it_ended.busy", "the line was busy", "c'était occupé"),
        ("recording_notice", "This is recorded. In an emergency, dial 1 1 2.", "Appel enregistré. Composez le 1 1 2."),
    ],
)
def test_good_wording_passes(name: str, english: str, french: str) -> None:
    assert faults(name, english, french) == []


@pytest.mark.parametrize(
    ("name", "english", "fault"),
    [
        ("greting", "Hello.", 'wording.greting: there is no such prompt. Did you mean "greeting"?'),
        ("xyzzy", "Hello.", "wording.xyzzy: there is no such prompt. See: python app.py wording."),
        ("texts.xyzzy", "Hi", "wording.texts.xyzzy: there is no such text. See: python app.py wording."),
        ("mails.outages", "Hi", 'wording.mails.outages: there is no such mail. Did you mean "mails.outage"?'),
        ("greeting", " ", "wording.greeting.en: it says nothing. Write what is spoken."),
        ("greeting", "...", "wording.greeting.en: it says nothing. Write what is spoken."),
        ("greeting", "Hello {", f"wording.greeting.en: {ALONE}"),
        ("greeting", "Hi }", f"wording.greeting.en: {ALONE}"),
        ("greeting", "Hi {{x}}", "wording.greeting.en: '{' cannot be spoken. Leave it out."),
        ("greeting", "{compny}", f"wording.greeting.en: {{compny}} {NO_BLANK}"),
        ("greeting", "At {due}", "wording.greeting.en: {due} is not a blank of this prompt. Its blanks: {company}."),
        ("greeting", "Hi {}", "wording.greeting.en: {} is not a blank of this prompt. Its blanks: {company}."),
        ("goodbye", "{due}?", "wording.goodbye.en: {due} is not a blank of this prompt. Its blanks: none."),
        ("greeting", "{company.x}", f"wording.greeting.en: {{company.x}} {NO_BLANK}"),
        ("greeting", "Hi {company!r}", "wording.greeting.en: {company} is filled in as it is. Write it without '!r'."),
        ("greeting", "{company:>9}", "wording.greeting.en: {company} is filled in as it is. Write it without ':>9'."),
        ("greeting", "a" * 1001, "wording.greeting.en: it has 1001 characters. Shorten it to 1000."),
        ("greeting", "Hi " + "{company}" * 9, "wording.greeting.en: it has 9 blanks. Keep 8 at most."),
        ("thanks", "Bye.", "wording.thanks.en: {due} is missing. Callers or technicians need to hear it. Add it."),
        ("greeting", "Hi <b>", "wording.greeting.en: '<' cannot be spoken. Leave it out."),
        ("greeting", "Hi \u0007", "wording.greeting.en: '\\x07' cannot be spoken. Leave it out."),
        ("greeting", "Hi \U0001f600", "wording.greeting.en: '\U0001f600' cannot be spoken. Leave it out."),
        ("goodbye", "Press *", "wording.goodbye.en: '*' cannot be spoken. Write \"star\" (\"l'étoile\")."),
        ("confirm", "Press one.", "wording.confirm.en: it does not name the key 1. Add it, as a digit."),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_remedy(name: str, english: str, fault: str) -> None:
    shipped = CATALOGUE.get(name, Words("a", "b"))
    found = faults(name, english, shipped.french)
    assert fault in found
    if not fault.startswith(f"wording.{name}: "):
        french = [each.replace(".fr: ", ".en: ", 1) for each in faults(name, shipped.english, english)]
        assert fault in french


@pytest.mark.parametrize("blank", ["reference", "due"])
def test_the_promise_cannot_be_left_out(blank: str) -> None:
    words = CATALOGUE["thanks_with_reference"]
    without = words.french.replace(f"{{{blank}}}", "")
    assert faults("thanks_with_reference", words.english, without) == [
        f"wording.thanks_with_reference.fr: {{{blank}}} is missing. Callers or technicians need to hear it. Add it."
    ]


def test_a_voice_that_does_not_fit_is_named_with_the_other_mistakes() -> None:
    desk = desk_with(voices={"fr": "Polly.Joanna-Neural"}, wording={"xyzzy": {"en": "a", "fr": "b"}})
    assert [fault.split(":")[0] for fault in wording_faults(desk)] == ["voices.fr", "wording.xyzzy"]
    with pytest.raises(BrokenDesk, match="speaks en-US, not French"):
        desk_from({**CONTENT, "voices": {"fr": "Polly.Joanna-Neural"}}, FILE, wording_faults)


# Whatever is accepted can be spoken

FILLINGS: dict[str, str] = {
    "reference": spelled("KT-417"),
    "number": spoken_number("+15145550199"),
    "due": said_as("le 1er janvier à 21 h", "le premier janvier à vingt et une heures"),
}
PIECES = st.one_of(
    st.text(max_size=40),
    st.text(alphabet="abcdeéàùç ,.!?'-1234569", max_size=400),
    st.sampled_from([f"{{{blank}}}" for blank in ("due", "number", "reference", "company", "line", "key", "name")]),
)


@given(
    name=st.sampled_from(sorted(PROMPTS)),
    pieces=st.lists(PIECES, max_size=12),
    ending=st.booleans(),
    filling=st.text(max_size=300),
)
def test_whatever_is_accepted_is_spoken_with_every_blank(
    name: str, pieces: list[str], ending: bool, filling: str
) -> None:
    shipped = CATALOGUE[name]
    own = "".join(pieces) + (shipped.english if ending else "")
    if faults(name, own, shipped.french):
        return
    given_ = {blank: FILLINGS.get(blank, filling) for blank in blanks(shipped.english)}
    prompt = say("en", shipped, **given_)
    (gather,) = in_own_words((Gather("https://d/key", (prompt, prompt)),), {shipped: Words(own, shipped.french)})
    (found,) = read(voice_document((gather,)), XML)
    heard = [words_of(each) for each in found]
    assert len(heard) == 2
    assert all(" ".join(given_[blank].split()) in heard[0] for blank in blanks(own) if blank in FILLINGS)


def test_a_document_of_the_longest_prompts_is_not_too_large() -> None:
    """The longest document is a menu with every key, before it a greeting and an announcement."""
    own = "é" * (LONGEST_PROMPT - MOST_BLANKS * len("{company}")) + "{company}" * MOST_BLANKS
    assert faults("greeting", own, own) == []
    languages: tuple[Language, ...] = ("en", "fr")
    prompts = [say(language, CATALOGUE["greeting"], company="é" * 100) for language in languages for _ in range(8)]
    verbs = in_own_words(prompts, {CATALOGUE["greeting"]: Words(own, own)})
    assert len(read(voice_document(verbs), XML)) == 16
