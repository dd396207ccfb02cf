"""What a machine makes of a transcript: one line, and a careful guess at the urgency, in English and Quebec French."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callbacks.db.states import Urgency
from callbacks.inbound.gist import LONGEST_GIST, gist_of, guessed_urgency

GISTS = [
    ("en", "Hi, this is Marie from Acme. Our email has been down since this morning. Thanks, bye.",
     "Our email has been down since this morning."),
    ("en", "Hello. My name is Paul Smith. I'm calling from Globex. One of our users is missing a digest. "
     "You can reach me at 514 555 0199.", "One of our users is missing a digest."),
    ("en", "Good evening, we can't log in to the quarantine and it gives an error. Please call me back.",
     "Good evening, we can't log in to the quarantine and it gives an error."),
    ("en", "The printer is on fire.", "The printer is on fire."),
    ("en", "Call me at 514-555-0199.", "Call me at …."),
    ("en", "", ""),
    ("en", " ... ", ""),
    ("fr", "Bonjour, ici Marie Tremblay de chez Acme. On ne reçoit plus de courriels depuis ce matin. Merci, bonne "
     "journée.", "On ne reçoit plus de courriels depuis ce matin."),
    ("fr", "Allô, mon nom est Luc Gagnon. J'ai un problème avec mon mot de passe, je suis incapable de me connecter. "
     "Rappelez-moi au 514 555-0199.", "J'ai un problème avec mon mot de passe, je suis incapable de me connecter."),
    ("fr", "Oui bonjour. Le serveur est tombé en panne à matin. Merci.", "Le serveur est tombé en panne à matin."),
]  # fmt: skip


@pytest.mark.parametrize(("language", "transcript", "gist"), GISTS)
def test_the_gist_is_the_sentence_about_the_trouble(language: str, transcript: str, gist: str) -> None:
    assert gist_of(transcript, language) == gist


DOWN = [
    ("en", "Everything is down, nobody can work."),
    ("en", "Our email is completely down."),
    ("en", "Hi, nobody here can send or receive mail."),
    ("en", "We can't receive any email since noon."),
    ("en", "The whole system went down."),
    ("en", "No one is getting messages."),
    ("en", "I think we have been hacked."),
    ("en", "One of our accounts... the account was compromised and it sends spam."),
    ("en", "It's a total outage. It can't wait."),
    ("fr", "Tout est en panne, personne ne peut travailler."),
    ("fr", "Y'a plus rien qui marche au bureau."),
    ("fr", "Plus rien ne fonctionne depuis dix heures."),
    ("fr", "On reçoit plus aucun courriel depuis à matin."),
    ("fr", "On ne reçoit plus de courriels."),
    ("fr", "Personne reçoit ses messages."),
    ("fr", "Notre serveur est tombé."),
    ("fr", "C'est une panne générale."),
    ("fr", "On s'est fait pirater, notre compte est compromis."),
    ("fr", "Plus rien ne marche, ça ne peut pas attendre."),
]
CAN_WAIT = [
    ("en", "It's not urgent, call me whenever you get a chance."),
    ("en", "No rush. One user is missing a digest."),
    ("en", "My printer is down but it can wait until tomorrow."),
    ("en", "I just have a quick question about billing."),
    ("en", "Monday is fine."),
    ("fr", "C'est pas urgent, rappelez-moi quand vous aurez une chance."),
    ("fr", "Ce n'est pas pressant."),
    ("fr", "Y'a rien d'urgent, ça peut attendre à demain."),
    ("fr", "Ça presse pas."),
    ("fr", "Notre imprimante est en panne, mais ça peut attendre."),
    ("fr", "J'ai juste une petite question."),
]
NONE = [
    ("en", ""),
    ("en", "Hi, this is Marie, please call me back."),
    ("en", "This is urgent, it cannot wait."),
    ("en", "The email is not down, but one user gets spam."),
    ("en", "Our email was down and it's back up."),
    ("en", "I can't find one message."),
    ("fr", "Bonjour, ici Luc, rappelez-moi svp."),
    ("fr", "C'est urgent, ça ne peut pas attendre."),
    ("fr", "Le système n'est pas en panne, mais j'ai un pourriel."),
    ("fr", "Notre serveur est en panne... non, c'est réglé."),
    ("fr", "Il me manque un courriel."),
]


@pytest.mark.parametrize(
    ("language", "words", "urgency"),
    [(*each, Urgency.DOWN) for each in DOWN]
    + [(*each, Urgency.CAN_WAIT) for each in CAN_WAIT]
    + [(*each, Urgency.NONE) for each in NONE],
)
def test_the_guess_is_careful(language: str, words: str, urgency: Urgency) -> None:
    assert guessed_urgency(words, language) is urgency


@given(st.text(max_size=400), st.sampled_from(["en", "fr"]))
def test_whatever_was_heard_the_gist_is_one_short_line(words: str, language: str) -> None:
    gist = gist_of(words, language)
    assert len(gist) <= LONGEST_GIST
    assert gist.isprintable() or not words.isprintable()
    assert "\n" not in gist
    guessed_urgency(words, language)


@pytest.mark.timeout(60)
@pytest.mark.parametrize(("language", "denied"), [("en", "not no rush "), ("fr", "ne pas d'urgence ")])
def test_a_long_mail_is_guessed_at_from_all_its_words(language: str, denied: str) -> None:
    """Each "not" was once looked for from the beginning of the mail, which took minutes."""
    longest = (denied * 10_000)[:100_000]
    assert guessed_urgency(longest, language) is Urgency.NONE


@pytest.mark.parametrize("number", ["4111 1111 1111 1111", "514-555-0199", "+1 (514) 555 0199", "5145550199"])
def test_a_number_is_not_in_the_gist(number: str) -> None:
    assert not any(letter.isdigit() for letter in gist_of(f"The problem is with {number}, please help.", "en"))
