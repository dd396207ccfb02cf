"""What the carrier says of a caller ID: StirVerstat, as STIR/SHAKEN has it.

twilio.com/docs/voice/trusted-calling-with-shakenstir
"""

from __future__ import annotations

# Compared as a whole: a prefix would let forwarded calls in ("-Diverted").
ATTESTED = ("TN-Validation-Passed-A", "TN-Validation-Passed-B")


def is_vouched_for(attestation: str) -> bool:
    """Return whether a carrier vouches for the caller."""
    return attestation in ATTESTED


def has_failed(attestation: str) -> bool:
    """Return whether the caller ID may be somebody else's."""
    return "failed" in attestation.casefold()
