"""HTTP client for other servers.

    resolve the name -> all addresses allowed? -> connect to one of them -> send -> read the response, close

Client URLs are typed by an administrator, so they must not reach this network; provider URLs are settings and may point
anywhere. The checked address is the one connected to, which defeats DNS rebinding. Redirects are not followed, proxies
of the environment are not used, and the response body is limited. `fetched_documents` keeps what is fetched so.
"""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from queue import Empty, SimpleQueue
from urllib.parse import SplitResult, urlencode, urlsplit

from idp.config import LOOPBACK, Settings
from idp.kernel.clock import stopwatch
from idp.kernel.uris import DEFAULT_PORTS
from idp.messaging.public_addresses import is_public
from idp.messaging.smtp import Undelivered

APP_TIMEOUT, PROVIDER_TIMEOUT = 3.0, 8.0
"""Seconds, each for the name, for connecting, and for the whole of TLS, request and response."""
MAX_BODY = 16_384
"""Bytes read of a provider's response; its errors are short."""
DEFAULT_HEADERS = {"Connection": "close", "User-Agent": "Countersign"}
MAX_ADDRESSES = 3
"""How many addresses of a name are tried."""


class Forbidden(Undelivered):
    """The address must not be called; nothing was sent."""


@dataclass(frozen=True)
class Content:
    """A request body and its media type."""

    media_type: str
    body: bytes


def form_content(fields: Mapping[str, str]) -> Content:
    """Encode a form."""
    return Content("application/x-www-form-urlencoded", urlencode(fields).encode("ascii"))


def json_content(value: object) -> Content:
    """Encode JSON (RFC 8259)."""
    return Content("application/json", json.dumps(value, ensure_ascii=False).encode())


@dataclass(frozen=True)
class HttpResponse:
    """Status and, up to the limit, the body."""

    status: int
    body: bytes


@dataclass(frozen=True)
class Outbound:
    """The HTTP client. Hosts in `trusted` may have private addresses, and plain http if they are this machine.

    `ca_bundle` is a file of certificates (PEM) that are trusted beside those of the system.
    """

    trusted: frozenset[str]
    timeout: float = APP_TIMEOUT
    max_body: int = 0
    ca_bundle: str = ""

    @classmethod
    def from_settings(cls, settings: Settings) -> Outbound:
        """Create the client for calls to clients; in development it reaches this machine."""
        trusted = settings.private_host_names | (LOOPBACK if settings.development else frozenset())
        return cls(trusted, ca_bundle=settings.ca_bundle)

    @classmethod
    def to_provider(cls, url: str) -> Outbound:
        """Create the client for a configured provider, at any address."""
        return cls(frozenset({urlsplit(url).hostname or ""}), timeout=PROVIDER_TIMEOUT, max_body=MAX_BODY)

    def post(self, url: str, content: Content, headers: Mapping[str, str] | None = None) -> HttpResponse:
        """Send a POST request; raises as `request` does."""
        return self.request("POST", url, {"Content-Type": content.media_type, **(headers or {})}, content.body)

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> HttpResponse:
        """Send a GET request; raises as `request` does."""
        return self.request("GET", url, headers or {})

    def request(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None = None) -> HttpResponse:
        """Send a request and return the response, whatever its status.

        Raises:
            Forbidden: when the address must not be called.
            Undelivered: on timeouts and on network, TLS and HTTP errors.
        """
        parts = _parse(url)
        try:
            connection = self._connect(parts)
        except (OSError, UnicodeError) as error:  # also TLS; a host name longer than DNS allows
            raise Undelivered(f"{parts.netloc}: {type(error).__name__}: {error}") from error
        late = threading.Event()
        hang_up = threading.Timer(self.timeout, _abort, (connection, late))
        hang_up.daemon = True
        hang_up.start()
        try:
            if isinstance(connection, ssl.SSLSocket):
                connection.do_handshake()
            speaker = _http_connection(connection, parts)
            speaker.request(method, _target(parts), body, {"Host": parts.netloc, **DEFAULT_HEADERS, **headers})
            answer = speaker.getresponse()
            found = HttpResponse(answer.status, answer.read(self.max_body) if self.max_body else b"")
            if late.is_set():  # what was cut off reads like an answer that ended
                raise TimeoutError("it took too long to answer")
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise Undelivered(f"{parts.netloc}: {type(error).__name__}: {error}") from error
        finally:
            hang_up.cancel()
            connection.close()
        return found

    def _connect(self, parts: SplitResult) -> socket.socket:
        host, port = parts.hostname or "", parts.port or DEFAULT_PORTS[parts.scheme]
        addresses = _resolve(host, port, self.timeout)
        self._raise_if_forbidden(parts, addresses)
        connection = _connect_any(addresses, port, self.timeout)
        if parts.scheme != "https":
            return connection
        try:  # the handshake comes later, when it can be hung up on
            return _tls_context(self.ca_bundle).wrap_socket(
                connection, server_hostname=host, do_handshake_on_connect=False
            )
        except BaseException:
            connection.close()
            raise

    def _raise_if_forbidden(self, parts: SplitResult, addresses: list[str]) -> None:
        host = parts.hostname or ""
        is_trusted = host in self.trusted
        if parts.scheme != "https" and not (is_trusted and host in LOOPBACK):
            raise Forbidden(f"{parts.netloc}: only https may leave this machine")
        private = [address for address in addresses if not is_public(address)]
        if private and not is_trusted:
            raise Forbidden(f"{parts.netloc}: {private[0]} is no public address; IDP_PRIVATE_HOSTS can allow the host")


def _parse(url: str) -> SplitResult:
    parts = urlsplit(url)
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname:
        raise Forbidden(f"{url!r} is not a web address")
    return parts


@cache
def _tls_context(ca_bundle: str) -> ssl.SSLContext:
    """Return the context of all connections; reading the system's certificates takes 20 ms."""
    context = ssl.create_default_context()
    if ca_bundle:
        context.load_verify_locations(ca_bundle)
    return context


def _resolve(host: str, port: int, within: float) -> list[str]:
    """Return the addresses of a host, found in `within` seconds.

    The resolver has timeouts of its own, longer than ours: a name server that never answers would hold the caller.

    Raises:
        OSError: the name has no address, or took too long.
    """
    found: SimpleQueue[list[str] | OSError | UnicodeError] = SimpleQueue()

    def look_up() -> None:
        try:
            found.put([str(each[4][0]) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)])
        except (OSError, UnicodeError) as error:
            found.put(error)

    threading.Thread(target=look_up, daemon=True).start()
    try:
        result = found.get(timeout=within)
    except Empty:
        raise TimeoutError("its name server does not answer") from None
    if isinstance(result, list):
        return result
    raise result


def _connect_any(addresses: list[str], port: int, within: float) -> socket.socket:
    """Connect to the first address that accepts, in `within` seconds together.

    Raises:
        OSError: when none does.
    """
    failure: OSError = OSError("no address")
    began = stopwatch()
    for address in addresses[:MAX_ADDRESSES]:
        left = within - (stopwatch() - began)
        if left <= 0:
            break
        try:
            connection = socket.create_connection((address, port), timeout=left)
        except OSError as error:
            failure = error
        else:
            connection.settimeout(within)
            return connection
    raise failure


def _http_connection(connection: socket.socket, parts: SplitResult) -> http.client.HTTPConnection:
    """Use HTTP on an open connection; the name is not resolved again."""
    speaker = http.client.HTTPConnection(parts.netloc)
    speaker.sock, speaker.auto_open = connection, 0
    return speaker


def _target(parts: SplitResult) -> str:
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _abort(connection: socket.socket, late: threading.Event) -> None:
    """Abort an exchange that exceeds the timeout, even if the server keeps sending slowly."""
    late.set()
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
