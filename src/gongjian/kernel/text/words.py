"""How likely a stretch of Chinese is, by the frequencies of its words."""

from __future__ import annotations

import math
import re
from functools import cache, lru_cache
from importlib.resources import files

from gongjian.kernel.text.readings import simplified

_MARKS = frozenset("。，、；：“”！？（）《》")
_LONGEST = 6
_UNKNOWN = -25.0
_MARK = -6.0
_ENDS_INSIDE = re.compile("[。！？]”(?=[\u4e00-\u9fff])")  # a quotation that ends, and goes on


@cache
def _table() -> tuple[dict[str, int], float]:
    """Load the table of word counts that ships with jieba (350,000 words)."""
    counts: dict[str, int] = {}
    with (files("jieba") / "dict.txt").open(encoding="utf-8") as lines:
        for line in lines:
            word, n, *_ = line.split(" ")
            if len(word) <= _LONGEST:
                counts[word] = int(n)
    return counts, math.log(sum(counts.values()))


@cache
def frequent_characters() -> tuple[str, ...]:
    """Give single characters in common use, the most frequent first.

    Returns
    -------
    tuple of str
        Some thousands of characters.
    """
    counts, _ = _table()
    chars = [w for w, n in counts.items() if len(w) == 1 and n > 50 and "\u4e00" <= w <= "\u9fff"]
    return tuple(sorted(chars, key=lambda c: -counts[c]))


@lru_cache(maxsize=50_000)
def score(text: str) -> float:
    """Give the logarithm of the likelihood of a text, cut into its likeliest words.

    Parameters
    ----------
    text : str
        A short stretch; traditional characters count as their simplified forms.

    Returns
    -------
    float
        Natural logarithm; higher is likelier.

    Notes
    -----
    Viterbi over a unigram model of words.
    """
    counts, total = _table()
    chars = simplified(text)
    best = [0.0] * (len(chars) + 1)
    for i in range(len(chars) - 1, -1, -1):
        alone = _MARK if chars[i] in _MARKS else _UNKNOWN
        found = [alone + best[i + 1]]
        ends = range(i + 1, min(len(chars), i + _LONGEST) + 1)
        found += [math.log(n) - total + best[j] for j in ends if (n := counts.get(chars[i:j]))]
        best[i] = max(found)
    return best[0] + _MARK * len(_ENDS_INSIDE.findall(chars))
