"""`wording`: all wording, as shipped and in the desk's own words, as a file to start from."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

import click

from callbacks.announcements.wording import CUT
from callbacks.cli.command import Command
from callbacks.cli.context import AppContext, pass_app
from callbacks.desk.desk_file import Desk
from callbacks.text.bilingual import Words
from callbacks.text.gsm7 import TWO_SEGMENTS
from ivr.wording.catalogue import PROMPTS, TEMPLATES
from ivr.wording.checks import LONGEST_PROMPT, MAY_BE_LEFT_OUT

PROMPT_BLANKS = " and ".join(f"{{{name}}}" for name in sorted(MAY_BE_LEFT_OUT))
HEADER = f"""\
# Everything that callers and technicians hear on the phone, and that customers get by text and mail. Name this file
# under [company] in the desk file: wording = "wording.toml". To change an entry, remove the # before it and write both
# languages. {{Names in braces}} are filled in and must stay, except {PROMPT_BLANKS} in prompts, and {{no_call}}.
# Elsewhere: the names of company and lines are in the desk file, closures in the console. Not to be changed: alerts and
# codes, and what technicians get by text and mail, or when they ask.

# Spoken: {LONGEST_PROMPT} characters at most. Numbers, times and references are spoken properly by themselves.
"""
TEXTS_HEADER = f"""
# Texts and mails to customers. With everything filled in, a text has {TWO_SEGMENTS} letters at most (two segments).
# A notice needs room for {len(CUT.english)} letters of the announcement and a link. {{then}} is one of the entries
# texts.will_call_... Sent in both languages at once: texts.not_read and texts.not_saved.
"""


@click.command(cls=Command)
@pass_app
def wording(app: AppContext) -> None:
    """Print every prompt, text and mail to customers in both languages, with your own wording, as a file to start from.

    Do not write over the file that the desk reads: python app.py wording > new.toml
    """
    click.echo("\n".join(wording_file(app.read_desk())))


def wording_file(desk: Desk) -> Iterator[str]:
    """Yield the lines of a wording file: what is as shipped is a comment, the desk's own is not."""
    yield HEADER
    yield from _entries(desk, PROMPTS)
    yield TEXTS_HEADER
    yield from _entries(desk, {name: template.shipped for name, template in TEMPLATES.items()})


def _entries(desk: Desk, catalogue: Mapping[str, Words]) -> Iterator[str]:
    for name, words in catalogue.items():
        own = desk.wording.get(name)
        if own is not None:
            yield _entry(name, own.en, own.fr)
        yield f"{'#   as shipped: ' if own is not None else '# '}{_entry(name, words.english, words.french)}"


def _entry(name: str, english: str, french: str) -> str:
    return f"{name} = {{ en = {_quoted(english)}, fr = {_quoted(french)} }}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
