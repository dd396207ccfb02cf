"""What the carrier says of a caller ID."""

from __future__ import annotations

import pytest

from callbacks.text.attestation import has_failed, is_vouched_for


@pytest.mark.parametrize(
    ("attestation", "vouched_for", "failed"),
    [
        ("TN-Validation-Passed-A", True, False),
        ("TN-Validation-Passed-B", True, False),
        ("TN-Validation-Passed-C", False, False),
        ("TN-Validation-Passed-A-Diverted", False, False),
        ("TN-Validation-Failed", False, True),
        ("TN-Validation-Failed-A", False, True),
        ("TN-Validation-Failed-C-Passthrough", False, True),
        ("No-TN-Validation", False, False),
        ("NULL", False, False),
        ("", False, False),
    ],
)
def test_only_a_whole_value_vouches_for_a_caller(attestation: str, vouched_for: bool, failed: bool) -> None:
    assert (is_vouched_for(attestation), has_failed(attestation)) == (vouched_for, failed)
