"""Calls that perhaps no person made."""

from __future__ import annotations

from functools import partial

import pytest

from callbacks.acts.robots import is_perhaps_a_robot


@pytest.mark.parametrize("attestation", ["", "TN-Validation-Passed-A-Diverted", "TN-Validation-Passed-C", "NULL"])
def test_only_a_call_without_any_sign_of_a_person_is_perhaps_a_robot(attestation: str) -> None:
    nothing = partial(
        is_perhaps_a_robot, key_pressed=False, attestation=attestation, webhooks_missed=False, has_spoken=False
    )
    assert nothing()
    assert not nothing(key_pressed=True)
    assert not nothing(has_spoken=True)
    assert not nothing(webhooks_missed=True)
    assert not nothing(attestation="TN-Validation-Passed-B")
