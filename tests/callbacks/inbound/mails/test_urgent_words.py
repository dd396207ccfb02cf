"""Plain words that raise a mail to P2, and those that do not."""

from __future__ import annotations

import pytest

from callbacks.inbound.mails.urgent_words import says_urgent


@pytest.mark.parametrize(
    "text",
    [
        *("URGENT: no mail", "Our server is down.", "mail down again", "We need this ASAP", "This is an emergency"),
        *("C'est urgent", "Serveur en panne", "Une urgence", "Plus rien ne fonctionne", "Le service est hors service"),
        *("Plus personne ne peut envoyer", "Ran\u00e7ongiciel!", "not fast, but urgent. really"),
    ],
)
def test_urgent(text: str) -> None:
    assert says_urgent(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", "How do I add a user?", "This is not urgent.", "It's not really urgent", "non-urgent question"),
        *("no emergency", "Nothing urgent", "I sat down", "a download", "the countdown is on", "Resurgent"),
        *("Ce n'est pas urgent", "Rien d'urgent", "sans urgence", "Aucune urgence", "le serveur n'est pas en panne"),
    ],
)
def test_not_urgent(text: str) -> None:
    assert not says_urgent(text)
