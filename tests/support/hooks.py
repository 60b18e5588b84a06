"""Another program that is told: its address, and a real receiver that fails, hangs, loses and returns."""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks import Webhook

from gongjian.apps.ledger.book import action
from gongjian.apps.notices import actions
from gongjian.apps.notices.models import Delivery, Hook, Notice
from gongjian.lib.ids import new_id
from tests.support.cast import act

LOOPBACK = ["127.0.0.0/8", "::1/128"]


def hook(campaign, url: str = "https://office.example/notices", name: str = "Gateway") -> Hook:
    made = Hook(campaign_id=campaign.pk, name=name, url=url)
    secret, wrapped = actions.new_secret(made)
    actions.add_hook(act(), made, wrapped)
    made.secret = secret  # the receiver's copy
    return made


def tried(row: Hook) -> Delivery:
    return Delivery.objects.get(pk=actions.try_hook(act(), row).result["delivery"])


@action("test.tell")
def say(book, campaign_id, notices):
    book.campaign_id = campaign_id
    return {"n": actions.tell(book, notices)}


def tell(campaign, *, org=None, person=None, about=None, **facts) -> Notice:
    """Tell one org or person something; gives the notice."""
    told = {"code": "return.sent_back", "path": "/", "about": about or new_id(), **facts}
    notice = Notice(org=org, person=person, **told)
    say(act(), campaign.pk, [notice])
    return notice


class Receiver:
    """A real server: it answers as `will` says, one word for each message, then takes all.

    "fail" and "refuse" are answers; "hang" gives none in time; "lost" takes the message and then cuts
    the line; "redirect" points elsewhere.
    """

    def __init__(self) -> None:
        self.will: deque[str] = deque()
        self.came: list[str] = []  # the id of every message that reached it
        self.taken: dict[str, dict] = {}  # what it took, by id: the first time counts
        self.heads: list[dict[str, str]] = []
        self.bodies: list[bytes] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/in"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        told = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                told.answer(self, body)

            def log_message(self, *_args: object) -> None:
                """Say nothing."""

        return Handler

    def answer(self, request: BaseHTTPRequestHandler, body: bytes) -> None:
        """Do as was said for this message."""
        heads = {k.lower(): v for k, v in request.headers.items()}
        key, does = heads["webhook-id"], self.will.popleft() if self.will else "take"
        self.came.append(key)
        self.heads.append(heads)
        self.bodies.append(body)
        if does == "hang":
            time.sleep(1.5)
            return
        if does in {"take", "lost"}:
            self.taken.setdefault(key, json.loads(body))
        if does == "lost":
            return
        request.send_response({"fail": 503, "refuse": 422, "redirect": 302}.get(does, 204))
        request.send_header("location", self.url)
        request.end_headers()

    def verified(self, secret: str, n: int = -1) -> dict:
        """Read a message as its receiver does: refused unless the signature fits."""
        return Webhook(secret).verify(self.bodies[n], self.heads[n])

    def __enter__(self) -> Receiver:
        self.thread.start()
        return self

    def __exit__(self, *_why: object) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
