"""One client has one address, however its peer or a proxy writes it."""

import pytest

from idp.kernel.client_addresses import network_of, parse_client_address


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("192.0.2.43", "192.0.2.43"),
        ("192.0.2.43:47011", "192.0.2.43"),
        ('"[2001:db8:cafe::17]:4711"', "2001:db8:cafe::17"),
        ("[2001:DB8:CAFE::17]", "2001:db8:cafe::17"),
        ("2001:db8:0:0::17", "2001:db8::17"),
        ("fe80::1%eth0", "fe80::1"),
        ("::ffff:192.0.2.43", "192.0.2.43"),
        ("2002:c000:022b::1", "192.0.2.43"),
        ("64:ff9b::c000:22b", "192.0.2.43"),
        ("unknown", None),
        ("_hidden", None),
        ("", None),
        ("192.0.2.43, 10.0.0.1", None),
        ("192.0.2.430", None),
        ("[::1", "::1"),
        ("\x00", None),
    ],
)
def test_addresses_are_parsed_as_rfc_7239_writes_them(text: str, address: str | None) -> None:
    assert parse_client_address(text) == address


@pytest.mark.parametrize(
    ("address", "network"),
    [("192.0.2.43", "192.0.2.43/32"), ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"), ("", None), ("local", None)],
)
def test_a_network_is_what_one_subscriber_has(address: str, network: str | None) -> None:
    assert network_of(address) == network
