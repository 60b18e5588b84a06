from __future__ import annotations

from collections import Counter
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from gongjian.kernel.workflow.sampling import Risk, draw

RISKS = st.lists(
    st.builds(
        Risk,
        st.text(min_size=1, max_size=8),
        st.integers(0, 5),
        st.integers(0, 3),
        st.integers(0, 2),
    ),
    unique_by=lambda r: r.key,
    max_size=30,
)


@given(RISKS, st.integers(0, 40), st.text(max_size=10), st.randoms(use_true_random=False))
def test_the_same_seed_draws_the_same_in_any_order(risks, n, seed, rng: Random):
    mixed = list(risks)
    rng.shuffle(mixed)
    drawn = draw(risks, n, seed)
    assert draw(mixed, n, seed) == drawn
    assert len(drawn) == len(set(drawn)) == min(n, len(risks))
    assert draw(risks, n + 1, seed)[:n] == drawn


@given(RISKS.filter(lambda r: len(r) > 1), st.text(max_size=10))
def test_who_is_left_out_changes_nobody_elses_place(risks, seed):
    drawn = draw(risks, len(risks), seed)
    without = [r for r in risks if r.key != drawn[0]]
    assert draw(without, len(risks), seed) == drawn[1:]


def test_the_risky_are_drawn_as_much_more_often_as_their_weight_says():
    risks = [Risk("plain"), Risk("risky", returns=1, extensions=1)]
    assert risks[1].weight == 3
    first = Counter(draw(risks, 1, str(n))[0] for n in range(4000))
    assert 0.72 < first["risky"] / 4000 < 0.78
