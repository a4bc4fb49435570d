"""A small file of places, in the format of the large ones."""

from pathlib import Path

from mmdb_writer import MMDBWriter
from netaddr import IPSet

MUNICH, AUSTRIA, NOWHERE = "81.2.69.142", "2001:4860::17", "8.8.8.8"
"""Addresses in a city, in a country that names no city, and in neither."""


def write_places(path: Path, *, kind: str = "Test-City") -> Path:
    """Writes the file; `kind` is what it says it holds."""
    germany = {"names": {"en": "Germany", "de": "Deutschland", "ja": "ドイツ"}, "iso_code": "DE"}
    writer = MMDBWriter(ip_version=6, ipv4_compatible=True, database_type=kind, languages=["en", "de", "ja"])
    writer.insert_network(
        IPSet(["81.2.69.0/24"]), {"city": {"names": {"en": "Munich", "de": "München"}}, "country": germany}
    )
    writer.insert_network(IPSet(["2001:4860::/32"]), {"registered_country": {"names": {"en": "Austria"}}})
    writer.insert_network(IPSet(["9.9.9.0/24"]), {"city": "a text", "country": {"names": ["a", "list"]}})
    writer.to_db_file(str(path))
    return path
