"""A document that takes a message without us: Twilio itself serves it, while the service or its network is down.

It is entered there once, as a TwiML Bin, and its address becomes the fallback URL of every line. What callers leave is
found afterwards, by the worker's look back. Nothing in it may ask for us. So the caller's message ends when they hang
up, because there is no document that could follow; unless a second one that says goodbye is entered as well.
"""

from __future__ import annotations

import click

from callbacks.cli.command import Command
from callbacks.cli.context import AppContext, pass_app
from callbacks.desk.desk_file import Desk, Language
from ivr import prompts
from ivr.prompts import say
from ivr.twilio.phrases import in_own_words
from ivr.twilio.twiml import voice_document
from ivr.twilio.verbs import Hangup, Record, Verb
from ivr.wording.catalogue import own_prompts

LANGUAGES: tuple[Language, ...] = ("en", "fr")


@click.command(cls=Command)
@click.option("--goodbye", "is_goodbye", is_flag=True, help="Print the second document, which says goodbye.")
@click.option("--then", metavar="URL", default="", help="The address of the second document at Twilio.")
@pass_app
def fallback(app: AppContext, is_goodbye: bool, then: str) -> None:
    """Print TwiML that takes messages while this service is down.

    Enter it at Twilio as a TwiML Bin, and the Bin's address as "Primary handler fails" of every number. A message then
    ends when the caller hangs up. To have a key end it, first enter what --goodbye prints as another Bin, and give its
    address with --then.
    """
    if then and not then.startswith("https://"):
        raise click.UsageError("--then needs the https address of a TwiML Bin.")
    desk = app.read_desk()
    click.echo(goodbye(desk) if is_goodbye else take_message(desk, then))


def take_message(desk: Desk, then: str = "") -> str:
    """Return the document that greets callers in both languages and records them."""
    longest, silence = (int(span.total_seconds()) for span in (desk.voicemail.longest, desk.voicemail.silence))
    record = Record(then, "", longest, silence) if then else Record("", "", longest, 0, any_key_ends=False)
    greeting = [
        say(language, prompt)
        for language in LANGUAGES
        for prompt in (prompts.FALLBACK, prompts.LEAVE_YOUR_NUMBER, prompts.RECORDING_NOTICE)
    ]
    return _document(desk, *greeting, record, Hangup())


def goodbye(desk: Desk) -> str:
    """Return the document that ends the call."""
    return _document(desk, *(say(language, prompts.GOODBYE) for language in LANGUAGES), Hangup())


def _document(desk: Desk, *verbs: Verb) -> str:
    return voice_document(in_own_words(verbs, own_prompts(desk)), desk.voices)
