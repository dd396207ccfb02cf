"""The voices of Twilio's library that speak English or French and take markup, with their languages. Pure.

Left out: "man", "woman" and "alice", which take no markup, and Google's Chirp 3, which may not take all of ours.
English has no Canadian voice.
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

POLLY = {
    "en-US": """Ivy Joanna Joey Justin Kendra Kevin Kimberly Matthew Salli Danielle-Neural Gregory-Neural Ivy-Neural
        Joanna-Neural Joey-Neural Justin-Neural Kendra-Neural Kevin-Neural Kimberly-Neural Matthew-Neural Ruth-Neural
        Salli-Neural Stephen-Neural Danielle-Generative Joanna-Generative Matthew-Generative Ruth-Generative
        Stephen-Generative""",
    "en-GB": "Amy Brian Emma Amy-Neural Arthur-Neural Brian-Neural Emma-Neural Amy-Generative",
    "en-GB-WLS": "Geraint",
    "en-AU": "Nicole Russell Olivia-Neural Olivia-Generative",
    "en-IE": "Niamh-Neural",
    "en-IN": "Aditi Raveena Kajal-Neural Kajal-Generative",
    "en-NZ": "Aria-Neural",
    "en-ZA": "Ayanda-Neural Ayanda-Generative",
    "fr-CA": "Chantal Gabrielle-Neural Liam-Neural",
    "fr-FR": "Celine Lea Mathieu Lea-Neural Remi-Neural Lea-Generative Rémi-Generative",
    "fr-BE": "Isabelle-Neural",
}
GOOGLE = {
    "en-US": {"Standard": "ABCDEFGHIJ", "Wavenet": "ABCDEFGHIJ", "Neural2": "ACDEFGHIJ"},
    "en-GB": {"Standard": "ABCDFNO", "Wavenet": "ABCDFNO", "Neural2": "ABCDFNO"},
    "en-AU": {"Standard": "ABCD", "Wavenet": "ABCD", "Neural2": "ABCD"},
    "en-IN": {"Standard": "ABCDEF", "Wavenet": "ABCDEF", "Neural2": "ABCD"},
    "fr-CA": {"Standard": "ABCD", "Wavenet": "ABCD", "Neural2": "ABCD"},
    "fr-FR": {"Standard": "ABCDEFG", "Wavenet": "ABCDEFG", "Neural2": "ABCDEFG"},
}
EXAMPLES = {"en": "Polly.Joanna-Neural", "fr": "Polly.Gabrielle-Neural"}
NAMES = {"en": "English", "fr": "French"}


def _voices() -> Iterator[tuple[str, str]]:
    for language, names in POLLY.items():
        yield from ((f"Polly.{name}", language) for name in names.split())
    for language, kinds in GOOGLE.items():
        yield from ((f"Google.{language}-{kind}-{letter}", language) for kind in kinds for letter in kinds[kind])


LANGUAGES = dict(_voices())


def language_of(voice: str) -> str:
    """Return the language that a voice of the library speaks."""
    return LANGUAGES[voice]


def why_not(voice: str, language: str) -> str | None:
    """Return what is wrong with a voice for a language, and the remedy; None when it can be used."""
    spoken = LANGUAGES.get(voice)
    if spoken is None:
        near = get_close_matches(voice, [name for name in LANGUAGES if LANGUAGES[name].startswith(language)], 1, 0.7)
        remedy = f'Did you mean "{near[0]}"?' if near else f'Write one such as "{EXAMPLES[language]}".'
        return f"{voice!r} is not a voice of Twilio's that takes markup. {remedy}"
    if not spoken.startswith(f"{language}-"):
        return f'{voice!r} speaks {spoken}, not {NAMES[language]}. Write one such as "{EXAMPLES[language]}".'
    return None
