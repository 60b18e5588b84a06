"""Readings and variants of characters, from their libraries, loaded when first needed."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

NOTE_LETTERS = "[a-zāáǎàōóǒòēéěèīíǐìūúǔùǖǘǚǜüńňǹḿ]"


@cache
def _t2s() -> Callable[[str], str]:
    import opencc  # noqa: PLC0415  # loads its dictionaries

    convert: Callable[[str], str] = opencc.OpenCC("t2s").convert
    return convert


@lru_cache(maxsize=50_000)
def simplified(text: str) -> str:
    """Give text in simplified characters.

    Parameters
    ----------
    text : str
        Any Chinese text.

    Returns
    -------
    str
        The same in mainland simplified characters.
    """
    return _t2s()(text)


@lru_cache(maxsize=20_000)
def has_reading(char: str, reading: str) -> bool:
    """Tell whether a character is read in a way.

    Parameters
    ----------
    char : str
        One character.
    reading : str
        Pinyin with tone marks.

    Returns
    -------
    bool
        True if it is one of its readings.
    """
    from pypinyin import Style, pinyin  # noqa: PLC0415  # loads its dictionaries

    return reading in pinyin(char, style=Style.TONE, heteronym=True)[0]


@lru_cache(maxsize=512)
def same_reading(reading: str) -> tuple[str, ...]:
    """Give the characters in common use with a reading.

    Parameters
    ----------
    reading : str
        Pinyin with tone marks.

    Returns
    -------
    tuple of str
        Characters, the most frequent first.
    """
    from gongjian.kernel.text.words import frequent_characters  # noqa: PLC0415  # large table

    return tuple(c for c in frequent_characters() if has_reading(c, reading))
