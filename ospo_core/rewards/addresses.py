"""Which network addresses a remote scorer may have: public ones, private ones on request, those of a cloud never.

Judges addresses, not names: `127.1`, `2130706433` or a name that is answered differently the second time all come
down to the address that is connected to, and that one is checked. The list is explicit where Python's own
`is_global` differs between releases or is silent: IPv6 addresses that carry an IPv4 address inside, and the metadata
services of clouds that do not sit on a link-local address (RFC 6890, RFC 6052, RFC 3056, RFC 4380; vendors' manuals).
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from ospo_core.errors import RewardError

Address = IPv4Address | IPv6Address
Resolver = Callable[[str, int], Sequence[str]]
"""The addresses of a host name and port, as text. May take long, and may raise OSError."""

Block = IPv4Network | IPv6Network

_METADATA: tuple[Block, ...] = tuple(
    ip_network(address)
    for address in (
        "100.100.100.200",  # Alibaba Cloud
        "168.63.129.16",  # the host agent of Azure
        "192.0.0.192",  # Oracle Cloud
        "fd00:ec2::254",  # AWS
        "fd20:ce::254",  # Google Cloud
    )
)
_PRIVATE: tuple[Block, ...] = tuple(
    ip_network(block)
    for block in (
        "10.0.0.0/8",
        "100.64.0.0/10",  # behind a carrier's NAT, and many VPNs
        "127.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "::1",
        "fc00::/7",
    )
)
_RESERVED: tuple[Block, ...] = tuple(
    ip_network(block)
    for block in (
        "0.0.0.0/8",  # this host
        "169.254.0.0/16",  # link-local: metadata of most clouds
        "192.0.0.0/24",  # protocol assignments
        "224.0.0.0/3",  # multicast, future use, broadcast
        "::/96",  # unspecified, IPv4-compatible
        "64:ff9b::/96",  # NAT64 carries an IPv4 address
        "64:ff9b:1::/48",  # NAT64 for local use
        "2001::/32",  # Teredo carries an IPv4 address
        "2002::/16",  # 6to4 carries an IPv4 address
        "fe80::/10",  # link-local
        "fec0::/10",  # site-local, withdrawn
        "ff00::/8",  # multicast
    )
)


def system_addresses(host: str, port: int) -> Sequence[str]:
    """What the operating system's resolver says, each address once, in its order."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def require_allowed(addresses: Sequence[str], *, where: str, encrypted: bool, allow_private: bool) -> None:
    """Refuse a host of which any address is not allowed; one bad address among good ones is how rebinding looks.

    Without encryption only private addresses are allowed: texts and token would cross the open network.

    Raises: RewardError: says which rule; the address itself is not repeated, so that nobody can map a network by it.
    """
    for address in addresses:
        _require_one(_plain(address), where=where, encrypted=encrypted, allow_private=allow_private)


def _require_one(address: Address, *, where: str, encrypted: bool, allow_private: bool) -> None:
    private = _within(address, _PRIVATE)
    if _within(address, _METADATA) or (not private and (_within(address, _RESERVED) or not address.is_global)):
        raise RewardError(f"{where}: is at a link-local, metadata or reserved address; no scorer may be there")
    if private and not allow_private:
        raise RewardError(f"{where}: is at a private address; set allow_private: true if that is meant")
    if not private and not encrypted:
        raise RewardError(f"{where}: is at a public address, and http would send texts unencrypted; use https")


def _plain(address: str) -> Address:
    """An IPv4 address in IPv6 clothing is judged as what it is."""
    parsed = ip_address(address.partition("%")[0])
    mapped = parsed.ipv4_mapped if isinstance(parsed, IPv6Address) else None
    return parsed if mapped is None else mapped


def _within(address: Address, blocks: Sequence[Block]) -> bool:
    return any(address in block for block in blocks)
