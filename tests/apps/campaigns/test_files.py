"""Files of items: judged by content, scanned, kept by hash, handed out as attachments only."""

from __future__ import annotations

import io
import tracemalloc
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from tests.support.web import body_of, client

from gongjian.apps.campaigns.models import ItemFile
from gongjian.apps.campaigns.uploads import keep_upload, safe_name
from gongjian.apps.ledger.book import ActionError
from gongjian.apps.papers import files
from gongjian.apps.papers.models import StoredFile

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
CLEAN = """sh -c 'test -z "$(grep -a EICAR)"'"""


OLE = bytes.fromhex("d0cf11e0a1b11ae1")
MACROS = "_VBA_PROJECT".encode("utf-16-le")


def zipped(*names: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name in names:
            archive.writestr(name, "<x/>")
    return target.getvalue()


def send(seat, item, name="方案.pdf", data=PDF, **more):
    sent = {"file": SimpleUploadedFile(name, data), **more}
    return seat.post(f"/i/{item.code}/file", sent, follow=True)


def said(answer) -> str:
    return " ".join(str(m) for m in answer.context["messages"])


def test_a_file_comes_back_as_it_was_and_never_inline(books):
    item, seat = books.item(), client(books.people["works"])
    send(seat, item, note="初稿")
    row = ItemFile.objects.get()
    answer = seat.get(f"/files/{row.pk}")
    assert body_of(answer) == PDF
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.pdf", PDF),
        ("a.docx", zipped("[Content_Types].xml", "word/document.xml")),
        ("a.xlsx", zipped("[Content_Types].xml", "xl/workbook.xml")),
        ("a.pptx", zipped("ppt/presentation.xml")),
        ("a.ofd", zipped("OFD.xml")),
        ("a.zip", zipped("readme.txt")),
        ("a.wps", bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600)),
        ("a.png", b"\x89PNG\r\n\x1a\n" + bytes(60)),
        ("a.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(60)),
        ("a.gif", b"GIF89a" + bytes(60)),
        ("a.webp", b"RIFF\x00\x00\x00\x00WEBPVP8 " + bytes(60)),
        ("a.mp4", b"\x00\x00\x00\x20ftypisom" + bytes(60)),
        ("a.txt", "会议记录".encode()),
        ("a.csv", "序号,事项\n1,修路\n".encode("gb18030")),
    ],
)
def test_what_offices_work_with_is_kept(books, name, data):
    item = books.item()
    send(client(books.people["works"]), item, name, data)
    assert ItemFile.objects.get().name == name


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.svg", SVG),
        ("a.png", SVG),
        ("a.txt", SVG),
        ("a.html", b"<!doctype html><script>1</script>"),
        ("a.txt", b"\xef\xbb\xbf  <html><body>x"),
        ("a.xml", b"<?xml version='1.0'?><x/>"),
        ("a.exe", b"MZ" + bytes(200)),
        ("a.txt", b"MZ" + b"x" * 200),
        ("a", b"\x7fELF" + bytes(200)),
        ("a.sh", b"#!/bin/sh\nrm -rf /\n"),
        ("a.txt", b"#!/bin/sh\nrm -rf /\n"),
        ("a.bat", b"@echo off\r\n"),
        ("a.js", b"alert(1)"),
        ("a.docx", zipped("word/document.xml", "word/vbaProject.bin")),
        ("a.docm", zipped("word/document.xml")),
        ("a.doc", OLE + bytes(700) + MACROS + bytes(700)),
        ("a.xls", OLE + bytes((1 << 20) - 8 - 12) + MACROS),  # across the edge of a piece
        ("a.pdf", b"hello"),
        ("a.pdf", zipped("readme.txt")),
        ("a.zip", b"PK\x03\x04broken"),
        ("a.txt", bytes(range(256))),
        ("a.pdf", b""),
    ],
)
def test_what_could_act_is_refused_in_a_sentence_and_leaves_nothing(books, settings, name, data):
    item, seat = books.item(), client(books.people["works"])
    answer = send(seat, item, name, data)
    assert said(answer)
    assert ItemFile.objects.count() == StoredFile.objects.count() == 0
    assert not [p for p in settings.FILES_DIR.rglob("*") if p.is_file()]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../x", "x"),
        ("..\\..\\x.pdf", "x.pdf"),
        ("/etc/passwd", "passwd"),
        ("a\x00b\r\nc.pdf", "abc.pdf"),
        ("\u202etxt.exe", "txt.exe"),
        ("...", "file"),
        ("", "file"),
        ('<a> "b"|c?.pdf', "_a_ _b__c_.pdf"),
        ("长" * 200 + ".pdf", "长" * 116 + ".pdf"),
        ("x" * 300, "x" * 120),
    ],
)
def test_a_name_is_reduced_to_a_name(given, kept):
    assert safe_name(given) == kept


def test_a_file_named_upwards_lands_in_the_store_by_its_hash(books, settings):
    item = books.item()
    send(client(books.people["works"]), item, "../../x.pdf")
    assert ItemFile.objects.get().name == "x.pdf"
    [path] = [p for p in settings.FILES_DIR.rglob("*") if p.is_file()]
    assert path.parent.name + path.name == StoredFile.objects.get().sha256


class Unread(io.RawIOBase):
    """A body of a gigabyte that fails as soon as anybody reads it."""

    def read(self, _n=-1):
        raise AssertionError("the body was read")


def test_a_gigabyte_is_refused_without_being_read(books):
    item, seat = books.item(), client(books.people["works"])
    answer = seat.generic(
        "POST",
        f"/i/{item.code}/file",
        content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(1 << 30),
        **{"wsgi.input": Unread()},
    )
    assert answer.status_code == 302
    page = seat.get(f"/i/{item.code}/")
    assert "1073741824" in said(page)


def test_a_file_over_the_limit_is_refused_before_it_is_copied(settings):
    settings.FILE_MAX_BYTES = 10
    upload = TemporaryUploadedFile("a.pdf", "application/pdf", 1 << 30, None)
    upload.chunks = lambda _n=None: pytest.fail("the file was read")
    with pytest.raises(ActionError) as error:
        keep_upload(upload)
    upload.close()
    assert error.value.code == "file.too_large"


def test_memory_holds_one_piece_however_large_the_file_is(settings):
    pieces = (bytes(64 * 1024) for _ in range(800))  # 50 MB
    tracemalloc.start()
    with files.incoming(pieces) as file:
        file.keep()
        size = file.size
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size == 800 * 64 * 1024
    assert most < 2_000_000


def test_a_scanner_that_says_no_keeps_the_file_out(books, settings):
    settings.SCAN_COMMAND = CLEAN
    item, seat = books.item(), client(books.people["works"])
    answer = send(seat, item, data=PDF + b"X5O!EICAR")
    assert "方案.pdf" in said(answer)
    assert ItemFile.objects.count() == 0
    assert not [p for p in settings.FILES_DIR.rglob("*") if p.is_file()]


def test_a_scanner_that_says_yes_is_noted(books, settings):
    settings.SCAN_COMMAND = CLEAN
    send(client(books.people["works"]), books.item())
    assert StoredFile.objects.get().scan == "clean"


@pytest.mark.parametrize("command", ["/no/such/scanner", "sleep 30"])
def test_a_scanner_that_does_not_answer_keeps_the_file_out(books, settings, command, monkeypatch):
    monkeypatch.setattr("gongjian.lib.scan.SECONDS", 0.2)
    settings.SCAN_COMMAND = command
    send(client(books.people["works"]), books.item())
    assert ItemFile.objects.count() == 0


def test_nothing_of_the_command_is_interpreted_by_a_shell(books, settings, tmp_path):
    settings.SCAN_COMMAND = f"true; touch {tmp_path}/made"
    send(client(books.people["works"]), books.item())
    assert not (tmp_path / "made").exists()


def test_a_removed_file_is_gone_from_the_page_and_stays_in_the_history(books):
    item, seat = books.item(), client(books.people["office"])
    send(seat, item)
    row = ItemFile.objects.get()
    seat.post(f"/i/{item.code}/file/{row.pk}/remove")
    assert seat.get(f"/files/{row.pk}").status_code == 404
    assert seat.get(f"/i/{item.code}/").context["files"] == []
    told = [d for r in seat.get(f"/i/{item.code}/history").context["rows"] for d in r.changes]
    assert [(d.before, d.after) for d in told if d.label == "材料"] == [
        ("方案.pdf", "–"),
        ("–", "方案.pdf"),
    ]


def test_a_file_fills_a_field_and_empties_it_again(books):
    item, seat = books.item(), client(books.people["office"])
    send(seat, item, field="proof")
    row = ItemFile.objects.get()
    assert books.again(item).fields == {"proof": str(row.pk)}
    assert "方案.pdf" in seat.get(f"/i/{item.code}/").content.decode()
    seat.post(f"/i/{item.code}/file/{row.pk}/remove")
    assert books.again(item).fields == {}


def test_the_same_bytes_are_kept_once(books, settings):
    item, seat = books.item(), client(books.people["works"])
    send(seat, item, "a.pdf")
    send(seat, item, "b.pdf")
    assert ItemFile.objects.count() == 2
    assert StoredFile.objects.count() == 1


@pytest.mark.parametrize(
    ("who", "read", "write"), [("viewer", 200, 403), ("east", 404, 404), ("stranger", 404, 404)]
)
def test_a_file_has_the_rights_of_its_item(books, who, read, write):
    item = books.item()
    send(client(books.people["office"]), item)
    row = ItemFile.objects.get()
    seat = client(books.people[who])
    answer = seat.get(f"/files/{row.pk}")
    body_of(answer)
    assert answer.status_code == read
    sent = {"file": SimpleUploadedFile("a.pdf", PDF)}
    assert seat.post(f"/i/{item.code}/file", sent).status_code == write
    assert seat.post(f"/i/{item.code}/file/{row.pk}/remove").status_code == write


def test_a_form_without_its_token_uploads_nothing(books):
    from django.test import Client

    item = books.item()
    seat = Client(enforce_csrf_checks=True)
    seat.force_login(books.people["office"], backend="django.contrib.auth.backends.ModelBackend")
    sent = {"file": SimpleUploadedFile("a.pdf", PDF)}
    assert seat.post(f"/i/{item.code}/file", sent).status_code == 403
    assert ItemFile.objects.count() == 0
