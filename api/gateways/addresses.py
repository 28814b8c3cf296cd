"""Which addresses lie on the open internet."""

import ipaddress

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

# `is_global` calls these global, yet they lead inside, to a relay or nowhere (IANA special-purpose registries).
_DENIED_NETWORKS: tuple[IPNetwork, ...] = tuple(
    ipaddress.ip_network(network)
    for network in (
        "192.0.0.0/24",  # IETF protocol assignments
        "192.88.99.0/24",  # 6to4 relays
        "64:ff9b::/96",  # NAT64: carries any IPv4 address
        "64:ff9b:1::/48",  # NAT64, local use
        "2002::/16",  # 6to4: carries any IPv4 address
        "2001::/32",  # Teredo: carries any IPv4 address
        "fec0::/10",  # site local
        "::/96",  # IPv4-compatible
    )
)


def is_forbidden(address: IPAddress) -> bool:
    """Whether an address is anything but a plain public host.

    Source: the table in Python's ipaddress is not enough: it calls 6to4, NAT64 and multicast global.
    """
    plain = _unwrapped(address)
    if not plain.is_global or plain.is_multicast or plain.is_reserved or plain.is_unspecified:
        return True
    return any(plain in network for network in _DENIED_NETWORKS if network.version == plain.version)


def is_within(address: IPAddress, opened: tuple[str, ...]) -> bool:
    """Whether an address is in one of these networks. opened: CIDRs."""
    plain = _unwrapped(address)
    networks = (ipaddress.ip_network(network, strict=False) for network in opened)
    return any(plain in network for network in networks if network.version == plain.version)


def _unwrapped(address: IPAddress) -> IPAddress:
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address
