"""Calling other people's servers, whose addresses an administrator typed: nothing inside this network may be reached.

    resolve the name -> every address public? -> connect to exactly that address -> send -> status, and hang up

The address that was judged is the one that is dialled, so a name that changes its mind in between (DNS rebinding) gains
nothing. Redirects are not followed, proxies of the environment are not used, and the answer's body is never read.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, urlencode, urlsplit

from idp.config import LOOPBACK, Settings
from idp.messaging.transports import Undelivered

ANSWER_WITHIN = 3.0
"""Seconds for each of connecting, and the whole of sending and answering."""
FORM = "application/x-www-form-urlencoded"
DEFAULT_PORTS = {"http": 80, "https": 443}
MOST_ADDRESSES = 3
"""How many of a name's addresses are tried."""
EMBEDDING = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("64:ff9b:1::/48"))
"""NAT64 (RFC 6052, RFC 8215): IPv6 addresses that lead to an IPv4 address inside them."""


class Forbidden(Undelivered):
    """The address is not one that may be called from here; nothing was sent."""


@dataclass(frozen=True)
class Outbound:
    """The way out. Hosts in `trusted` may have any address, and plain http as far as they are this machine."""

    trusted: frozenset[str]

    @classmethod
    def of(cls, settings: Settings) -> Outbound:
        """As the settings have it; while developing, apps on this machine are reached."""
        return cls(settings.private_host_names | (LOOPBACK if settings.mode == "development" else frozenset()))

    def post(self, url: str, fields: Mapping[str, str]) -> int:
        """Post a form and return the status of the answer, whatever it is.

        Raises:
            Forbidden: when the address must not be called.
            Undelivered: when nobody answered in time, or not over HTTP, or the certificate is not theirs.
        """
        parts = _parse(url)
        try:
            connection = self._connect(parts)
        except (OSError, UnicodeError) as error:  # also TLS; a host name longer than DNS allows
            raise Undelivered(f"{parts.netloc}: {type(error).__name__}: {error}") from error
        late = threading.Event()
        hang_up = threading.Timer(ANSWER_WITHIN, _cut, (connection, late))
        hang_up.daemon = True
        hang_up.start()
        try:
            return _ask(connection, parts, urlencode(fields), late)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise Undelivered(f"{parts.netloc}: {type(error).__name__}: {error}") from error
        finally:
            hang_up.cancel()
            connection.close()

    def _connect(self, parts: SplitResult) -> socket.socket:
        host, port = parts.hostname or "", parts.port or DEFAULT_PORTS[parts.scheme]
        addresses = [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
        self._judge(parts, addresses)
        connection = _dial(addresses, port)
        if parts.scheme != "https":
            return connection
        try:
            return ssl.create_default_context().wrap_socket(connection, server_hostname=host)
        except BaseException:
            connection.close()
            raise

    def _judge(self, parts: SplitResult, addresses: list[str]) -> None:
        host = parts.hostname or ""
        is_trusted = host in self.trusted
        if parts.scheme != "https" and not (is_trusted and host in LOOPBACK):
            raise Forbidden(f"{parts.netloc}: only https may leave this machine")
        private = [address for address in addresses if not is_public(address)]
        if private and not is_trusted:
            raise Forbidden(f"{parts.netloc}: {private[0]} is no public address; IDP_PRIVATE_HOSTS can allow the host")


def is_public(address: str) -> bool:
    """Whether an IP address can only belong to somebody on the internet: also what it may carry inside is looked at."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inside = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if inside is not None or any(found in network for network in EMBEDDING):
            return False
    return found.is_global and not (found.is_multicast or found.is_reserved or found.is_unspecified)


def _parse(url: str) -> SplitResult:
    parts = urlsplit(url)
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname:
        raise Forbidden(f"{url!r} is not a web address")
    return parts


def _dial(addresses: list[str], port: int) -> socket.socket:
    """The first of these addresses that takes the call; raises `OSError` when none does."""
    failure: OSError = OSError("no address")
    for address in addresses[:MOST_ADDRESSES]:
        try:
            return socket.create_connection((address, port), timeout=ANSWER_WITHIN)
        except OSError as error:
            failure = error
    raise failure


def _ask(connection: socket.socket, parts: SplitResult, body: str, late: threading.Event) -> int:
    """Send over a connection that is there already, so that no name is looked up a second time."""
    speaker = http.client.HTTPConnection(parts.netloc)
    speaker.sock, speaker.auto_open = connection, 0
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = {"Host": parts.netloc, "Content-Type": FORM, "Connection": "close", "User-Agent": "Countersign"}
    speaker.request("POST", target, body.encode("ascii"), headers)
    status = speaker.getresponse().status
    if late.is_set():  # what was cut off reads like an answer that ended
        raise TimeoutError("it took too long to answer")
    return status


def _cut(connection: socket.socket, late: threading.Event) -> None:
    """End a conversation that takes too long, however steadily the other side drips."""
    late.set()
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
