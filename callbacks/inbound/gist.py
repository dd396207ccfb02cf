"""The gist of a transcript in one line, and a guess at its urgency: by rules over the words, in English and French.

Both are a machine's, made from words that a machine has heard. They are shown as such and decide nothing. Pure.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from callbacks.db.states import Urgency

LONGEST_GIST = 120
SHORTEST_SENTENCE = 3  # words
# Digits are what a machine hears worst, and may be a card's: they are in the recording.
NUMBER = re.compile(r"\+?\d(?:[\s().-]{0,3}\d){4,}")

# The beginnings of words (without accents) that a sentence about the trouble has.
_TROUBLE = {
    "en": (
        *("down", "outage", "broke", "broken", "stop", "fail", "error", "problem", "issue", "trouble", "block", "miss"),
        *("lost", "lose", "stuck", "slow", "spam", "phish", "virus", "hack", "compromis", "ransom", "quarantin"),
        *("cannot", "can't", "cant", "unable", "doesn't", "isn't", "aren't", "won't", "not", "urgent", "emergency"),
        *("email", "e-mail", "mail", "message", "server", "password", "login", "access", "queue", "digest", "expire"),
        *("need", "help", "question", "renew", "install", "bounce", "reject", "deliver", "receiv", "send"),
    ),
    "fr": (
        *("panne", "bris", "brise", "arret", "echec", "erreur", "probleme", "bogue", "bug", "bloqu", "manqu", "perdu"),
        *("perd", "coinc", "lent", "pourriel", "hameconn", "virus", "pirat", "compromis", "rancon", "quarantaine"),
        *("fonctionn", "marche", "impossible", "incapable", "peux", "peut", "peuvent", "recoi", "recev", "envoy"),
        *("plus", "pas", "rien", "aucun", "personne", "urgent", "urgence", "courriel", "serveur", "passe", "acces"),
        *("file", "resume", "expir", "besoin", "aide", "question", "renouvel", "install", "rebond", "rejet", "livr"),
    ),
}
# What people say around it: a sentence that begins so is rarely about the trouble.
_AROUND = {
    "en": r"(hi|hello|hey|good (morning|afternoon|evening)|my name is|this is|i'?m calling from|thank|thanks|bye|"
    r"call me|please call|you can reach|my number|i'?m at)\b",
    "fr": r"(bonjour|bonsoir|allo|salut|oui bonjour|mon nom est|je m'appelle|ici |c'est [a-z]+ de |merci|au revoir|"
    r"bonne (journee|soiree)|rappelez|vous pouvez me (joindre|rappeler)|mon numero)",
}
# The whole organization is hit (policy: Priorities, P1).
_DOWN = {
    "en": (
        r"(everything|all of it|the whole (system|thing|company|office|service)|all (our|the) (e-?mails?|systems?)|"
        r"(our|the) (whole )?(e-?mail|mail|mail ?flow|mail server|server|system|gateway|service|site)) "
        r"(is|are|has been|went|seems|just went|have been) (completely |totally |all )?(down|out|offline|dead|stopped)",
        r"(nobody|no one|none of us|no-one) (here )?(can|is able to|could|gets?|receives?|is (getting|receiving))",
        r"(we|nobody|no one|anyone)( all)? (can'?t|cannot|can not|are not able to|aren'?t able to|could not) "
        r"(send|receive|get|access|log ?in|work)",
        r"(we are|we're|we're all|we have been|we've been) (not|no longer) (receiving|getting|sending)",
        r"(no|not a single) (e-?mails?|mail|messages?) (is|are|at all|coming|getting|going|for anyone|has|have)",
        r"\b(complete|total|major|general) (outage|failure)",
        r"(hacked|ransomware|account (was|has been|is|got) compromised|compromised accounts?)",
        r"\b(this is|it'?s) an emergency",
    ),
    "fr": (
        r"(tout|tout le systeme|toute la compagnie|tous nos (systemes|courriels)|(notre|le|nos) "
        r"(serveur|systeme|messagerie|courriel|service|passerelle)s?) (est|sont|a|ont|vient de|est tombe)s? "
        r"(completement |totalement |tout )?(en panne|tombee?s?|plante|arrete|mort|hors service|a terre)",
        r"(plus rien|rien) (ne |n')?(fonctionne|marche|rentre|sort|passe)",
        r"(y'?a|il n'?y a|il y a|y) ?plus rien qui (fonctionne|marche|rentre|sort)",
        r"personne (ne |n')?(peut|recoit|arrive|est capable|a acces|peut plus)",
        r"(on|nous) (ne |n')?(recoit|recevons|peut|pouvons|envoie|envoyons|est|sommes) (plus|pas capables?) "
        r"?(de |d'|du |aucune?|rien|recevoir|envoyer|acceder|travailler|se connecter|nous connecter)",
        r"aucun (courriel|message) (ne |n')?(rentre|entre|sort|passe|arrive|est)",
        r"panne (complete|totale|generale|majeure)",
        r"(pirate|rancongiciel|compte (est|a ete) compromis|comptes compromis)",
        r"c'est (une|vraiment une) urgence",
    ),
}
_CAN_WAIT = {
    "en": (
        r"(it'?s|this is|that'?s|it is|nothing) ?(really |very |too )?(not (that |really |very |super )?urgent|no rush|"
        r"no hurry|not (a rush|an emergency)|nothing urgent|urgent at all)",
        r"\b(not (that |really |very )?urgent|no rush|no hurry|no emergency|nothing urgent|non[- ]urgent)",
        r"(can|could|will) wait\b",
        r"(whenever|when) you (get|have) (a )?(chance|moment|minute|time)",
        r"(at your convenience|take your time|no need to call (back )?(tonight|right away))",
        r"\b(tomorrow|monday|next week|in the morning) (is|would be|will be|works) (fine|ok|okay|good)",
        r"just (a|have a|had a) (quick |small |simple )?question",
    ),
    "fr": (
        r"(pas|rien d'|rien de) ?(tres |vraiment |si |super )?(urgent|pressant)",
        r"(pas d'urgence|rien d'urgent|rien de pressant|aucune urgence|ca ne presse pas|ca presse pas|sans presse)",
        r"(ca |cela |qui )?(peut|pourrait|va) (bien |sans probleme )?attendre",
        r"(quand|lorsque|des que) vous (aurez|avez) (une|le|un|deux) (chance|temps|moment|minutes?)",
        r"(a votre convenance|prenez votre temps|pas besoin de (me )?rappeler (ce soir|tout de suite))",
        r"(demain|lundi|la semaine prochaine) (matin )?(c'est|ca va|ca serait|serait) (correct|parfait|bon|beau|bien)",
        r"juste (une|poser une) (petite )?question",
    ),
}
# "It can't wait" is no leave to wait, and "not down any more" is no outage.
_NOT_AFTER = re.compile(r"(\b(not|cannot|ne|n'|pas|no longer|plus)|n't) ?$")
LONGEST_NOT = 12  # characters. Only these are searched: a mail may have many such places.
_UNDONE = {
    "en": r"\b(isn'?t|is not|not|no longer|aren'?t) (down|out|offline)|back (up|online)|works again|fixed now",
    "fr": r"(n'est|est|sont) (pas|plus) en panne|(est|sont) revenue?s?|refonctionne|remarche|c'est regle",
}


def gist_of(transcript: str, language: str) -> str:
    """Return the sentence that says most about the trouble, in one short line without numbers; "" without words."""
    sentences = list(_sentences(transcript))
    if not sentences:
        return ""
    best = max(range(len(sentences)), key=lambda place: (_weight(sentences[place], language), -place))
    return _cut(sentences[best])


def guessed_urgency(transcript: str, language: str) -> Urgency:
    """Return how urgent the words sound: everything is down, it can wait, or NONE where they do not say."""
    words, tongue = _plain(transcript), _tongue(language)
    if _says_so(_CAN_WAIT[tongue], words):
        return Urgency.CAN_WAIT
    if _says_so(_DOWN[tongue], words) and not re.search(_UNDONE[tongue], words):
        return Urgency.DOWN
    return Urgency.NONE


def _tongue(language: str) -> str:
    return "fr" if language == "fr" else "en"


def _says_so(patterns: tuple[str, ...], words: str) -> bool:
    found = (match for pattern in patterns for match in re.finditer(pattern, words))
    return any(_NOT_AFTER.search(words, max(0, match.start() - LONGEST_NOT), match.start()) is None for match in found)


def _sentences(transcript: str) -> Iterator[str]:
    """Yield the sentences, without numbers and spare spaces."""
    spoken = re.sub(r"\s+", " ", NUMBER.sub("…", transcript)).strip()
    for sentence in re.split(r"(?<=[.!?])\s+", spoken):
        if re.search(r"\w", sentence):
            yield sentence.strip()


def _weight(sentence: str, language: str) -> float:
    """Return how much a sentence says about the trouble."""
    plain, tongue = _plain(sentence), _tongue(language)
    words = re.findall(r"[\w']+", plain)
    if len(words) < SHORTEST_SENTENCE:
        return -1
    hits = sum(any(word.startswith(beginning) for beginning in _TROUBLE[tongue]) for word in words)
    around = re.match(_AROUND[tongue], plain) is not None
    return min(hits, 6) - (1.5 if around else 0)


def _cut(sentence: str) -> str:
    """Return a sentence, cut between two words when it is too long."""
    if len(sentence) <= LONGEST_GIST:
        return sentence
    return sentence[: LONGEST_GIST - 1].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"


def _plain(text: str) -> str:
    """Return a text in lower case without accents, with straight apostrophes."""
    folded = unicodedata.normalize("NFKD", text.casefold().replace("’", "'"))
    return re.sub(r"\s+", " ", "".join(letter for letter in folded if not unicodedata.combining(letter)))
