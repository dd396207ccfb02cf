"""Hosts of URLs and peers: whether one is this machine."""

from __future__ import annotations

from ipaddress import ip_address


def is_loopback(host: str) -> bool:
    """Return whether a host name or IP address is this machine itself, so that nothing leaves it."""
    return host.casefold() == "localhost" or is_loopback_address(host)


def is_loopback_address(text: str) -> bool:
    """Return whether this is a loopback IP address. A name never is, because a peer could choose it."""
    try:
        address = ip_address(text)
    except ValueError:
        return False
    # A socket for both families gives IPv4 peers as ::ffff:127.0.0.1.
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


def is_address(text: str) -> bool:
    """Return whether this is an IP address."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
