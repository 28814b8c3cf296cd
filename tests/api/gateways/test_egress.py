"""Whatever a person types as an address, nothing inside is ever touched."""

import ipaddress
import socket
import threading
import time
from contextlib import contextmanager

import pytest

from api.gateways.addresses import is_forbidden
from api.gateways.egress import EgressPolicy, EgressRefused, EgressUnavailable, fetch, session

OPEN_INTERNET = EgressPolicy(connect_seconds=1, total_seconds=2)
LOOPBACK_TOO = EgressPolicy(allowed_networks=("127.0.0.1/32",), connect_seconds=1, total_seconds=2, max_bytes=100_000)

FORBIDDEN_HOSTS = [
    "127.0.0.1", "127.1", "127.255.255.254", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "017700000001", "localhost",
    "LOCALHOST", "localhost.", "0.0.0.0", "0", "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1",  # noqa: S104
    "169.254.169.254", "2852039166", "0xa9fea9fe", "169.254.0.1", "100.64.0.1", "100.127.255.255", "192.0.0.8", "192.0.0.170",
    "192.0.2.1", "198.18.0.1", "198.51.100.7", "203.0.113.9", "192.88.99.1", "224.0.0.1", "239.255.255.250", "240.0.0.1",
    "255.255.255.255", "[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::ffff:169.254.169.254]",
    "[::ffff:10.0.0.1]", "[::127.0.0.1]", "[64:ff9b::a9fe:a9fe]", "[64:ff9b::7f00:1]", "[64:ff9b:1::1]", "[2002:7f00:1::]",
    "[2002:a9fe:a9fe::1]", "[2001:0:7f00:1::1]", "[2001:db8::1]", "[fc00::1]", "[fd12:3456:789a::1]", "[fe80::1]", "[fec0::1]",
    "[ff02::1]", "[100::1]",
]  # fmt: skip

PUBLIC = ["1.1.1.1", "8.8.8.8", "93.184.216.34", "2606:4700:4700::1111", "2a00:1450:4001:80b::200e", "::ffff:8.8.8.8"]


class Listener:
    """Accepts on loopback, counts, and answers with `answer` (a callable gets the connection)."""

    def __init__(self, answer=b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", family=socket.AF_INET):
        self.answer, self.connections, self.requests = answer, 0, []
        self.server = socket.create_server(("127.0.0.1" if family == socket.AF_INET else "::1", 0), family=family)
        self.port = self.server.getsockname()[1]
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self):
        while True:
            try:
                connection, _ = self.server.accept()
            except OSError:
                return
            self.connections += 1
            with connection:
                connection.settimeout(5)
                try:
                    self.requests.append(connection.recv(65536))
                    self.answer(connection) if callable(self.answer) else connection.sendall(self.answer)
                except OSError:
                    continue

    def close(self):
        self.server.shutdown(socket.SHUT_RDWR)
        self.server.close()
        self.thread.join(5)


@contextmanager
def listener(*args, **kwargs):
    opened = Listener(*args, **kwargs)
    try:
        yield opened
    finally:
        opened.close()


@pytest.mark.parametrize("host", FORBIDDEN_HOSTS)
def test_no_spelling_of_an_inner_address_is_reached(host):
    with listener() as canary:
        anywhere = EgressPolicy(ports=frozenset({80, 443, canary.port}), connect_seconds=0.5, total_seconds=1)
        for scheme in ("http", "https"):
            with pytest.raises((EgressRefused, EgressUnavailable)) as caught:
                fetch("GET", f"{scheme}://{host}:{canary.port}/", policy=anywhere)
            # A spelling the resolver does not know is no way in either; one it knows has to be refused by us.
            assert caught.type is EgressRefused or "resolve" in caught.value.detail
        assert canary.connections == 0


def test_the_canary_would_have_sung():
    """The control for the table above: the same request with the network opened does arrive."""
    with listener() as canary:
        assert fetch("GET", f"http://127.1:{canary.port}/", policy=LOOPBACK_TOO).content == b"ok"
        assert canary.connections == 1


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_not_forbidden(address):
    assert not is_forbidden(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://files.example/",
        "gopher://127.0.0.1:25/_",
        "//example.com/",
        "example.com",
        "http://",
        "http:///path",
        "http://user:secret@example.com/",
        "http://example.com@127.0.0.1/",
        "http://[::1",
        "http://127.0.0.1:99999/",
        "javascript:alert(1)",
        "data:text/plain,hello",
    ],
)
def test_other_schemes_and_crooked_addresses_are_refused(url):
    with pytest.raises(EgressRefused):
        fetch("GET", url, policy=OPEN_INTERNET)


def test_only_web_ports_outside_the_operators_networks(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", answers("8.8.8.8"))
    with pytest.raises(EgressRefused, match="Port 25 is not allowed; use 80 or 443"):
        fetch("GET", "http://mail.example:25/", policy=OPEN_INTERNET)


def test_a_name_with_one_inner_address_is_refused_whole(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", answers("8.8.8.8", "10.0.0.5"))
    with pytest.raises(EgressRefused, match="10\\.0\\.0\\.5"):
        fetch("GET", "http://two-faced.example/", policy=OPEN_INTERNET)


def test_a_name_that_changes_its_mind_gains_nothing(monkeypatch):
    """DNS rebinding: public when checked, loopback when asked again. It is asked once."""
    with listener() as canary:
        asked, dialled = [], []
        policy = EgressPolicy(ports=frozenset({canary.port}), connect_seconds=0.5, total_seconds=1)

        def rebinding(host, port, *args, **kwargs):
            asked.append(host)
            return answers("203.0.114.7" if len(asked) == 1 else "127.0.0.1")(host, port)

        class Dialled(socket.socket):
            def connect(self, place):
                dialled.append(place[0])
                raise ConnectionRefusedError("nobody there")

        monkeypatch.setattr(socket, "getaddrinfo", rebinding)
        monkeypatch.setattr(socket, "socket", Dialled)
        with pytest.raises(EgressUnavailable):
            fetch("GET", f"http://rebind.example:{canary.port}/", policy=policy)
        assert (asked, dialled, canary.connections) == (["rebind.example"], ["203.0.114.7"], 0)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(status):
    with listener() as canary:
        onward = f"HTTP/1.1 {status} Go\r\nLocation: http://127.0.0.1:{canary.port}/\r\nContent-Length: 0\r\n\r\n".encode()
        with listener(onward) as front, pytest.raises(EgressRefused, match="enter the final address"):
            fetch("GET", f"http://127.0.0.1:{front.port}/", policy=LOOPBACK_TOO)
        assert canary.connections == 0


def test_a_session_for_libraries_is_bound_too():
    with listener() as canary:
        with session(OPEN_INTERNET) as bound, pytest.raises(EgressRefused):
            bound.get(f"http://127.0.0.1:{canary.port}/", allow_redirects=True, timeout=60)
        assert canary.connections == 0


def test_too_large_an_answer_is_dropped():
    def flood(connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        for _ in range(100):
            connection.sendall(b"x" * 10_000)

    with listener(flood) as front, pytest.raises(EgressRefused, match="larger than 100 kB"):
        fetch("GET", f"http://127.0.0.1:{front.port}/", policy=LOOPBACK_TOO)


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 200 OK\r\nX-Slow: "], ids=["body", "headers"])
def test_a_dripping_answer_ends_with_the_total_time(head):
    def drip(connection):
        connection.sendall(head)
        for _ in range(60):
            time.sleep(0.1)
            connection.sendall(b"y")

    with listener(drip) as front:
        started = time.monotonic()
        with pytest.raises(EgressUnavailable, match="within 1 seconds"):
            fetch(
                "GET",
                f"http://127.0.0.1:{front.port}/",
                policy=EgressPolicy(allowed_networks=("127.0.0.1/32",), total_seconds=1),
            )
        assert time.monotonic() - started < 4


def test_status_headers_and_body_come_back_and_no_cookie_stays():
    answer = b"HTTP/1.1 404 Gone\r\nSet-Cookie: id=1\r\nX-Kind: Feed\r\nContent-Length: 5\r\n\r\ngr\xc3\xbcn"
    with listener(answer) as front, session(LOOPBACK_TOO) as bound:
        url = f"http://127.0.0.1:{front.port}/a?b=c"
        response = fetch("POST", url, policy=LOOPBACK_TOO, headers={"X-Key": "k"}, body=b"{}", auth=("ada", "pw"))
        assert (response.status, response.headers["x-kind"], response.text) == (404, "Feed", "grün")
        assert b"POST /a?b=c" in front.requests[0]
        assert b"Authorization: Basic YWRhOnB3" in front.requests[0]
        bound.get(url)
        bound.get(url)
        assert b"Cookie" not in front.requests[-1]


def test_a_closed_port_is_unavailable_and_names_the_host():
    with listener() as gone:
        port = gone.port
    with pytest.raises(EgressUnavailable):
        fetch("GET", f"http://127.0.0.1:{port}/", policy=LOOPBACK_TOO)


def answers(*addresses):
    """A resolver that knows one answer."""

    def resolve(host, port, *args, **kwargs):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    return resolve
