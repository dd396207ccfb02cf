"""Which hosts are this machine."""

from __future__ import annotations

import pytest

from callbacks.text.hosts import is_loopback


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
def test_this_machine(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["", "mail.example.com", "localhost.example.com", "10.0.0.7", "127.0.0.1.example.com", "::2", "0.0.0.0"]
)
def test_another_machine(host: str) -> None:
    assert not is_loopback(host)
