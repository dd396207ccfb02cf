# ruff: noqa: E501 - quotes as mail programs write them
from __future__ import annotations

import pytest

from callbacks.inbound.mails.folding import folded

NEW = "It is still down.\n\nNothing comes in."
OLD = "> Hello Amy,\n> is it better now?"
BLOCK = "Hello Amy,\nis it better now?"


@pytest.mark.parametrize(
    "quote",
    [
        # Gmail
        f"On Fri, Nov 27, 2026 at 9:59 PM Support <support@desk.example> wrote:\n\n{OLD}",
        f"On Fri, Nov 27, 2026 at 9:59 PM Support of the Desk <support@desk.example>\nwrote:\n\n{OLD}",
        f"Le ven. 27 nov. 2026 à 21 h 59, Support <support@desk.example> a écrit :\n\n{OLD}",
        f"Le ven. 27 nov. 2026 à 21 h 59, Support du bureau <support@desk.example> a\nécrit :\n\n{OLD}",
        f"Le ven. 27 nov. 2026 à 21:59, Support <support@desk.example> a écrit\xa0:\n\n{OLD}",
        # Apple Mail
        f"On Nov 27, 2026, at 21:59, Support <support@desk.example> wrote:\n\n{OLD}",
        f"Le 27 nov. 2026 à 21:59, Support <support@desk.example> a écrit :\n\n{OLD}",
        # Outlook
        f"From: Support <support@desk.example>\nSent: Friday, November 27, 2026 9:59 PM\nTo: Amy\nSubject: Mail\n\n{BLOCK}",
        f"________________________________\nFrom: Support <s@desk.example>\nSent: Friday\nTo: Amy\nSubject: Mail\n\n{BLOCK}",
        f"-----Original Message-----\nFrom: Support <support@desk.example>\nSent: Friday\nTo: Amy\nSubject: M\n\n{BLOCK}",
        f"De : Support <support@desk.example>\nEnvoyé : 27 novembre 2026 21:59\nÀ : Amy\nObjet : Courriel\n\n{BLOCK}",
        f"De\xa0: Support <support@desk.example>\nEnvoyé\xa0: vendredi\nÀ\xa0: Amy\nObjet\xa0: Courriel\n\n{BLOCK}",
        f"De : Support <support@desk.example>\nDate : vendredi, 27 novembre 2026\nÀ : Amy\nObjet : Courriel\n\n{BLOCK}",
        f"-----Message d'origine-----\nDe : Support\nEnvoyé : vendredi\nÀ : Amy\nObjet : Courriel\n\n{BLOCK}",
        f"*From:* Support <support@desk.example>\n*Sent:* Friday\n*To:* Amy\n*Subject:* Mail\n\n{BLOCK}",
    ],
)
def test_what_a_mail_program_quotes_is_folded(quote: str) -> None:
    words, quoted = folded(f"{NEW}\n\n{quote}", is_reply=True)
    assert words.rstrip("_\n ") == NEW
    assert quoted.endswith(quote[-30:])
    assert folded(f"{NEW}\n\n{quote}", is_reply=False)[0].endswith(quote[-30:])  # they ask about that mail


@pytest.mark.parametrize(
    "signature",
    [
        *(
            "-- \nAmy Roy\n+1 514 555 0101",
            "--\nAmy",
            "Best regards,\nAmy Roy",
            "Thanks,\nAmy",
            "Thanks!",
            "Regards\nAmy",
        ),
        *("Cordialement,\nAmy", "Bien cordialement\nAmy Roy", "Merci,\n\nAmy", "Bonne journée,\nAmy"),
        *("Sent from my iPhone", "Envoyé de mon iPhone", "Get Outlook for iOS<https://aka.ms/o0ukef>"),
        *("Envoyé à partir de Outlook pour Android", "Télécharger Outlook pour iOS"),
    ],
)
def test_a_signature_is_folded(signature: str) -> None:
    assert folded(f"{NEW}\n\n{signature}", is_reply=False) == (NEW, signature)


def test_signature_and_quote_are_both_folded() -> None:
    words, quoted = folded(f"{NEW}\n\nThanks,\nAmy\n\nOn Friday, Desk wrote:\n{OLD}", is_reply=True)
    assert (words, quoted) == (NEW, f"Thanks,\nAmy\n\nOn Friday, Desk wrote:\n{OLD}")


@pytest.mark.parametrize(
    "text",
    [
        "Thanks, everything is down again.\nNobody can send.",
        "Hello,\nThanks, but everything is down again since this noon.",
        "Hello,\n- first, no mail comes in\n- second, no mail goes out",
        "Hello,\n--\n" + "\n".join(f"line {number}" for number in range(30)),
        "On Friday it was fine.\nThen it went down.",
        "Le serveur est en panne.\nIl a écrit : erreur 5",
        "-- \nAmy",  # nothing else is in it
        "Thanks",
        "",
    ],
)
def test_in_doubt_nothing_is_folded(text: str) -> None:
    assert folded(text, is_reply=True) == (text, "")


def test_an_answer_below_the_quote_is_new() -> None:
    words, quoted = folded(f"On Friday, Desk wrote:\n\n{OLD}\n\n{NEW}", is_reply=True)
    assert (words.strip(), quoted) == (NEW, f"On Friday, Desk wrote:\n\n{OLD}")


def test_answers_between_quotes_stay_with_them() -> None:
    text = "See below.\n\nOn Friday, Desk wrote:\n\n> Is it down?\nYes.\n> For all?\nNo."
    assert folded(text, is_reply=True) == (text, "")


def test_a_forwarded_mail_without_words_is_shown() -> None:
    text = "---------- Forwarded message ---------\nFrom: Bob <bob@example.com>\nDate: Friday\nSubject: Down\nTo: Amy\n\nDown!"
    assert folded(text, is_reply=True) == (text, "")


@pytest.mark.parametrize(
    "line",
    [
        "On " * 60,
        "On wrote: " * 16,
        "From:" + "*" * 150,
        "> " * 80,
        "Le " * 50 + "a écrit",
        "- " * 80,
        "Thanks, " * 20,
    ],
)
def test_lines_without_end_are_read(line: str) -> None:
    words, quoted = folded("It is down.\n" + f"{line}\n" * 5_000, is_reply=True)
    assert words.startswith("It is down.")
    assert len(words) + len(quoted) >= len(line.rstrip()) * 4_900
