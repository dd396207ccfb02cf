"""Signed values: HMAC with SHA-256, and the SHA-1 of the release before where it is asked for."""

from __future__ import annotations

import base64
import hashlib
import hmac

import pytest
from itsdangerous import BadSignature, URLSafeSerializer

from callbacks.signing import signer

SECRET, SALT = "x" * 32, "page"


def test_the_signature_is_the_first_144_bits_of_hmac_sha256() -> None:
    content, _, signature = str(signer([SECRET], SALT).dumps([7, 30])).partition(".")
    key = hmac.digest(SECRET.encode(), SALT.encode(), hashlib.sha256)
    expected = hmac.digest(key, content.encode(), hashlib.sha256)[:18]
    assert signature == base64.urlsafe_b64encode(expected).decode()
    assert signer([SECRET], SALT).loads(f"{content}.{signature}") == [7, 30]


def test_a_shorter_signature_is_forged() -> None:
    token = str(signer([SECRET], SALT).dumps([7, 30]))
    for cut in range(1, 25):
        with pytest.raises(BadSignature):
            signer([SECRET], SALT).loads(token[:-cut])


def test_what_the_release_before_signed_is_taken_where_that_is_asked_for_only() -> None:
    old = str(URLSafeSerializer(SECRET, salt=SALT).dumps([7, 30]))
    assert signer([SECRET], SALT, accepts_sha1=True).loads(old) == [7, 30]
    with pytest.raises(BadSignature):
        signer([SECRET], SALT).loads(old)
    for other in (signer(["y" * 32], SALT, accepts_sha1=True), signer([SECRET], "other", accepts_sha1=True)):
        with pytest.raises(BadSignature):
            other.loads(old)
