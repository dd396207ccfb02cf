"""The wording of mails and alerts about messages in other boxes than that of support, in both languages. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from callbacks.text.bilingual import Words
from callbacks.text.formats import day_and_time


@dataclass(frozen=True)
class BoxMessage:
    """A message in another box than that of support, as far as its mail says."""

    box: Words
    caller: Words
    line: Words
    began_at: datetime
    seconds: int | None
    is_lost: bool  # the carrier could not record it
    url: str


def box_mail(message: BoxMessage, zone: ZoneInfo) -> Words:
    """Return the mail about a message in a box. It has a link, and never what the caller said."""
    at = day_and_time(message.began_at, zone)
    lasts = f"{message.seconds} s" if message.seconds else "?"
    if message.is_lost:
        english = "The carrier could not record it, so nobody can hear it. Please call back."
        french = "Le fournisseur n'a pas pu l'enregistrer: impossible de l'écouter. Veuillez rappeler."
    else:
        english, french = f"Listen: {message.url}", f"Écouter : {message.url}"
    return Words(
        f"New message: {message.box.english}\nFrom: {message.caller.english}\nLine: {message.line.english}\n"
        f"Received: {at}\nLength: {lasts}\n{english}",
        f"Nouveau message : {message.box.french}\nDe : {message.caller.french}\nLigne : {message.line.french}\n"
        f"Reçu : {at}\nDurée : {lasts}\n{french}",
    )


def box_not_mailed(box: Words, why: Words) -> Words:
    """Return the alert that messages in a box cannot be mailed. They can be heard at the console."""
    return Words(
        f"messages for {box.english} cannot be mailed. {why.english} They are at the console, under Calls.",
        f"impossible d'envoyer les messages pour {box.french}. {why.french} Ils sont dans la console, sous Calls.",
    )
