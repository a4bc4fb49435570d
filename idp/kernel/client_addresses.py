"""Client addresses, as peers and proxies write them (RFC 7239 section 6)."""

from __future__ import annotations

import functools
import ipaddress

NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
"""RFC 6052."""
SUBSCRIBER = 64
"""Bits of an IPv6 address that name one subscriber."""
LONGEST = 128
"""Characters; the longest address with brackets, port and zone has half of them."""

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


def parse_client_address(text: str) -> str | None:
    """Return the address in its one spelling; None for anything else, such as `unknown` or `_hidden`.

    Quotes, brackets, port and zone are removed. An IPv4 address inside an IPv6 one (mapped, 6to4, NAT64) is returned
    as IPv4, so that one client has one address.
    """
    return _parse(text) if len(text) <= LONGEST else None


@functools.lru_cache(maxsize=1024)
def _parse(text: str) -> str | None:
    """Each request needs its client's address several times: for its log line and for each transaction."""
    host = text.strip().strip('"')
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        return str(_embedded_ipv4(ipaddress.ip_address(host.partition("%")[0])))
    except ValueError:
        return None


def network_of(address: str) -> str | None:
    """Return the network of one subscriber: an IPv4 address, or the /64 of an IPv6 one; None for no address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return None
    prefix = SUBSCRIBER if isinstance(parsed, ipaddress.IPv6Address) else parsed.max_prefixlen
    return str(ipaddress.ip_network((parsed, prefix), strict=False))


def _embedded_ipv4(address: IPAddress) -> IPAddress:
    if not isinstance(address, ipaddress.IPv6Address):
        return address
    if address in NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour or address


def address_key(address: str) -> str:
    """Return 32 hexadecimal digits that sort as addresses do, so that a network is a range; empty for no address."""
    try:
        return _key(ipaddress.ip_address(address))
    except ValueError:
        return ""


def network_keys(text: str) -> tuple[str, str] | None:
    """Return the first and the last `address_key` of a network such as 192.0.2.0/24, or of one address; else None."""
    try:
        network = ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        return None
    return _key(network.network_address), _key(network.broadcast_address)


def _key(address: IPAddress) -> str:
    """IPv4 addresses have the keys of their mapped ones (RFC 4291 section 2.5.5.2)."""
    mapped = 0xFFFF_0000_0000 if isinstance(address, ipaddress.IPv4Address) else 0
    return f"{int(address) + mapped:032x}"
