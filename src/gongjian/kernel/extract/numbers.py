"""Numbers as papers write them: 25, 1,200, 十六, 一半, 三分之一, 百分之六十."""

from __future__ import annotations

import re

from gongjian.kernel.extract.words import NUM

NUMBER = rf"(?:\d[\d,]*(?:\.\d+)?|[{NUM}]+|百分之[{NUM}]+)"
_FRACTION = re.compile(rf"([{NUM}]+)分之([{NUM}]+)")


def value_of(text: str) -> float | None:
    """Give the value of a written number.

    Parameters
    ----------
    text : str
        Arabic or Chinese digits.

    Returns
    -------
    float or None
        Its value; a fraction as a percentage; None where it is no number.

    Examples
    --------
    >>> value_of("1,200"), value_of("十六"), value_of("两")
    (1200.0, 16.0, 2.0)
    """
    bare = text.replace(",", "")
    if re.fullmatch(r"\d+(\.\d+)?", bare):
        return float(bare)
    if found := _FRACTION.fullmatch(text):
        below, above = value_of(found.group(1)), value_of(found.group(2))
        return round(100 * above / below, 1) if below and above is not None else None
    return _chinese(text)


def _chinese(text: str) -> float | None:
    import cn2an  # noqa: PLC0415  # loads its tables

    try:
        return float(cn2an.cn2an(text.replace("两", "二").replace("〇", "零"), "smart"))
    except ValueError:
        return None
