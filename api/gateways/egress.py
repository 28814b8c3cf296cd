"""The one way out to addresses that people type in: calendar feeds, CalDAV, webhooks of automations.

The name is resolved once, every address it has is checked, and the connection goes to the checked address, so
neither a redirect nor a name that changes its mind reaches the inside. Vendors with fixed hosts do not come here.
"""

import ipaddress
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from urllib.parse import urlsplit

import requests
import requests.adapters
import urllib3
import urllib3.connection
import urllib3.connectionpool
import urllib3.exceptions

from api.gateways.addresses import IPAddress, is_forbidden, is_within
from models.types.errors import Refused, Unavailable


class EgressRefused(Refused):
    """We do not go there: scheme, port, address, redirect or size. Trying again cannot help."""


class EgressUnavailable(Unavailable):
    """The other side does not answer, or not in time."""


@dataclass(frozen=True, slots=True)
class EgressPolicy:
    """Where outgoing requests may go and how much they may take. Set by the operator, never by a workspace."""

    allowed_networks: tuple[str, ...] = ()
    """CIDRs of the operator's own network that may be reached all the same, on any port."""
    ports: frozenset[int] = frozenset({80, 443})
    max_bytes: int = 5_000_000
    """Of an answer's body, unpacked."""
    connect_seconds: float = 5.0
    total_seconds: float = 20.0
    """From the first byte sent to the last byte read, however slowly the other side drips."""


@dataclass(frozen=True, slots=True)
class EgressResponse:
    """An answer, whatever its status."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    content: bytes = field(repr=False)

    @property
    def text(self) -> str:
        """The body as UTF-8, with a mark where it is not."""
        return self.content.decode("utf-8", "replace")


def fetch(
    method: str,
    url: str,
    *,
    policy: EgressPolicy,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    auth: tuple[str, str] | None = None,
) -> EgressResponse:
    """The answer to one request, of any status below 300 or from 400 on.

    auth: name and password, sent as HTTP Basic.
    Raises EgressRefused when the address, a redirect or the size is not allowed, EgressUnavailable when the
    other side does not answer in time or breaks off.
    """
    _check_url(url)
    with session(policy) as open_session:
        try:
            response = open_session.request(method, url, data=body, headers=dict(headers or {}), auth=auth)
        except (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema, requests.exceptions.MissingSchema) as error:
            raise EgressRefused("This is not an address we can reach.", field="url") from error
        except requests.RequestException as error:
            raise EgressUnavailable(f"{_host_of(url)} does not answer: {_reason(error)}") from error
        lowered = {name.lower(): value for name, value in response.headers.items()}
        return EgressResponse(response.status_code, lowered, response.content)


def session(policy: EgressPolicy) -> requests.Session:
    """A requests session that is bound by the policy, for libraries that bring their own calls."""
    bound = requests.Session()
    bound.trust_env = False  # no proxy, no .netrc: both would decide for us where we connect
    bound.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))  # a stranger's cookie goes nowhere
    adapter = _CheckedAdapter(policy)
    bound.mount("http://", adapter)
    bound.mount("https://", adapter)
    return bound


def checked_addresses(host: str, port: int, policy: EgressPolicy) -> list[tuple[socket.AddressFamily, IPAddress]]:
    """Every address of a host, in the resolver's order, after all of them passed the policy.

    One forbidden address forbids the host: a name that has both is built to slip through.
    Raises EgressRefused, or EgressUnavailable when the name does not resolve.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise EgressUnavailable(f"The name {host} does not resolve.") from error
    addresses: list[tuple[socket.AddressFamily, IPAddress]] = [
        (family, ipaddress.ip_address(str(place[0]).partition("%")[0])) for family, _, _, _, place in found
    ]
    for _, address in addresses:
        if is_within(address, policy.allowed_networks):
            continue
        if is_forbidden(address):
            raise EgressRefused(f"{host} leads to {address}, which is not an address on the open internet.", field="url")
        if port not in policy.ports:
            raise EgressRefused(f"Port {port} is not allowed; use {_in_words(policy.ports)}.", field="url")
    return addresses


class _CheckedAdapter(requests.adapters.HTTPAdapter):
    """Sends a request under the policy and reads the whole answer within its caps."""

    def __init__(self, policy: EgressPolicy) -> None:
        self._policy = policy
        self._open_sockets: list[socket.socket] = []
        super().__init__(max_retries=0)
        self.poolmanager.pool_classes_by_scheme = _checked_pools(self._connect)

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: object = None,
        verify: object = True,
        cert: object = None,
        proxies: object = None,
    ) -> requests.Response:
        """The answer, body included; the caller's time-out, proxies and TLS wishes are overruled by the policy.

        Raises EgressRefused for a redirect or too large a body, EgressUnavailable for silence.
        """
        _check_url(str(request.url))
        request.headers["Connection"] = "close"
        limits = (self._policy.connect_seconds, self._policy.total_seconds)
        with self._deadline() as expired:
            try:
                response = super().send(request, stream=True, timeout=limits, verify=True)
                _refuse_redirect(response)
                body = self._read(response)
            except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
                raise EgressUnavailable(self._silence(error, expired)) from error
            if expired.is_set():  # a cut connection looks like the end of a body without a length
                raise EgressUnavailable(self._silence(None, expired))
        # The body is already here, under the cap; requests finds it where it would have put it.
        response._content = body
        response._content_consumed = True
        return response

    def _read(self, response: requests.Response) -> bytes:
        body = bytearray()
        for chunk in response.iter_content(64 * 1024):
            body += chunk
            if len(body) > self._policy.max_bytes:
                response.close()
                raise EgressRefused(f"The answer is larger than {self._policy.max_bytes // 1000} kB.")
        return bytes(body)

    def _connect(self, host: str, port: int) -> socket.socket:
        """A connection to the first address that answers, all of them checked before."""
        failure: OSError | None = None
        for family, address in checked_addresses(host, port, self._policy):
            opened = socket.socket(family, socket.SOCK_STREAM)
            opened.settimeout(self._policy.connect_seconds)
            try:
                opened.connect((str(address), port))
            except OSError as error:
                opened.close()
                failure = error
                continue
            self._open_sockets.append(opened.dup())  # TLS takes the original away from us
            return opened
        raise failure or OSError("no address")

    @contextmanager
    def _deadline(self) -> Iterator[threading.Event]:
        """Within, the connection is cut once the total time is up. Read time-outs alone restart at every byte."""
        expired = threading.Event()

        def cut() -> None:
            expired.set()
            for opened in list(self._open_sockets):
                with suppress(OSError):
                    opened.shutdown(socket.SHUT_RDWR)

        timer = threading.Timer(self._policy.total_seconds, cut)
        timer.daemon = True
        timer.start()
        try:
            yield expired
        finally:
            timer.cancel()
            while self._open_sockets:
                self._open_sockets.pop().close()

    def _silence(self, error: Exception | None, expired: threading.Event) -> str:
        if expired.is_set() or error is None:
            return f"No whole answer within {self._policy.total_seconds:g} seconds."
        return f"No answer: {_reason(error)}"


_Pools = dict[str, type[urllib3.connectionpool.HTTPConnectionPool]]


def _checked_pools(connect: Callable[[str, int], socket.socket]) -> _Pools:
    """Pools whose connections get their socket from `connect`; TLS still proves the name, not the address."""

    class Plain(urllib3.connection.HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return connect(self.host, self.port or 80)

    class Secure(urllib3.connection.HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return connect(self.host, self.port or 443)

    class PlainPool(urllib3.connectionpool.HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(urllib3.connectionpool.HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}


def _check_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError as error:
        raise EgressRefused("This is not an address we can reach.", field="url") from error
    if parts.scheme not in {"http", "https"}:
        raise EgressRefused("Only http and https addresses can be reached.", field="url")
    if parts.username is not None or parts.password is not None:
        raise EgressRefused("Leave name and password out of the address.", field="url")
    if not host:
        raise EgressRefused("The address names no host.", field="url")


def _refuse_redirect(response: requests.Response) -> None:
    if 300 <= response.status_code < 400 and response.status_code != 304:
        target = response.headers.get("Location", "elsewhere")[:200]
        response.close()
        raise EgressRefused(f"The address sends us on to {target}; enter the final address.", field="url")


def _host_of(url: str) -> str:
    return urlsplit(url).hostname or "The address"


def _reason(error: BaseException) -> str:
    return str(error.args[0] if error.args else error)[:200] or type(error).__name__


def _in_words(ports: frozenset[int]) -> str:
    return " or ".join(str(port) for port in sorted(ports))
