"""The one way out: no private place, whatever name leads there, and no time without an end."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
import threading
import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st
from tests.support.hooks import Receiver

from gongjian.lib import outgoing

PRIVATE = [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "0.0.0.0", "224.0.0.1", "255.255.255.255", "240.0.0.1", "192.0.2.1", "198.18.0.1",  # noqa: S104
    "::1", "::", "fe80::1%eth0", "fc00::1", "ff02::1", "2001:db8::1", "::ffff:127.0.0.1",
    "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:4136:e378:8000:63bf:80ff:fffe",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_a_private_address_may_not_be_reached_in_any_dress(address):
    assert not outgoing.may_reach(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "114.114.114.114", "2400:3200::1", "64:ff9b::808:808"]
)
def test_a_public_address_may_be_reached(address):
    assert outgoing.may_reach(address)


@given(st.ip_addresses())
def test_what_is_not_of_the_public_net_is_never_reached(address):
    if not address.is_global:
        assert not outgoing.may_reach(str(address))


def test_an_operator_opens_a_closed_network_and_no_other(settings):
    settings.OUTGOING_ALLOW = ["10.20.0.0/16"]
    assert outgoing.may_reach("10.20.3.4")
    assert outgoing.may_reach("::ffff:10.20.3.4")
    assert not outgoing.may_reach("10.21.0.1")
    assert not outgoing.may_reach("127.0.0.1")


@pytest.fixture
def listener():
    """A server that notes each connection and does with it as it is told."""
    made = Listener()
    yield made
    made.close()


class Listener:
    def __init__(self) -> None:
        self.met = 0
        self.does = lambda line: line.close()
        self.door = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._run, daemon=True).start()

    @property
    def port(self) -> int:
        return self.door.getsockname()[1]

    def _run(self) -> None:
        while True:
            try:
                line, _whence = self.door.accept()
            except OSError:
                return
            self.met += 1
            threading.Thread(target=self.does, args=(line,), daemon=True).start()

    def close(self) -> None:
        self.door.close()


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "0x7f.1", "2130706433", "127.1"])
def test_a_name_that_leads_here_is_refused_when_sending(settings, listener, host):
    settings.OUTGOING_ALLOW = ["10.0.0.0/8"]  # http is let go out, but not here
    with pytest.raises(outgoing.Unsent) as unsent:
        outgoing.post(f"http://{host}:{listener.port}/", b"{}", {})
    assert unsent.value.code == "address_private"
    assert listener.met == 0


def test_one_private_address_among_public_ones_is_enough_to_refuse(settings, monkeypatch):
    settings.OUTGOING_ALLOW = ["10.0.0.0/8"]
    told = [(2, 1, 6, "", (a, 80)) for a in ("8.8.8.8", "127.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: told)
    with pytest.raises(outgoing.Forbidden):
        outgoing.post("http://rebound.example/", b"{}", {})


def test_a_name_is_asked_for_once_so_that_no_second_answer_counts(settings, listener, monkeypatch):
    settings.OUTGOING_ALLOW = ["127.0.0.1/32"]
    asked, real = [], socket.getaddrinfo

    def once(host, port, *more, **and_more):
        if host[0].isdigit():  # an address as it stands
            return real(host, port, *more, **and_more)
        asked.append(host)
        return [(2, 1, 6, "", ("127.0.0.1" if len(asked) == 1 else "10.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", once)
    with pytest.raises(outgoing.Unsent):
        outgoing.post(f"http://office.example:{listener.port}/", b"{}", {})
    assert (asked, listener.met) == (["office.example"], 1)


def test_an_answer_that_drips_ends_in_time(settings, listener, monkeypatch):
    settings.OUTGOING_ALLOW = ["127.0.0.1/32"]
    monkeypatch.setattr(outgoing, "SECONDS", 0.6)

    def drip(line):
        try:
            line.sendall(b"HTTP/1.1 200 OK\r\n")
            for n in range(100):
                time.sleep(0.1)
                line.sendall(f"x-{n}: 1\r\n".encode())
        except OSError:
            line.close()

    listener.does = drip
    begun = time.monotonic()
    with pytest.raises(outgoing.Unsent) as unsent:
        outgoing.post(f"http://127.0.0.1:{listener.port}/", b"{}", {})
    assert unsent.value.code == "timeout"
    assert time.monotonic() - begun < 3


def test_of_an_endless_answer_only_the_status_is_read(settings, listener):
    settings.OUTGOING_ALLOW = ["127.0.0.1/32"]

    def pour(line):
        try:
            line.recv(65536)
            line.sendall(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
            while True:
                line.sendall(b"1000\r\n" + b"x" * 4096 + b"\r\n")
        except OSError:
            line.close()

    listener.does = pour
    assert outgoing.post(f"http://127.0.0.1:{listener.port}/", b"{}", {}) == 200


@pytest.mark.parametrize(
    "url", ["", "x", "ftp://a.example/", "http://a.example/", "https://u:p@a.example/", "https:///x", "https://a b/"]
)  # fmt: skip
def test_what_is_no_address_is_told_by_its_letters(url):
    assert not outgoing.may_be_asked(url)


def test_in_the_clear_only_where_the_operator_opened_a_network(settings):
    assert outgoing.may_be_asked("https://office.example/in?x=1")
    settings.OUTGOING_ALLOW = ["10.0.0.0/8"]
    assert outgoing.may_be_asked("http://gateway:8080/in")


def certificate(folder, name: str):
    """Make a certificate for a name, signed by itself; gives the file that holds it with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    made = x509.CertificateBuilder().subject_name(who).issuer_name(who).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(now).not_valid_after(now + dt.timedelta(days=1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    path = folder / f"{name}.pem"
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    signed = made.sign(key, hashes.SHA256())
    path.write_bytes(pem + signed.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.mark.parametrize(("name", "came"), [("localhost", 1), ("elsewhere.example", 0)])
def test_over_tls_the_name_is_proved_although_the_address_was_chosen(
    settings, monkeypatch, tmp_path, name, came
):
    settings.OUTGOING_ALLOW = ["127.0.0.0/8", "::1/128"]
    path = certificate(tmp_path, name)
    monkeypatch.setattr(outgoing, "_trust", lambda: ssl.create_default_context(cafile=path))
    own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    own.load_cert_chain(path)
    with Receiver() as receiver:
        receiver.server.socket = own.wrap_socket(receiver.server.socket, server_side=True)
        url = receiver.url.replace("http://127.0.0.1", "https://localhost")
        try:
            status = outgoing.post(url, b"{}", {"webhook-id": "1"})
        except outgoing.Unsent as unsent:
            status = unsent.code
    assert (len(receiver.came), status) == ((1, 204) if came else (0, "unreachable"))
