"""A real mail server that takes what it is given, unless it is told to refuse."""

from __future__ import annotations

import email
import email.header
import socket
from email.message import Message

from aiosmtpd.controller import Controller


class MailServer:
    """It refuses as many letters as `refuses` says, then takes all."""

    def __init__(self) -> None:
        self.refuses = 0
        self.letters: list[Message] = []
        self.came: list[str] = []
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.start()

    def start(self) -> None:
        """Take letters, again after a stop."""
        self.door = Controller(self, hostname="127.0.0.1", port=self.port, ready_timeout=10)
        self.door.start()

    def stop(self) -> None:
        """Take none."""
        self.door.stop()

    async def handle_DATA(self, _server, _session, envelope) -> str:  # noqa: N802  # as it is called
        letter = email.message_from_bytes(envelope.content)
        self.came.append(letter["Message-ID"])
        if self.refuses:
            self.refuses -= 1
            return "451 Try again later"
        self.letters.append(letter)
        return "250 OK"

    @property
    def texts(self) -> list[str]:
        return [f"{_subject(m)}\n{m.get_payload(decode=True).decode()}" for m in self.letters]


def _subject(letter: Message) -> str:
    parts = email.header.decode_header(letter["Subject"])
    return "".join(p.decode(c or "ascii") if isinstance(p, bytes) else p for p, c in parts)
