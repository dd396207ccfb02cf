"""Whether there is a way to reach a customer at all."""

from __future__ import annotations

from callbacks.db.tables import Call
from callbacks.text.dialing_rules import check_number


def has_no_number(call: Call) -> bool:
    """Return whether nobody can be called: the number was withheld, cannot be used, or turned out to be wrong.

    A number that needs a supervisor's consent is a number.
    """
    return call.customer_number is None and not check_number(call.caller).needs_consent
