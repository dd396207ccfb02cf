from __future__ import annotations

import pytest

from callbacks.inbound.mails.language import language_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("We have not received any mail since noon.", "en"),
        ("Hi, can you call us?", "en"),
        ("Nous n'avons reçu aucun courriel depuis midi.", "fr"),
        ("Bonjour, le serveur est en panne.", "fr"),
        ("J’ai un problème avec la quarantaine", "fr"),
        ("", ""),
        ("Proofpoint", ""),
        ("Hola, no funciona el correo", ""),
        ("Hello, merci, the server, le serveur", ""),
        ("1234 !!! \u4f60\u597d", ""),
    ],
)
def test_the_language_is_guessed_by_frequent_words(text: str, language: str) -> None:
    assert language_of(text) == language
