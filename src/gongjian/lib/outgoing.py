"""The one way out: a client that sends to addresses that users typed, and to no private place.

A name is resolved here, every address it has is looked at, and the connection goes to the very one
that was looked at: an answer that changes between look and use changes nothing. Redirects are not
followed, answers are not read, and all of it ends within a time.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
from functools import cache
from typing import TYPE_CHECKING, Any

import httpcore
import httpx
from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    Address = ipaddress.IPv4Address | ipaddress.IPv6Address

SECONDS = 15.0  # all of it, but asking for the name
CONNECT_SECONDS = 5.0
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class Unsent(Exception):  # noqa: N818  # a state of the message, told as such
    """It did not get there, or nobody knows whether it did; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Forbidden(Unsent):
    """The name leads to a private address."""

    def __init__(self) -> None:
        super().__init__("address_private")


def schemes() -> list[str]:
    """Give the schemes that may be used: in the clear only where an operator lets private places be reached."""
    return ["https", "http"] if settings.OUTGOING_ALLOW else ["https"]


def may_be_asked(url: str) -> bool:
    """Tell whether an address could be sent to, as far as its letters show."""
    if any(letter.isspace() for letter in url):
        return False
    try:
        read = httpx.URL(url)
    except (httpx.InvalidURL, UnicodeError):
        return False
    return bool(read.scheme in schemes() and read.host and not read.userinfo)


def may_reach(text: str) -> bool:
    """Tell whether an address is public, or in a network that the operator allows."""
    told = ipaddress.ip_address(text.split("%", maxsplit=1)[0])
    inner = _inside(told)
    if any(a in network for network in _allowed() for a in (told, inner)):
        return True
    is_special = inner.is_multicast or inner.is_reserved or inner.is_loopback or inner.is_private
    return inner.is_global and not (is_special or inner.is_link_local or inner.is_unspecified)


def _inside(address: Address) -> Address:
    """Give the address that another one carries: IPv4 within IPv6, in all its dresses."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def _allowed() -> Iterable[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    return (ipaddress.ip_network(n, strict=False) for n in settings.OUTGOING_ALLOW)


def resolve(host: str, port: int) -> list[str]:
    """Ask for the addresses of a name, each once, in the order they are told."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise httpcore.ConnectError(str(error)) from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class _Guarded(httpcore.SyncBackend):
    """Connects to what was looked at, and holds everything to one deadline."""

    def __init__(self, until: float) -> None:
        self._until = until

    def connect_tcp(
        self, host: str, port: int, *args: Any, **kwargs: Any
    ) -> httpcore.NetworkStream:
        addresses = resolve(host, port)
        if not all(may_reach(a) for a in addresses):
            raise Forbidden
        for address in addresses[:-1]:
            try:
                return self._connect(address, port)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return self._connect(addresses[-1], port)

    def _connect(self, address: str, port: int) -> httpcore.NetworkStream:
        timeout = min(CONNECT_SECONDS, _left(self._until))
        return _Stream(super().connect_tcp(address, port, timeout), self._until)

    def connect_unix_socket(self, *args: Any, **kwargs: Any) -> httpcore.NetworkStream:
        raise Forbidden


class _Stream(httpcore.NetworkStream):
    """A connection of which every step ends by the deadline: one that drips cannot hold it open."""

    def __init__(self, inner: httpcore.NetworkStream, until: float) -> None:
        self._inner, self._until = inner, until

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _left(self._until))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, _left(self._until))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        inner = self._inner.start_tls(ssl_context, server_hostname, _left(self._until))
        return _Stream(inner, self._until)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout
    return left


class _Transport(httpx.HTTPTransport):
    def __init__(self, until: float) -> None:
        super().__init__(verify=_trust(), trust_env=False)
        self._pool.close()
        # The client has no setting for it: its pool is the place where connections are made.
        self._pool = httpcore.ConnectionPool(ssl_context=_trust(), network_backend=_Guarded(until))


@cache
def _trust() -> ssl.SSLContext:
    """Read the system's certificates once: that costs more than a message does."""
    return ssl.create_default_context()


def post(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    """Send a body; gives the status of the answer, of which nothing else is read."""
    transport = _Transport(time.monotonic() + SECONDS)
    client = httpx.Client(
        transport=transport, trust_env=False, follow_redirects=False, timeout=SECONDS
    )
    try:
        with client, client.stream("POST", url, content=body, headers=dict(headers)) as answer:
            return answer.status_code
    except httpx.TimeoutException as error:
        raise Unsent("timeout") from error
    except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError) as error:
        raise Unsent("unreachable") from error
