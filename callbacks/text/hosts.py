"""Hosts of URLs and peers: whether one is this machine."""

from __future__ import annotations

from ipaddress import ip_address


def is_loopback(host: str) -> bool:
    """Return whether a host name or IP address is this machine itself, so that nothing leaves it."""
    try:
        address = ip_address(host)
    except ValueError:
        return host.casefold() == "localhost"
    # A socket for both families gives IPv4 peers as ::ffff:127.0.0.1.
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback
