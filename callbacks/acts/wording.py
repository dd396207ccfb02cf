"""What somebody who acts is told: done, or refused and why. Both languages, in one place.

Where a page's code is known (texts), the answer names the replies that fit next.
"""

from __future__ import annotations

from datetime import datetime

from callbacks.db.event_kinds import EventKind
from callbacks.db.states import CallbackState, PriorityLevel, ReportedOutcome
from callbacks.db.tables import Callback
from callbacks.desk.desk_file import Desk
from callbacks.paging.messages import by_when
from callbacks.paging.subject import subject_of
from callbacks.records.event_words import event_words
from callbacks.text.bilingual import Words
from callbacks.text.formats import clock_time, ended_once, readable_number
from callbacks.text.phone_numbers import verdict_on

HAS_RESOLVED = Words("has resolved", "a réglé")
HAS_CANCELLED = Words("has cancelled", "a annulé")

# Refused, whoever asks

NOT_ALLOWED = Words(
    "Only supervisors and administrators can do this.",
    "Seuls les superviseurs et les administrateurs peuvent le faire.",
)
NOT_A_TECHNICIAN = Words(
    "You are not a technician. Assign it to one.", "Vous n'êtes pas technicien. Confiez-le à quelqu'un qui l'est."
)
EMPTY_NOTE = Words("The note is empty.", "La note est vide.")
NO_MESSAGE = Words("There is no message.", "Il n'y a pas de message.")
REASON_TO_CANCEL = Words("Give a reason to cancel.", "Donnez une raison pour annuler.")
REASON_TO_REOPEN = Words(
    "Give a reason to reopen: the owner will read it.", "Donnez une raison pour rouvrir: le responsable la lira."
)
NOT_TRIED_YET = Words(
    "Nobody has tried to reach the customer yet. The promised callback cannot wait.",
    "Personne n'a encore essayé de joindre le client. Le rappel promis ne peut pas attendre.",
)
TRIED_ALREADY = Words(
    "Somebody has tried the customer, so nobody is paged any more. Assign it to somebody instead.",
    "Le client a déjà été appelé; plus personne n'est avisé. Confiez-le plutôt à quelqu'un.",
)


def nobody_has_it(reference: str) -> Words:
    return Words(
        f"Nobody has {reference} yet. Assign it to a technician first.",
        f"Personne n'a encore pris {reference}. Confiez-le d'abord à un technicien.",
    )


def wrong_state(reference: str, state: CallbackState) -> Words:
    """Return why an act does not fit the state of a callback."""
    match state:
        case CallbackState.OPEN:
            return Words(f"{reference} is open.", f"{reference} est ouvert.")
        case _:
            return Words(f"{reference} is closed already.", f"{reference} est déjà fermé.")


def owned_by_another(callback: Callback) -> Words:
    """Return who has a callback, for somebody who would have it."""
    owner = callback.owner.name if callback.owner is not None else "somebody else"
    return Words(f"{owner} has {callback.reference}.", f"{owner} a {callback.reference}.")


def acted_first(actor: str, kind: EventKind) -> Words:
    """Return who did what since the requester looked."""
    did = event_words(kind)
    return Words(
        f"{actor} acted first ({did}). Look at the callback as it is now, and try again.",
        f"{actor} a agi avant vous ({did}). Relisez le rappel et recommencez.",
    )


def left(name: str) -> Words:
    return Words(f"{name} has left the desk.", f"{name} a quitté l'équipe.")


def owner_is_on_it(owner: str) -> Words:
    return Words(
        f"{owner} has it. Assign it to somebody else first.",
        f"{owner} s'en occupe. Confiez-le d'abord à quelqu'un d'autre.",
    )


def nobody_on(layer: str) -> Words:
    return Words(
        f"Nobody is on {layer} now. Assign it to somebody by name.",
        f"Personne n'est de garde ({layer}). Confiez-le à quelqu'un par son nom.",
    )


def no_number(callback: Callback) -> Words:
    """Return why there is no number to call, and what can be done."""
    reference, caller, verdict = callback.reference, callback.call.caller, verdict_on(callback.call.caller)
    if verdict.needs_consent:
        return Words(
            f"{reference}: {caller} is {verdict.why}. A supervisor must allow it first.",
            f"{reference}: {caller} est à risque. Un superviseur doit l'autoriser.",
        )
    return Words(
        f"The caller of {reference} gave no number that may be called. Listen to the message for one.",
        f"Aucun numéro à rappeler pour {reference}. Écoutez le message: il y en a peut-être un.",
    )


def cannot_be_called(number: str, why: str) -> Words:
    return Words(f"{number} cannot be called: {why}.", f"{number}: ce numéro ne peut pas être composé.")


def supervisor_must_enter(number: str, why: str) -> Words:
    return Words(
        f"{number} is {why}. A supervisor must enter it.", f"{number} est à risque. Un superviseur doit l'inscrire."
    )


def already_waiting(reference: str) -> Words:
    return Words(f"{reference} is waiting for the customer already.", f"{reference} attend déjà le client.")


def not_waiting(reference: str) -> Words:
    return Words(f"{reference} is not waiting for the customer.", f"{reference} n'attend pas le client.")


def unknown_product(product: str) -> Words:
    return Words(f"{product!r} is not a product in the desk file.", f"{product!r} n'est pas un produit du fichier.")


# Done


def taken(desk: Desk, callback: Callback, code: str, now: datetime) -> Words:
    """Return what a new owner is told: whom to call by when, and, with a code, which replies fit next."""
    reference = callback.reference
    if not code:
        return Words(f"{reference} is yours.", f"{reference} est à vous.")
    subject = subject_of(desk, callback)
    when = by_when(subject, now)
    if callback.call.customer_number is None:
        why = verdict_on(callback.call.caller).why or "it was a wrong number"
        return Words(
            ended_once(f"{reference} is yours: call{when.english}. ")
            + f"No number to call: {why}. Listen to the message by the link of the page. "
            f"Afterwards: DONE {code}, or NA {code} for no answer.",
            f"{reference} est à vous: appelez{when.french}, mais aucun numéro à composer. Écoutez le message. "
            f"Ensuite: FAIT {code}, ou NA {code} sans réponse.",
        )
    number = readable_number(callback.call.customer_number)
    return Words(
        ended_once(f"{reference} is yours. Call {number}{when.english}. ")
        + f"CALL {code} connects you. Afterwards: DONE {code}, or NA {code} for no answer.",
        f"{reference} est à vous. Appelez {number}{when.french}. "
        f"APPEL {code} vous relie. Ensuite: FAIT {code}, ou NA {code} sans réponse.",
    )


def assigned(reference: str, name: str) -> Words:
    return Words(
        f"{reference} was assigned to {name}, who gets a text.",
        f"{reference} est confié à {name}, qui reçoit un texto.",
    )


def passed(reference: str) -> Words:
    return Words(f"{reference} goes to the next person now.", f"{reference} passe à la personne suivante.")


def connecting(reference: str, *, for_owner: bool) -> Words:
    if for_owner:
        return Words(
            f"{reference}: the owner's phone rings in a moment, then the customer's.",
            f"{reference}: le téléphone du responsable sonne, puis celui du client.",
        )
    return Words("Your phone rings now. Press 1 to be connected.", "Votre téléphone sonne. Faites le 1.")


def outcome_recorded(desk: Desk, reference: str, outcome: ReportedOutcome, code: str, now: datetime) -> Words:
    """Return what was recorded of a call to the customer, and, with a code, what can be done next."""
    at, heure = clock_time(now, desk.zone, "en"), clock_time(now, desk.zone, "fr")
    match outcome:
        case ReportedOutcome.RESOLVED:
            return Words(f"{reference} is resolved. Thank you.", f"{reference} est réglé. Merci.")
        case ReportedOutcome.CONTINUING:
            return Words(
                f"Noted: {reference} reached, and it stays with you." + _done_when_served(code),
                f"Noté: {reference} joint, et il reste à vous." + _fait_quand(code),
            )
        case ReportedOutcome.LEFT_A_MESSAGE:
            return Words(
                ended_once(f"Noted: message left for {reference} at {at}.") + _again(code),
                f"Noté: message laissé pour {reference} à {heure}." + _encore(code),
            )
        case ReportedOutcome.NO_ANSWER:
            return Words(
                f"Noted: tried {reference} at {at}, no answer." + _again(code),
                f"Noté: {reference} essayé à {heure}, sans réponse." + _encore(code),
            )
        case ReportedOutcome.WRONG_NUMBER:
            return Words(
                f"Noted: wrong number. It will not be called again for {reference}; a supervisor is told.",
                f"Noté: mauvais numéro. Il ne sera plus composé pour {reference}; un superviseur est averti.",
            )


def _done_when_served(code: str) -> str:
    return f" DONE {code} when they are served." if code else ""


def _fait_quand(code: str) -> str:
    return f" FAIT {code} quand c'est réglé." if code else ""


def _again(code: str) -> str:
    return f" CALL {code} tries again, DONE {code} when they are served." if code else ""


def _encore(code: str) -> str:
    return f" APPEL {code} pour réessayer, FAIT {code} quand c'est réglé." if code else ""


def wrong_number_alert(reference: str, name: str, number: str) -> Words:
    """Return what supervisors are told when a technician reached somebody else."""
    return Words(
        f"{reference}: {name} says {number} is a wrong number. Listen to the message for another, and enter it on the "
        "callback's screen.",
        f"{reference}: selon {name}, {number} est un mauvais numéro. Trouvez-en un autre dans le message et "
        "inscrivez-le.",
    )


def cancelled(reference: str) -> Words:
    return Words(
        f"{reference} is cancelled. Nobody will call back.", f"{reference} est annulé. Personne ne rappellera."
    )


def reopened(reference: str) -> Words:
    return Words(f"{reference} is open again.", f"{reference} est rouvert.")


def priority_set(reference: str, priority: PriorityLevel) -> Words:
    return Words(f"{reference} is now {priority.value}.", f"{reference} est maintenant {priority.value}.")


def waiting(reference: str) -> Words:
    return Words(
        f"{reference} is waiting for the customer. The resolution clock is paused.",
        f"{reference} attend le client; le délai de résolution est suspendu.",
    )


def wait_ended(reference: str) -> Words:
    return Words(
        f"{reference}: the resolution clock runs again.",
        f"{reference}: le délai de résolution court de nouveau.",
    )


def note_added(reference: str) -> Words:
    return Words(f"The note on {reference} was saved.", f"La note sur {reference} est enregistrée.")


def caller_named(reference: str) -> Words:
    return Words(f"The caller's name on {reference} was saved.", f"Le nom de l'appelant de {reference} est enregistré.")


def transcript_saved(reference: str) -> Words:
    return Words(f"The transcript of {reference} was saved.", f"La transcription de {reference} est enregistrée.")


def product_set(reference: str) -> Words:
    return Words(f"The product of {reference} was saved.", f"Le produit de {reference} est enregistré.")


def number_saved(reference: str) -> Words:
    return Words(
        f"The number was saved. It is the one to call for {reference}.",
        f"Le numéro est enregistré; c'est celui qui sera composé pour {reference}.",
    )


def consented(reference: str) -> Words:
    return Words(
        f"{reference}: the number can be called now, and your name is on record.",
        f"{reference}: le numéro peut être composé; votre nom est inscrit.",
    )


def paging_now(reference: str) -> Words:
    return Words(f"{reference}: the next step is taken now.", f"{reference}: la prochaine étape commence.")


def manager_texted(reference: str) -> Words:
    return Words(f"{reference}: the manager gets a text.", f"{reference}: le gestionnaire reçoit un texto.")
