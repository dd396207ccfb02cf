"""What our own mail server found out about the sender of a mail (RFC 8601). Pure.

Anybody can write such a header into a mail, also in the name of our server. It puts its own on top, so of those with
its name (its authserv-id) only the topmost counts. Where the desk file does not give that name, none does.
"""

from __future__ import annotations

from collections.abc import Sequence

import authres

from callbacks.text.bilingual import Words

LONGEST = 4_000  # characters
METHODS = ("spf", "dkim", "dmarc")
FAILED = {"fail", "softfail", "permerror"}
RESULTS = ("pass", "fail", "softfail", "neutral", "policy", "temperror", "permerror", "none")


def authentication_in(headers: Sequence[str], authserv_id: str) -> str:
    """Return what the Authentication-Results of our server say, such as "spf=pass dkim=none dmarc=fail", or "".

    `headers` are the values of all such headers, from the top. Of several signatures the best counts.
    """
    for value in headers:
        server, found = _read(value[:LONGEST])
        if authserv_id and server.lower() == authserv_id.lower():
            best = {method: min(results, key=RESULTS.index) for method, results in found.items()}
            return " ".join(f"{method}={best[method]}" for method in METHODS if method in best)
    return ""


def in_words(found: str) -> Words:
    """Return what a reader is told about a sender from results such as "spf=pass dkim=none dmarc=fail".

    Even the best result vouches for a domain, not for the person who writes.
    """
    results = dict(each.split("=", 1) for each in found.split())
    if not results:
        return Words(
            "Not verified: anybody can write this address.", "Non vérifié : n'importe qui peut écrire cette adresse."
        )
    as_found = f" ({found.replace('=', ' ')})"
    if results.get("dmarc") == "pass":
        return Words(
            f"The sender's domain is verified{as_found}.", f"Le domaine de l'expéditeur est vérifié{as_found}."
        )
    if FAILED & set(results.values()):
        return Words(
            f"The sender may be forged: the check of the mail server failed{as_found}.",
            f"L'expéditeur est peut-être faux : la vérification du serveur de courriel a échoué{as_found}.",
        )
    return Words(f"The sender is not verified{as_found}.", f"L'expéditeur n'est pas vérifié{as_found}.")


def _read(value: str) -> tuple[str, dict[str, list[str]]]:
    """Return the server that wrote a header, and the results it names by their method."""
    try:
        read = authres.AuthenticationResultsHeader.parse("Authentication-Results: " + value.strip().rstrip(";"))
    except Exception:  # it raises errors of every kind, and nobody vouches for what cannot be read
        return "", {}
    found: dict[str, list[str]] = {}
    for each in read.results:
        method, result = str(each.method).lower(), str(each.result).lower()
        if method in METHODS and result in RESULTS:
            found.setdefault(method, []).append(result)
    return str(read.authserv_id), found
