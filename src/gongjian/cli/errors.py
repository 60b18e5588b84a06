"""Sentences for the codes that reading papers may be refused with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gongjian.cli.words import gettext

if TYPE_CHECKING:
    from gongjian.kernel.errors import KernelError


def sentence(error: KernelError) -> str:
    """Give the sentence of a refused paper."""
    known = {
        "paper.empty": gettext("The file is empty. Choose the file that holds the paper."),
        "paper.too_large": gettext("The file has %(size)s bytes; the limit is %(limit)s."),
        "paper.unknown_kind": gettext("This kind of file cannot be read. Give txt, html or docx."),
        "paper.xml_entities": gettext("The file declares XML entities, which are refused."),
        "paper.zip_bomb": gettext("The file unpacks to far more than its size; it is refused."),
        "paper.broken": gettext("The file is damaged. Save it again and retry."),
    }
    pattern = known.get(error.code)
    return pattern % error.facts if pattern else str(error)
