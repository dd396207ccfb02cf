"""The answers to acts, in both languages: what was done, or why it was refused.

Where the page's code is known (texts), the answer lists the replies that fit next. Technicians get these answers as
texts, so French keeps to the letters of GSM-7: é, è, à and ù, but no ê, ç, î or ô.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from callbacks.db.event_kinds import EventKind
from callbacks.db.states import CallbackState, PriorityLevel, ReportedOutcome
from callbacks.db.tables import Callback
from callbacks.desk.customer_number import NO_REASON, CustomerNumber, can_be_mailed, customer_number
from callbacks.desk.desk_file import Desk
from callbacks.paging.messages import by_when
from callbacks.paging.subject import subject_of
from callbacks.records.event_words import event_words
from callbacks.text.bilingual import Words
from callbacks.text.dialing_rules import NumberCheck
from callbacks.text.formats import clock_time, ended_once, readable_number, time_and_day

# For the people who were paged.
HAS_RESOLVED = Words("has resolved {about}", "a réglé {about}")
HAS_CLOSED = Words(
    "has closed {about}: no way to reach the customer", "a fermé {about}: aucun moyen de joindre le client"
)
HAS_CANCELLED = Words("has cancelled {about}", "a annulé {about}")

# Refused

NOT_ALLOWED = Words(
    "Only supervisors and administrators can do this.",
    "Seuls les superviseurs et les administrateurs peuvent le faire.",
)
NOT_A_TECHNICIAN = Words(
    "You are not a technician. Assign it to one.",
    "Votre compte n'est pas celui d'un technicien. Confiez le rappel à un technicien.",
)
NUMBER_OR_ADDRESS = Words(
    "Give the customer's phone number or email address.", "Donnez le numéro de téléphone ou le courriel du client."
)
REPLY_WAS_WRITTEN = Words("You have just sent this reply.", "Vous venez d'envoyer cette réponse.")
EMPTY_REPLY = Words("The reply is empty.", "La réponse est vide.")
NOT_MINUTES = Words(
    "Minutes must be a whole number from 1 to 1440.", "Indiquez un nombre entier de minutes, de 1 à 1440."
)
MINUTES_ARE_RECORDED = Words("These minutes are recorded already.", "Ces minutes sont déjà notées.")
NO_SUCH_MINUTES = Words("There are no such minutes.", "Ces minutes n'existent pas.")
ONLY_OWN_MINUTES = Words(
    "You can correct your own minutes only. Ask a supervisor.",
    "Vous pouvez corriger vos propres minutes seulement. Demandez à un superviseur.",
)
REASON_TO_CORRECT = Words("Give a reason for the correction.", "Indiquez la raison de la correction.")
WHO_CONSENTED_TO_WHAT = Words(
    "Write who consented at the customer's, and to what.",
    "Écrivez qui a donné son accord chez le client, et pour quoi.",
)
HOW_CONSENTED = Words("Choose how the customer consented.", "Choisissez comment le client a donné son accord.")
CONSENT_IN_THE_FUTURE = Words("A consent cannot be given in the future.", "Un accord ne se donne pas dans le futur.")
NOT_A_TIME = Words("That is not a valid time.", "Cette heure n'est pas valide.")
NOT_A_LIMIT = Words(
    "The limit must be a whole number of minutes from 1 to 60000.",
    "Indiquez la limite en minutes: un nombre entier de 1 à 60000.",
)
EMPTY_NOTE = Words("The note is empty.", "La note est vide.")
NO_VOICEMAIL = Words("The caller left no message.", "L'appelant n'a pas laissé de message.")
NO_SUCH_CALL = Words("This call did not join the callback.", "Cet appel ne fait pas partie du rappel.")
OWNER_JOINS = Words(
    "Only its owner or a supervisor can join it with another callback.",
    "Seul le responsable ou un superviseur peut le fusionner avec un autre rappel.",
)
SAME_CALLBACK = Words("Name another callback than this one.", "Indiquez un autre rappel que celui-ci.")
OWNER_SPLITS = Words(
    "Only its owner or a supervisor can split off a call.",
    "Seul le responsable ou un superviseur peut séparer un appel.",
)
NOT_A_TICKET_NUMBER = Words(
    "A ticket's number has letters, digits and . _ # / - only, 80 at most.",
    "Le numéro d'un billet a seulement des lettres, des chiffres et . _ # / -, 80 au maximum.",
)
REASON_TO_CANCEL = Words("Give a reason to cancel.", "Indiquez la raison de l'annulation.")
REASON_TO_REOPEN = Words(
    "Give a reason to reopen: the owner will read it.",
    "Indiquez la raison de la réouverture: le responsable la lira.",
)
NO_MAIL = Words("There is no such mail.", "Ce courriel n'existe pas.")
REASON_TO_DELETE = Words("Give a reason to delete it.", "Indiquez la raison de la suppression.")
NOT_TRIED_YET = Words(
    "Nobody has tried to reach the customer yet. The promised callback cannot wait.",
    "Personne n'a encore essayé de joindre le client. Le rappel promis ne peut pas attendre.",
)


def message_not_heard(reference: str) -> Words:
    return Words(
        f"{reference} is open, and nobody has heard the message. Confirm that it is to be deleted all the same.",
        f"{reference} est ouvert et personne n'a écouté le message. Confirmez qu'il faut le supprimer malgré tout.",
    )


def mail_is_needed(reference: str) -> Words:
    return Words(
        f"{reference} is open, and the mail says what the customer wants. Confirm that it is to be deleted.",
        f"{reference} est ouvert et le courriel dit ce que veut le client. Confirmez qu'il faut le supprimer.",
    )


def mail_deleted(reference: str) -> Words:
    return Words(f"The mail of {reference} is deleted.", f"Le courriel de {reference} est supprimé.")


def message_deleted(reference: str) -> Words:
    return Words(
        f"The message of {reference} is deleted, here and at the carrier.",
        f"Le message de {reference} est supprimé, ici et chez le fournisseur.",
    )


def transcript_deleted(reference: str) -> Words:
    return Words(f"The transcript of {reference} is deleted.", f"La transcription de {reference} est supprimée.")


def nobody_has_it(reference: str) -> Words:
    return Words(
        f"Nobody has {reference} yet. Assign it to a technician first.",
        f"Personne n'a encore pris {reference}. Confiez-le d'abord à un technicien.",
    )


def wrong_state(reference: str, state: CallbackState) -> Words:
    """Return why an act does not fit the state of a callback."""
    if state is CallbackState.OPEN:
        return Words(f"{reference} is already open.", f"{reference} est déjà ouvert.")
    return Words(f"{reference} is already closed.", f"{reference} est déjà fermé.")


def owned_by_another(callback: Callback) -> Words:
    """Return who has a callback, for somebody else who wants it."""
    if callback.owner is None:
        return Words(f"Someone else has {callback.reference}.", f"{callback.reference}: quelqu'un d'autre s'en occupe.")
    owner = callback.owner.name
    return Words(f"{owner} has {callback.reference}.", f"{callback.reference}: {owner} s'en occupe.")


def take_it_first(callback: Callback, code: str, *, is_wrong_number: bool) -> Words:
    """Return what to do first, for somebody who reports by text on a callback that they neither own nor tried."""
    reference, owner = callback.reference, callback.owner
    report = Words("WRONG", "FAUX") if is_wrong_number else Words("DONE", "FAIT")
    attempt = Words("NA", "NA") if is_wrong_number else Words("CONT", "SUITE")
    if owner is None or callback.resumed:
        return Words(
            f"{reference} is not yours. Take it first: reply {code}. Then {report.english} {code}.",
            f"{reference} n'est pas à vous. Prenez-le d'abord: répondez {code}. Ensuite {report.french} {code}.",
        )
    return Words(
        f"{owner.name} has {reference}. If you called the customer too, reply {attempt.english} {code} first, then "
        f"{report.english} {code}.",
        f"{reference}: {owner.name} s'en occupe. Si vous avez aussi appelé le client, répondez d'abord "
        f"{attempt.french} {code}, puis {report.french} {code}.",
    )


def acted_first(actor: str, kind: EventKind) -> Words:
    """Return who changed the callback after the requester loaded it. The words of the log are English only."""
    return Words(
        f"{actor} acted first ({event_words(kind)}). Check the callback and try again.",
        f"{actor} a agi avant vous. Vérifiez le rappel et recommencez.",
    )


def left(name: str) -> Words:
    return Words(f"{name} has left the team.", f"{name} a quitté l'équipe.")


def owner_is_on_it(owner: str) -> Words:
    return Words(
        f"{owner} has it. Assign it to someone else first.",
        f"{owner} s'en occupe. Confiez-le d'abord à quelqu'un d'autre.",
    )


def nobody_on(layer: str) -> Words:
    return Words(
        f"Nobody is on call ({layer}) now. Assign it to someone by name.",
        f"Personne n'est de garde en ce moment ({layer}). Confiez le rappel à quelqu'un.",
    )


def no_number(desk: Desk, callback: Callback, code: str) -> Words:
    """Return why there is no number to call, and what to do about it."""
    reference, customer = callback.reference, customer_number(desk, callback)
    if customer.waits_for_consent:
        number, why = customer.in_words, customer.why_not
        return Words(
            f"{reference}: {number.english} is {why.english}. A supervisor must allow it first.",
            f"{reference}: le {number.french} est {why.french}. Un superviseur doit d'abord l'autoriser.",
        )
    return nobody_to_call(desk, callback, code)


def nobody_to_call(desk: Desk, callback: Callback, code: str) -> Words:
    """Return what can be done where there is no number to call: it cannot have been called either."""
    why, by_text = customer_number(desk, callback).why_not, _without_number(code)
    reference = callback.reference
    if can_be_mailed(callback):
        return Words(
            f"No number to call for {reference}: {why.english}. Answer it by mail (link in the page).",
            f"Aucun numéro à composer pour {reference}: {why.french}. Répondez par courriel (lien dans l'avis).",
        )
    return Words(
        f"No number to call for {reference}: {why.english}. Listen to the message (link in the page). If it has a "
        f"number, enter it there. {by_text.english}",
        f"Aucun numéro à composer pour {reference}: {why.french}. Écoutez le message (lien dans l'avis). S'il contient "
        f"un numéro, inscrivez-le là. {by_text.french}",
    )


def _without_number(code: str) -> Words:
    if not code:
        return Words(
            'If not, close it as "no way to reach", with a reason.', "Sinon, fermez le rappel en donnant la raison."
        )
    return Words(f"If not: NONE {code} and why.", f"Sinon: AUCUN {code} et la raison.")


def has_a_number(desk: Desk, callback: Callback, code: str) -> Words:
    """Return that a callback cannot be closed as "no way to reach", because there is a number."""
    reference, number = callback.reference, customer_number(desk, callback).in_words
    then = Words(f" CALL {code} connects you.", f" APPEL {code} pour joindre le client.") if code else Words("", "")
    return Words(
        f"{reference} has a number to call: {number.english}.{then.english}",
        f"{reference} a un numéro à composer, le {number.french}.{then.french}",
    )


def answer_by_mail(reference: str) -> Words:
    """Return that a customer without a number is answered by mail, so that there is a way to reach them."""
    return Words(
        f"{reference} came by mail, so it can be answered by mail. Answer it, or have a supervisor cancel it.",
        f"{reference} est arrivé par courriel et peut recevoir une réponse par courriel. Répondez-y, ou faites-le "
        "annuler par un superviseur.",
    )


def did_you_reach_them(desk: Desk, callback: Callback, code: str, minutes: int | None = None) -> Words:
    """Return the question after a resolution without an attempt on record. Nothing has changed yet."""
    reference, worked = callback.reference, f" {minutes}m" if minutes is not None else ""
    if not code:
        return Words(
            f"No attempt to reach the customer is on record for {reference}. Confirm that they were reached.",
            f"Aucun appel au client n'est noté pour {reference}. Confirmez que le client a été joint.",
        )
    if can_be_mailed(callback) and customer_number(desk, callback).is_missing:
        return Words(
            f"No answer to the customer is on record for {reference}. Did you reach them? DONE {code}{worked} again.",
            f"Aucune réponse au client n'est notée pour {reference}. L'avez-vous joint? FAIT {code}{worked} encore une "
            "fois.",
        )
    no_way = Words(f"NONE {code} and why", f"AUCUN {code} et la raison")
    other = no_way if customer_number(desk, callback).is_missing else _no_answer(code)
    return Words(
        f"No call to the customer is on record for {reference}. Did you reach them? DONE {code}{worked} again, "
        f"or {other.english}.",
        f"Aucun appel au client n'est noté pour {reference}. L'avez-vous joint? FAIT {code}{worked} encore une fois, "
        f"ou {other.french}.",
    )


def _no_answer(code: str) -> Words:
    return Words(f"NA {code} for no answer", f"NA {code} si pas de réponse")


def cannot_be_called(number: str, reason: Words) -> Words:
    """Return why a number is never called; the number is empty when the caller gave none."""
    return Words(
        f"{number or 'The caller'} cannot be called: {reason.english}.",
        f"Impossible de composer {number or 'le numéro de cet appelant'}: {reason.french}.",
    )


def own_number(number: str) -> Words:
    readable = readable_number(number)
    return Words(
        f"{readable} is one of our own numbers. No customer can be called on it.",
        f"Le {readable} est un de nos numéros. Aucun client n'y répond.",
    )


def technicians_number(number: str, name: str) -> Words:
    readable = readable_number(number)
    return Words(
        f"{readable} is {name}'s number, not the customer's. A call to it would be no attempt to reach the customer.",
        f"Le {readable} est le numéro de {name}, pas celui du client. Y appeler ne serait pas joindre le client.",
    )


def supervisor_must_enter(check: NumberCheck) -> Words:
    number, why = check.in_words, check.why
    return Words(
        f"{number.english} is {why.english}. A supervisor must enter it.",
        f"Le {number.french} est {why.french}. Seul un superviseur peut l'inscrire.",
    )


def number_known(reference: str, known: Words, consented_by: str | None) -> Words:
    """Return that there is a number to call already, for somebody who decides about the caller's."""
    if consented_by is not None:
        return Words(
            f"{reference}: {consented_by} has already allowed {known.english}.",
            f"{reference}: {consented_by} a déjà autorisé le {known.french}.",
        )
    return Words(
        f"{reference}: {known.english} can be called already. Nothing to decide.",
        f"{reference}: on peut déjà appeler le {known.french}. Rien à décider.",
    )


def was_wrong_number(reference: str) -> Words:
    return Words(
        f"{reference}: that was a wrong number, so it is not called again.",
        f"{reference}: c'était un mauvais numéro, on ne le compose plus.",
    )


def consent_refused_already(reference: str, by: str) -> Words:
    return Words(f"{reference}: {by} has already refused it.", f"{reference}: {by} l'a déjà refusé.")


def already_waiting(reference: str) -> Words:
    return Words(f"{reference} is already waiting for the customer.", f"{reference} attend déjà le client.")


def not_waiting(reference: str) -> Words:
    return Words(f"{reference} is not waiting for the customer.", f"{reference} n'attend pas le client.")


def unknown_product(product: str) -> Words:
    return Words(
        f"{product!r} is not a product in the desk file.", f"{product!r} n'est pas dans la liste des produits."
    )


# Done

_TAKEN = Words(
    "{reference} is yours. Call {number}{when}. "
    "CALL {code} connects you. Then DONE {code}, or NA {code} for no answer.",
    "{reference} est à vous. Appelez le {number}{when}. "
    "APPEL {code} pour joindre le client. Ensuite FAIT {code}, ou NA {code} si pas de réponse.",
)
_TAKEN_WITHOUT_NUMBER = Words(
    "{reference} is yours. No number to call: {why}. Listen to the message (link in the page){when}. "
    "If it has a number, enter it there. If not: NONE {code} and why.",
    "{reference} est à vous. Aucun numéro à composer: {why}. Écoutez le message (lien dans l'avis){when}. "
    "S'il contient un numéro, inscrivez-le là. Sinon: AUCUN {code} et la raison.",
)
_TAKEN_BY_MAIL = Words(
    "{reference} is yours. Answer by mail (link in the page){when}. DONE {code} when it is resolved.",
    "{reference} est à vous. Répondez par courriel (lien dans l'avis){when}. FAIT {code} quand c'est réglé.",
)
_TAKEN_BEFORE_CONSENT = Words(
    "{reference} is yours. {why}: a supervisor must allow the call first. Listen to the message (link in the page).",
    "{reference} est à vous. {why}: un superviseur doit d'abord autoriser l'appel. Écoutez le message (lien dans "
    "l'avis).",
)


def taken(desk: Desk, callback: Callback, code: str, now: datetime) -> Words:
    """Return what a new owner reads: whom to call by when and, with a code, which replies fit next."""
    reference, customer = callback.reference, customer_number(desk, callback)
    if not code:
        return Words(f"{reference} is yours.", f"{reference} est à vous.")
    template, why = _TAKEN, NO_REASON
    if customer.is_missing and can_be_mailed(callback):
        template = _TAKEN_BY_MAIL
    elif customer.is_missing:
        template, why = _TAKEN_WITHOUT_NUMBER, customer.why_not
    elif customer.waits_for_consent:
        template, why = _TAKEN_BEFORE_CONSENT, _at_risk(customer)
    number, when = customer.in_words, by_when(subject_of(desk, callback), now)

    def worded(language: str) -> str:
        blanks = {"reference": reference, "number": number.for_(language), "code": code}
        blanks |= {"when": when.for_(language), "why": why.for_(language)}
        return ended_once(template.for_(language).format(**blanks))

    return Words(worded("en"), worded("fr"))


def _at_risk(customer: CustomerNumber) -> Words:
    number, why = customer.in_words, customer.why_not
    return Words(f"{number.english} is {why.english}", f"Le {number.french} est {why.french}")


def assigned(reference: str, name: str) -> Words:
    return Words(
        f"{reference} was assigned to {name}, who gets a text.",
        f"{reference} est confié à {name}. Un texto part maintenant.",
    )


def passed(reference: str) -> Words:
    return Words(f"{reference} goes to the next person now.", f"{reference} passe à la personne suivante.")


def connecting(reference: str, *, for_owner: bool) -> Words:
    if for_owner:
        return Words(
            f"{reference}: the owner's phone rings in a moment, then the customer's.",
            f"{reference}: le téléphone du responsable va sonner, puis celui du client.",
        )
    return Words("Your phone rings now. Press 1 to be connected.", "Votre téléphone va sonner. Appuyez sur le 1.")


_OUTCOMES = {
    ReportedOutcome.RESOLVED: Words("{reference} is resolved. Thank you.", "{reference} est réglé. Merci."),
    ReportedOutcome.CONTINUING: Words(
        "Noted: customer reached, {reference} stays open.", "Noté: client joint, {reference} reste ouvert."
    ),
    ReportedOutcome.WORKAROUND: Words(
        "Noted: workaround given, {reference} stays open.",
        "Noté: solution temporaire donnée, {reference} reste ouvert.",
    ),
    ReportedOutcome.LEFT_A_MESSAGE: Words(
        "Noted: message left for {reference} at {time}.", "Noté: message laissé pour {reference} à {time}."
    ),
    ReportedOutcome.NO_ANSWER: Words(
        "Noted: tried {reference} at {time}, no answer.", "Noté: appel pour {reference} à {time}, pas de réponse."
    ),
    ReportedOutcome.WRONG_NUMBER: Words(
        "Noted: wrong number. It will not be called again for {reference}; supervisors are alerted.",
        "Noté: mauvais numéro. Il ne sera plus composé pour {reference}; les superviseurs sont avisés.",
    ),
}
_TRY_AGAIN = Words(
    " CALL {code} to try again, DONE {code} when resolved.",
    " APPEL {code} pour réessayer, FAIT {code} quand c'est réglé.",
)
_NEXT_REPLIES = {
    ReportedOutcome.CONTINUING: Words(" DONE {code} when resolved.", " FAIT {code} quand c'est réglé."),
    ReportedOutcome.WORKAROUND: Words(" DONE {code} when resolved.", " FAIT {code} quand c'est réglé."),
    ReportedOutcome.LEFT_A_MESSAGE: _TRY_AGAIN,
    ReportedOutcome.NO_ANSWER: _TRY_AGAIN,
}
_NO_REPLIES = Words("", "")


def outcome_recorded(desk: Desk, reference: str, outcome: ReportedOutcome, code: str, now: datetime) -> Words:
    """Return what was recorded of a call to the customer and, with a code, which replies fit next."""
    replies = _NEXT_REPLIES.get(outcome, _NO_REPLIES) if code else _NO_REPLIES

    def worded(language: str) -> str:
        template = _OUTCOMES[outcome].for_(language) + replies.for_(language)
        time = clock_time(now, desk.zone, language)
        return ended_once(template.format(reference=reference, time=time, code=code))

    return Words(worded("en"), worded("fr"))


def wrong_number_alert(reference: str, name: str, number: str) -> Words:
    """Return what supervisors read when a technician reached somebody else."""
    return Words(
        f"{reference}: {name} says {number} is a wrong number. Listen to the message for another one and enter it in "
        "the console.",
        f"{reference}: selon {name}, le {number} est un mauvais numéro. Trouvez-en un autre dans le message et "
        "inscrivez-le dans la console.",
    )


def cancelled(reference: str) -> Words:
    return Words(
        f"{reference} is cancelled. Nobody will call back.", f"{reference} est annulé. Personne ne rappellera."
    )


def reason_to_close(code: str) -> Words:
    how = Words(f": NONE {code} and why", f": AUCUN {code} et la raison") if code else Words("", "")
    return Words(
        f"Write why the customer cannot be reached{how.english}.",
        f"Écrivez pourquoi le client est injoignable{how.french}.",
    )


def closed_unreachable(reference: str) -> Words:
    return Words(
        f"{reference} is closed: no way to reach the customer. Your reason is on record.",
        f"{reference} est fermé: aucun moyen de joindre le client. Votre raison est notée.",
    )


def reopened(reference: str) -> Words:
    return Words(f"{reference} is open again.", f"{reference} est rouvert.")


def priority_set(reference: str, priority: PriorityLevel) -> Words:
    return Words(f"{reference} is now {priority.value}.", f"{reference} est maintenant {priority.value}.")


def trial_is_high(reference: str) -> Words:
    return Words(
        f"{reference} is from a trial or onboarding customer, who is always high priority: P2 or P1.",
        f"{reference} vient d'un client à l'essai ou en intégration, toujours prioritaire: P2 ou P1.",
    )


def only_p3_waits_for_a_release(reference: str, priority: PriorityLevel) -> Words:
    return Words(
        f"{reference} is {priority.value}: it cannot wait for a release. Only a P3 can.",
        f"{reference} est {priority.value}: il ne peut pas attendre une nouvelle version. Seul un P3 le peut.",
    )


def release_named(reference: str, release: str) -> Words:
    if not release:
        return Words(
            f"{reference}: no release is promised any more.", f"{reference}: plus aucune version n'est promise."
        )
    return Words(f"{reference} is to be fixed in {release}.", f"{reference} sera réglé dans {release}.")


def waiting(reference: str) -> Words:
    return Words(
        f"{reference} is waiting for the customer. The resolution clock is paused.",
        f"{reference} attend le client. Le délai de résolution est suspendu.",
    )


def wait_ended(reference: str) -> Words:
    return Words(
        f"{reference}: the resolution clock runs again.",
        f"{reference}: le délai de résolution recommence à courir.",
    )


def reply_written(reference: str, *, counts: bool) -> Words:
    """Return what becomes of a reply by mail. `counts`: it is a response to a customer who wrote."""
    if counts:
        return Words(
            f"The reply for {reference} is being sent. It counts once the mail server has it.",
            f"La réponse pour {reference} est en cours d'envoi. Elle comptera quand le serveur de courriel l'aura.",
        )
    return Words(
        f"The reply for {reference} is being sent. The customer called, so it does not count as an attempt to reach "
        "them.",
        f"La réponse pour {reference} est en cours d'envoi. Le client a appelé: elle ne compte pas comme un appel.",
    )


def no_mail_address(reference: str) -> Words:
    return Words(
        f"No email address is known for the customer of {reference}.",
        f"Aucune adresse de courriel connue pour le client de {reference}.",
    )


def reply_too_long(longest: int) -> Words:
    return Words(
        f"The reply has more than {longest} characters. Shorten it.",
        f"La réponse a plus de {longest} caractères. Raccourcissez-la.",
    )


def minutes_noted(time: str) -> Words:
    return Words(f"{time} noted.", f"{time} notées.")


def minutes_not_noted(minutes: int, refusal: Words) -> Words:
    """Return that an act was done, but the minutes that came with it were not recorded."""
    return Words(f" {minutes} min not noted: {refusal.english}", f" {minutes} min non notées: {refusal.french}")


def not_a_time_worked(days: int) -> Words:
    return Words(
        f"Work is recorded once it is done, and within {days} days.",
        f"Le travail se note une fois fait, d'ici {days} jours.",
    )


def work_needs_consent(reference: str) -> Words:
    """Return why billable minutes are refused, and what to do first."""
    return Words(
        f"{reference} is billable, and no consent of the customer from before the work is on record. Record the "
        "consent first, on its page, then the minutes.",
        f"{reference} est facturable et aucun accord du client donné avant le travail n'est noté. Notez d'abord "
        "l'accord, sur sa page, puis les minutes.",
    )


def work_began_before_consent(reference: str, began: Words, given: Words) -> Words:
    """Return why billable minutes are refused although the customer consents: the work began before that."""
    return Words(
        f"{reference} is billable, and this work began {began.english}, before the customer's consent: it was given "
        f"{given.english}. Correct the minutes, or record the consent with the time when it was given.",
        f"{reference} est facturable et ce travail a commencé {began.french}, avant l'accord du client, donné "
        f"{given.french}. Corrigez les minutes, ou notez l'accord avec l'heure où il a été donné.",
    )


def over_agreed(worked: str, agreed: str) -> Words:
    """Return the warning that more billable time was worked than the customer agreed to."""
    return Words(
        f" That makes {worked} billable, and the customer agreed to {agreed}. Ask them before you go on.",
        f" Cela fait {worked} facturables et le client a accepté {agreed}. Demandez son accord avant de continuer.",
    )


def minutes_corrected(time: str) -> Words:
    return Words(f"Corrected: {time}.", f"Corrigé: {time}.")


def minutes_removed(reference: str) -> Words:
    return Words(f"The minutes were removed from {reference}.", f"Minutes retirées de {reference}.")


def billing_consented(reference: str) -> Words:
    return Words(
        f"The customer's consent for {reference} is on record.", f"L'accord du client pour {reference} est noté."
    )


def billing_consent_withdrawn(reference: str) -> Words:
    return Words(
        f"The consent for {reference} is withdrawn. Billable work cannot begin.",
        f"L'accord pour {reference} est retiré. Aucun travail facturable ne peut commencer.",
    )


def no_billing_consent(reference: str) -> Words:
    return Words(f"{reference} has no consent to withdraw.", f"{reference} n'a pas d'accord à retirer.")


def note_added(reference: str) -> Words:
    return Words(f"The note on {reference} was saved.", f"Note enregistrée pour {reference}.")


def caller_named(reference: str) -> Words:
    return Words(f"The caller's name on {reference} was saved.", f"Nom de l'appelant enregistré pour {reference}.")


def transcript_saved(reference: str) -> Words:
    return Words(f"The transcript of {reference} was saved.", f"Transcription de {reference} enregistrée.")


def product_set(reference: str, *, needs_consent: bool) -> Words:
    """Return that the product is saved. `needs_consent`: work on it is billable, and no consent is on record."""
    if needs_consent:
        return Words(
            f"The product of {reference} was saved. Work on it is billable: record the customer's consent before it "
            "starts.",
            f"Produit de {reference} enregistré. Le travail est facturable: notez l'accord du client avant de "
            "commencer.",
        )
    return Words(f"The product of {reference} was saved.", f"Produit de {reference} enregistré.")


def number_saved(reference: str) -> Words:
    return Words(
        f"The number was saved. It is the one to call for {reference}.",
        f"Numéro enregistré. C'est celui qui sera composé pour {reference}.",
    )


def consented(reference: str) -> Words:
    return Words(
        f"{reference}: the number can be called now, and your name is on record.",
        f"{reference}: le numéro est maintenant autorisé. Votre nom est noté.",
    )


def consent_refused(reference: str) -> Words:
    return Words(
        f"{reference}: the number will not be called, and your name is on record.",
        f"{reference}: le numéro ne sera pas composé. Votre nom est noté.",
    )


def paging_now(reference: str) -> Words:
    return Words(
        f"{reference}: the next escalation step starts now.", f"{reference}: la prochaine étape de l'escalade commence."
    )


def stays_with_owner(callback: Callback) -> Words:
    """Return who keeps a callback, for a manager who was asked for and passed it on."""
    reference, owner = callback.reference, callback.owner.name if callback.owner is not None else ""
    return Words(f"Noted. {owner} keeps {reference}.", f"C'est noté. {owner} garde {reference}.")


def manager_texted(reference: str) -> Words:
    return Words(f"{reference}: the manager gets a text.", f"{reference}: un texto part au gestionnaire.")


NOT_A_TIME_AHEAD = Words(
    "Choose a time that is still to come, within 14 days.", "Choisissez une heure à venir, d'ici 14 jours."
)


def time_named(desk: Desk, reference: str, at: datetime, now: datetime) -> Words:
    """Return when the customer is called, after they named the time."""
    english, french = (time_and_day(at, desk.zone, now, language) for language in ("en", "fr"))
    return Words(
        ended_once(f"{reference}: the call is at {english}. People are paged shortly before."),
        f"{reference}: l'appel est prévu pour {french}. Les avis partiront peu avant.",
    )


def split_off(reference: str, opened: str) -> Words:
    return Words(
        f"It is {opened} now, and no longer part of {reference}.",
        f"C'est maintenant {opened}, qui ne fait plus partie de {reference}.",
    )


def no_such_callback(reference: str) -> Words:
    return Words(f"There is no callback {reference[:12]!r}.", f"Il n'y a pas de rappel {reference[:12]!r}.")


def customers_differ(reference: str, whose: Words, other: str, others_customer: Words) -> Words:
    """Return the question before two callbacks of different customers are joined. Nothing has changed yet."""
    return Words(
        f"{reference} is for {whose.english}, {other} for {others_customer.english}. Confirm that they are one matter.",
        f"{reference} est pour {whose.french}, {other} pour {others_customer.french}. Confirmez qu'il s'agit d'un seul "
        "dossier.",
    )


def only_other_was_tried(reference: str, whose: Words, other: str) -> Words:
    """Return why a callback is not joined with one of another customer: its own was not tried yet."""
    return Words(
        f"Nobody has tried to reach {whose.english} yet. Try first, or join {other} with {reference} instead.",
        f"Personne n'a encore tenté de joindre {whose.french}. Tentez d'abord, ou fusionnez {other} avec {reference}.",
    )


def has_joined(reference: str) -> Words:
    """Return that somebody has joined a callback with another, for the people who were paged."""
    return Words(f"has joined {{about}} with {reference}", f"a fusionné {{about}} avec {reference}")


def joined(reference: str, other: str) -> Words:
    return Words(f"{reference} is part of {other} now.", f"{reference} fait maintenant partie de {other}.")


def ticket_set(reference: str, number: str) -> Words:
    if not number:
        return Words(f"{reference} has no outside ticket now.", f"{reference} n'a plus de billet externe.")
    return Words(f"{reference}: the outside ticket is {number}.", f"{reference}: le billet externe est {number}.")


def opened(callback: Callback, also_open: Sequence[str]) -> Words:
    """Return that a callback was opened by hand, with the others that are open for the same customer."""
    reference, priority = callback.reference, callback.priority.value
    listed = ", ".join(also_open)
    also = Words(f" Also open: {listed}.", f" Aussi ouvert: {listed}.") if also_open else Words("", "")
    return Words(
        f"{reference} is open ({priority}).{also.english}", f"{reference} est ouvert ({priority}).{also.french}"
    )
