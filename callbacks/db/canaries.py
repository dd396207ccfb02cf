"""Which rows belong to the daily test call, the canary, and how everybody else is kept from seeing them.

A canary is no customer's: reports, the queue, the screens and the commands leave it out.
"""

from __future__ import annotations

from sqlalchemy import or_, select
from sqlalchemy.orm import with_loader_criteria

from callbacks.db.states import CallbackOrigin, Screening
from callbacks.db.tables import Callback, Contact, Page, Technician

# Who allows the number that receives the page of a canary. Its row among the technicians is told by this.
BY_DESK_FILE = "canary in the desk file"

IS_A_PERSON = or_(Technician.phone_allowed_by.is_(None), Technician.phone_allowed_by != BY_DESK_FILE)

IS_OF_A_CUSTOMER = Callback.origin != CallbackOrigin.CANARY

_TECHNICIANS = Technician.__table__.c  # of the table, which these criteria leave as it is
_RECIPIENT = select(_TECHNICIANS.id).where(_TECHNICIANS.phone_allowed_by == BY_DESK_FILE)

WITHOUT_CANARIES = (
    with_loader_criteria(Callback, IS_OF_A_CUSTOMER, include_aliases=True),
    with_loader_criteria(Contact, Contact.screening != Screening.CANARY, include_aliases=True),
    with_loader_criteria(Page, Page.technician_id.not_in(_RECIPIENT), include_aliases=True),
    with_loader_criteria(Technician, IS_A_PERSON),
)
