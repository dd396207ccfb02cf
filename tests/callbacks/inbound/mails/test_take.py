"""The way into the desk for a mail."""

from __future__ import annotations

import pytest

from callbacks.inbound.mails.take import LARGEST, Unreadable, refuse_too_large


def test_a_mail_of_more_than_the_limit_is_refused() -> None:
    refuse_too_large(LARGEST)
    with pytest.raises(Unreadable, match="more than 64 MB"):
        refuse_too_large(LARGEST + 1)
