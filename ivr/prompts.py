"""Every sentence that is spoken, by language. Data only; `say` fills in the blanks."""

from __future__ import annotations

from callbacks.text.formats import ended_once
from ivr.twilio.verbs import Say
from sla.hours import OnHoliday, OutsideHours, Reason

PROMPTS: dict[str, dict[str, str]] = {
    "en": {
        "greeting": "Thank you for calling {company}.",
        "menu support": "For support, press {key}.",
        "menu english": "For English, press {key}.",
        "menu french": "Pour le français, appuyez sur le {key}.",
        "wrong key": "Sorry, that is not one of the choices.",
        "no key": "Sorry, I did not hear a key.",
        "goodbye": "Thank you for calling. Goodbye.",
        "hold": "Please hold while we find a technician.",
        "still trying": "Thank you for waiting. We are trying the next technician.",
        "nobody free": "All our technicians are busy.",
        "closed": "We are closed: {reason}.",
        "closed for": "We are closed for {reason}.",
        "closed now": "We are closed at this hour.",
        "promise": "Please leave a message after the beep, and a technician will call you back by {due}.",
        "number": "Say your name and the number where we can reach you.",
        "notice": "The message will be recorded. Please do not give any card numbers. In an emergency, hang up and dial 9 1 1.",
        "thanks": "Thank you. A technician will call you back by {due}. Goodbye.",
        "thanks with reference": (
            "Thank you. Your reference is {reference}. A technician will call you back by {due}. Goodbye."
        ),
        "screen": "Support call on the {line} line, from {caller}. Press 1 to take it.",
        "screen repeat": "Press 1 to take the call.",
        "page": "This is {company}, paging {name}. A customer on the {line} line must be called back by {due}.",
        "page late": "This is {company}, paging {name}. A customer on the {line} line was promised a call by {due} and has none.",
        "others wait": "{count} more callbacks wait; each has a text of its own.",
        "page menu": (
            "Press 1 to hear the message, 2 to take it, 3 to take it and be connected, 4 to pass it on, star to repeat."
        ),
        "confirm": "To confirm, press 1.",
        "not confirmed": "Not confirmed.",
        "taken": "{reference} is yours. Please call {number} by {due}. Goodbye.",
        "passed": "It goes to the next person now. Goodbye.",
        "owned": "{owner} has {reference}. There is nothing for you to do. Goodbye.",
        "closed already": "{reference} is closed. There is nothing for you to do. Goodbye.",
        "no message": "The caller left no message.",
        "message lost": "The message is lost and cannot be heard. Please call this customer.",
        "message not here": "The message has not arrived yet. It will be in the log.",
        "nobody pressed": "Nobody pressed a key. Goodbye.",
        "connect": "{reference}, from the {line} line. Press 1 to be connected to {number}, 2 to hear the message.",
        "connecting": "Connecting you now.",
        "connect ended": "The call has ended: {outcome}.",
        "ended reached": "reached",
        "ended busy": "busy",
        "ended no answer": "no answer",
        "ended failed": "failed",
        "ended wrong number": "wrong number",
        "ended machine": "a machine, most likely",
        "ended ringing": "nothing came of it",
        "outcome menu": (
            "How did it go? Press 1 for resolved, 2 for reached and continuing, 3 for left a message, 4 for no answer, "
            "5 for wrong number."
        ),
        "outcome by text": "You will be asked by text. Goodbye.",
        "outcome resolved": "Resolved. Thank you. Goodbye.",
        "outcome continuing": "Noted. It stays with you. Goodbye.",
        "outcome left a message": "Noted: a message left. It stays with you. Goodbye.",
        "outcome no answer": "Noted: no answer. It stays with you. Goodbye.",
        "outcome wrong number": "Noted: wrong number. It will not be rung again, and a supervisor is told. Goodbye.",
        "notice menu": "Press 1 to confirm that you heard this.",
        "notice heard": "Thank you. Goodbye.",
        "no number": "The caller gave no number that may be rung.",
        "trouble": "We are sorry, something went wrong on our side.",
        "withheld": "a withheld number",
    },
    "fr": {
        "greeting": "Merci d'appeler {company}.",
        "menu support": "Pour le soutien technique, appuyez sur le {key}.",
        "menu english": "For English, press {key}.",
        "menu french": "Pour le français, appuyez sur le {key}.",
        "wrong key": "Désolé, ce choix n'existe pas.",
        "no key": "Désolé, je n'ai entendu aucune touche.",
        "goodbye": "Merci de votre appel. Au revoir.",
        "hold": "Veuillez patienter, nous cherchons un technicien.",
        "still trying": "Merci de patienter. Nous essayons le technicien suivant.",
        "nobody free": "Tous nos techniciens sont occupés.",
        "closed": "Nous sommes fermés : {reason}.",
        "closed for": "Nous sommes fermés pour {reason}.",
        "closed now": "Nous sommes fermés à cette heure.",
        "promise": "Laissez un message après le signal, et un technicien vous rappellera avant {due}.",
        "number": "Dites votre nom et le numéro où vous joindre.",
        "notice": (
            "Le message sera enregistré. Ne donnez aucun numéro de carte. En cas d'urgence, raccrochez et composez le 9 1 1."
        ),
        "thanks": "Merci. Un technicien vous rappellera avant {due}. Au revoir.",
        "thanks with reference": (
            "Merci. Votre référence est {reference}. Un technicien vous rappellera avant {due}. Au revoir."
        ),
        "screen": "Appel de soutien sur la ligne {line}, de {caller}. Appuyez sur le 1 pour le prendre.",
        "screen repeat": "Appuyez sur le 1 pour prendre l'appel.",
        "page": "Ici {company}, pour {name}. Un client de la ligne {line} doit être rappelé avant {due}.",
        "page late": "Ici {company}, pour {name}. Un client de la ligne {line} devait être rappelé avant {due} et ne l'est pas.",
        "others wait": "{count} autres rappels attendent; chacun a son texto.",
        "page menu": (
            "Le 1 pour entendre le message, le 2 pour le prendre, le 3 pour le prendre et être relié, le 4 pour le passer, "
            "l'étoile pour répéter."
        ),
        "confirm": "Pour confirmer, appuyez sur le 1.",
        "not confirmed": "Pas confirmé.",
        "taken": "{reference} est à vous. Appelez {number} avant {due}. Au revoir.",
        "passed": "Il passe à la personne suivante. Au revoir.",
        "owned": "{owner} a {reference}. Vous n'avez rien à faire. Au revoir.",
        "closed already": "{reference} est fermé. Vous n'avez rien à faire. Au revoir.",
        "no message": "L'appelant n'a pas laissé de message.",
        "message lost": "Le message est perdu et personne ne peut l'entendre. Appelez ce client.",
        "message not here": "Le message n'est pas encore arrivé. Il sera dans le journal.",
        "nobody pressed": "Aucune touche. Au revoir.",
        "connect": (
            "{reference}, de la ligne {line}. Appuyez sur le 1 pour être relié au {number}, le 2 pour entendre le message."
        ),
        "connecting": "Nous vous relions.",
        "connect ended": "L'appel est terminé : {outcome}.",
        "ended reached": "joint",
        "ended busy": "occupé",
        "ended no answer": "sans réponse",
        "ended failed": "échec",
        "ended wrong number": "mauvais numéro",
        "ended machine": "un répondeur",
        "ended ringing": "sans suite",
        "outcome menu": (
            "Comment s'est-il passé ? Le 1 pour réglé, le 2 pour joint et à suivre, le 3 pour message laissé, "
            "le 4 pour sans réponse, le 5 pour mauvais numéro."
        ),
        "outcome by text": "La question vous sera posée par texto. Au revoir.",
        "outcome resolved": "Réglé. Merci. Au revoir.",
        "outcome continuing": "Noté. Il reste à vous. Au revoir.",
        "outcome left a message": "Noté : message laissé. Il reste à vous. Au revoir.",
        "outcome no answer": "Noté : sans réponse. Il reste à vous. Au revoir.",
        "outcome wrong number": "Noté : mauvais numéro. Il ne sera plus composé; un superviseur est averti. Au revoir.",
        "notice menu": "Appuyez sur le 1 pour confirmer que vous avez entendu.",
        "notice heard": "Merci. Au revoir.",
        "no number": "L'appelant n'a donné aucun numéro que l'on puisse composer.",
        "trouble": "Désolé, un problème est survenu de notre côté.",
        "withheld": "un numéro masqué",
    },
}


def say(language: str, prompt: str, /, **blanks: str) -> Say:
    """Give a sentence in a language."""
    spoken = "fr" if prompt == "menu french" else "en" if prompt == "menu english" else language
    return Say(ended_once(PROMPTS[language][prompt].format(**blanks)), spoken)


def closed_because(language: str, reason: Reason) -> Say:
    """Say why the line is closed, as a caller should hear it."""
    match reason:
        case OnHoliday():
            return say(language, "closed for", reason=reason.spoken(language))
        case OutsideHours():
            return say(language, "closed now")
    return say(language, "closed", reason=reason.spoken(language))
