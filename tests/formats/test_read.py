from __future__ import annotations

import io
import zipfile

import pytest
from docx import Document as Word

from gongjian.formats.read import Limits, read_paper
from gongjian.kernel.errors import PaperError
from gongjian.kernel.model.document import BlockKind

TEXT = "柳溪区百日攻坚行动方案\n一、总体要求\n打好两大攻坚战。\n"


def word(fill) -> bytes:
    made, out = Word(), io.BytesIO()
    fill(made)
    made.save(out)
    return out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_text_is_read_in_any_encoding(encoding):
    assert "打好两大攻坚战" in read_paper(TEXT.encode(encoding), "a.txt").text


def test_a_wrongly_declared_encoding_does_not_matter():
    page = '<html><head><meta charset="gbk"></head><body><p>打好两大攻坚战。</p></body></html>'
    assert "打好两大攻坚战" in read_paper(page.encode(), "a.html").text


def test_a_page_is_its_main_text_and_links_are_not_followed():
    page = (
        "<html><head><title>方案</title><script>alert(1)</script></head><body>"
        "<nav>首页 新闻 联系我们</nav><div><h1>百日攻坚行动方案</h1><p>详见<a href='http://192.0.2.1/x'>附件一</a>。</p>"
        "<p>打好两大攻坚战。</p></div></body></html>"
    )
    text = read_paper(page.encode(), "a.html").text
    assert "附件一" in text
    assert "alert" not in text
    assert "192.0.2.1" not in text


def test_headings_lists_and_tables_of_a_word_file():
    def fill(made):
        made.add_heading("一、产业攻坚战", 1)
        made.add_paragraph("推进项目", style="List Number")
        table = made.add_table(2, 2)
        for cell, text in zip(table._cells, ["任务", "时限", "建路", "9月底前"], strict=True):
            cell.text = text

    document = read_paper(word(fill), "a.docx")
    kinds = [b.kind for b in document.blocks]
    assert kinds[0] is BlockKind.HEADING
    assert BlockKind.LIST_ITEM in kinds
    assert kinds.count(BlockKind.TABLE_ROW) == 2


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "paper.empty"),
        (b" \n\t ", "paper.empty"),
        (b"PK\x03\x04broken", "paper.broken"),
        (bytes(range(256)) * 8, "paper.unknown_kind"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(data, code):
    with pytest.raises(PaperError) as refused:
        read_paper(data, "a")
    assert refused.value.code == code


def test_a_file_over_the_limit_is_refused_with_both_figures():
    with pytest.raises(PaperError) as refused:
        read_paper(b"x" * 11, "a.txt", Limits(max_bytes=10))
    assert refused.value.code == "paper.too_large"
    assert refused.value.facts == {"size": 11, "limit": 10}


def _packed(**parts: bytes) -> bytes:
    source, out = io.BytesIO(word(lambda made: made.add_paragraph("正文"))), io.BytesIO()
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, parts.get(name.split("/")[-1].split(".")[0], old.read(name)))
        if "bomb" in parts:
            new.writestr("word/media/bomb.bin", parts["bomb"])
    return out.getvalue()


def test_a_bomb_is_refused_before_it_is_unpacked():
    bomb = _packed(bomb=b"\0" * 5_000_000)
    assert len(bomb) < 100_000
    with pytest.raises(PaperError) as refused:
        read_paper(bomb, "a.docx", Limits(max_unpacked_bytes=1_000_000))
    assert refused.value.code == "paper.zip_bomb"


def test_xml_entities_are_refused():
    evil = b"""<?xml version="1.0"?><!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]>
    <w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>
    <w:p><w:r><w:t>&x;</w:t></w:r></w:p></w:body></w:document>"""
    with pytest.raises(PaperError) as refused:
        read_paper(_packed(document=evil), "a.docx")
    assert refused.value.code == "paper.xml_entities"
