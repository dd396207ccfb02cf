"""Administrators add users and send them invitation links, with which they choose their own passwords."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

from flask import g
from sqlalchemy.orm import Session

from callbacks.console.context import current
from callbacks.console.forms import field, note_change
from callbacks.db.tables import User
from callbacks.errors import CarrierError, WrongState
from callbacks.paging.channels.mail import Email
from callbacks.people import invitations, users
from callbacks.text.bilingual import Words

MAIL = Words(
    "{who} has invited you to choose a password for the phone desk of {company}. This link works once, within three "
    "days:\n\n{link}",
    "{who} vous invite à choisir un mot de passe pour {company}. Ce lien fonctionne une seule fois, pendant trois "
    "jours :\n\n{link}",
)
SUBJECT = "{company}: choose your password / choisissez votre mot de passe"


def invite(act: str, email: str) -> str:
    """Make a link and send it. Return what to tell the administrator: the link itself where no mail is sent."""
    context = current()
    now = context.now()

    def work(session: Session) -> tuple[str, str]:
        user = ACTS[act](session, email, now)
        key = invitations.invite(session, user, g.user.email, now)
        note_change(session, now, f"users: {act}", {"link for": user.email})
        return user.email, key

    address, key = context.database.write(work)
    return _deliver(address, invitations.address(context.public_url, key), now)


def _deliver(to: str, link: str, now: datetime) -> str:
    mailer, by_hand = current().mailer, f"Send them this link, which is shown only once: {link}"
    if mailer is None:
        return f"{to} can choose a password within three days. {by_hand}"
    try:
        mailer.send(_mail(to, link, now))
    except CarrierError as error:
        return f"The invitation was not emailed to {to}. {error} {by_hand}"
    return f"An invitation link was emailed to {to}. It is valid for three days."


def _mail(to: str, link: str, now: datetime) -> Email:
    about = current().desk.company
    words = Words(
        MAIL.english.format(who=g.user.email, company=about.name["en"], link=link),
        MAIL.french.format(who=g.user.email, company=about.name["fr"], link=link),
    )
    subject = SUBJECT.format(company=about.sender)
    return Email(to, subject, words, f"invitation-{uuid4().hex}", now, desk=about.sender)


def _add(session: Session, email: str, now: datetime) -> User:
    return users.add_without_password(session, email, field("role"), now, field("technician", 255))


def _known(session: Session, email: str, now: datetime) -> User:
    if email.casefold() == g.user.email:
        raise WrongState("Change your password on your own account, which asks for it.")
    return users.user_named(session, email)


ACTS: dict[str, Callable[[Session, str, datetime], User]] = {"add": _add, "invite": _known}
