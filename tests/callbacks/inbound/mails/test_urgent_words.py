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


@pytest.mark.timeout(60)
@pytest.mark.parametrize("denied", ["not urgent ", "ce n'est pas urgent "])
def test_a_long_mail_is_read_to_its_end(denied: str) -> None:
    """Each denial was once looked for from the beginning of the mail, which took minutes."""
    longest = (denied * 10_000)[:100_000]
    assert not says_urgent(longest)
    assert says_urgent(f"{longest}. It is urgent")
    assert not says_urgent(f"{' ' * 100_000}not urgent")
