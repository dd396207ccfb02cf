"""`wording`: every prompt, with the desk's own wording, as a file to start from."""

from __future__ import annotations

import json
from collections.abc import Iterator

import click

from callbacks.cli.command import Command
from callbacks.cli.context import AppContext, pass_app
from callbacks.desk.desk_file import Desk
from ivr.wording.catalogue import CATALOGUE
from ivr.wording.checks import LONGEST_PROMPT, MAY_BE_LEFT_OUT

OPTIONAL = " and ".join(f"{{{name}}}" for name in sorted(MAY_BE_LEFT_OUT))
HEADER = f"""\
# What callers and technicians hear on the phone. Name this file under [company] in the desk file:
# wording = "wording.toml". To change a prompt, remove the # before it and write both languages.
# {{Names in braces}} are filled in and must stay, except {OPTIONAL}.
# A prompt has at most {LONGEST_PROMPT} characters. Numbers, times and references are spoken properly by themselves.
# Elsewhere: the names of company and lines are in the desk file, closures in the console. Not to be changed: alerts and
# codes read aloud, and the answers to what a technician asks for, which are the same by text and in the console.
"""


@click.command(cls=Command)
@pass_app
def wording(app: AppContext) -> None:
    """Print every prompt in both languages, with your own wording, as a file to start from.

    Do not write over the file that the desk reads: python app.py wording > new.toml
    """
    click.echo("\n".join(wording_file(app.read_desk())))


def wording_file(desk: Desk) -> Iterator[str]:
    """Yield the lines of a wording file: the prompts as shipped are comments, the desk's own are not."""
    yield HEADER
    for name, words in CATALOGUE.items():
        own = desk.wording.get(name)
        if own is not None:
            yield _entry(name, own.en, own.fr)
        yield f"{'#   as shipped: ' if own is not None else '# '}{_entry(name, words.english, words.french)}"


def _entry(name: str, english: str, french: str) -> str:
    return f"{name} = {{ en = {_quoted(english)}, fr = {_quoted(french)} }}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
