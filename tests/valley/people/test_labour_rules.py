"""Rules of sharing: whole, fair, and blind to the order of names."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from bvsim.schema.unit import Timed
from bvsim.valley.ground.over_time import OverTime
from bvsim.valley.people.rules import added, allot, largest_remainder, name_rank, nearest

WANTS = st.lists(st.integers(0, 50), min_size=1, max_size=8)


@given(WANTS, st.integers(0, 300), st.sampled_from(["proportional", "by-pay", "first-come"]))
def test_nobody_gets_more_than_wanted_and_nothing_is_kept_back(wants, total, rule):
    ranks = [name_rank(str(i), "x") for i in range(len(wants))]
    given_out = allot(total, wants, rule, ranks[::-1], ranks)
    assert all(0 <= got <= want for got, want in zip(given_out, wants, strict=True))
    assert sum(given_out) == min(total, sum(wants))


@given(st.lists(st.floats(0.01, 100), min_size=1, max_size=8), st.integers(0, 500))
def test_largest_remainder_stays_within_one_of_the_quota(weights, total):
    shares = largest_remainder(total, weights, list(range(len(weights))))
    assert sum(shares) == total
    for share, weight in zip(shares, weights, strict=True):
        quota = total * weight / math.fsum(weights)
        assert math.floor(quota - 1e-6) <= share <= math.ceil(quota + 1e-6)


@given(st.lists(st.floats(0.0, 1e6), max_size=8))
def test_a_sum_is_rounded_once(weights):
    assert added(weights) == math.fsum(weights)


def test_a_sum_that_loses_what_it_lost_is_rounded_once_too():
    weights = [1.0, 2.0**-60, 2.0**-120, 2.0**-53]
    assert added(weights) == math.fsum(weights) == 1.0 + 2.0**-52


@given(WANTS, st.integers(0, 300), st.randoms(use_true_random=False))
def test_order_of_claimants_changes_nothing(wants, total, shuffler):
    names = [f"plant-{i}" for i in range(len(wants))]
    claims = list(zip(names, wants, strict=True))
    shuffled = list(claims)
    shuffler.shuffle(shuffled)
    for rule in ("proportional", "by-pay", "first-come"):
        results = []
        for order in (claims, shuffled):
            ranks = [name_rank(name, "salt") for name, _ in order]
            got = allot(total, [want for _, want in order], rule, [1.0] * len(order), ranks)
            results.append(dict(zip([name for name, _ in order], got, strict=True)))
        assert results[0] == results[1]


def test_by_pay_serves_the_best_paying_first():
    assert allot(5, [4, 4], "by-pay", [-1.0, -1.2], [0.1, 0.2]) == [1, 4]


def test_hamilton_by_hand():
    # quotas 3.5, 2.1, 1.4: floors 3, 2, 1, and the one left goes to the remainder of 0.5
    assert largest_remainder(7, [5, 3, 2], [0.0, 0.0, 0.0]) == [4, 2, 1]


@given(st.lists(st.floats(0.01, 100), min_size=1, max_size=8), st.integers(0, 500), st.data())
def test_all_that_is_left_goes_to_the_largest_remainders_in_order(weights, total, data):
    ranks = data.draw(st.permutations(range(len(weights))))
    quotas = [total * weight / math.fsum(weights) for weight in weights]
    shares = [math.floor(quota + 1e-9) for quota in quotas]
    order = sorted(range(len(weights)), key=lambda i: (shares[i] - quotas[i], ranks[i]))
    for i in order[: total - sum(shares)]:
        shares[i] += 1
    assert largest_remainder(total, weights, ranks) == shares


@given(st.one_of(st.floats(0.0, 1e9), st.integers(0, 10**6).map(lambda n: n / 2)))
def test_the_nearest_whole_number_is_that_of_python(number):
    assert nearest(number) == round(number)


@given(st.lists(st.integers(0, 99), unique=True, max_size=5), st.integers(-1, 100))
def test_a_figure_over_time_has_the_value_of_its_day(days, day):
    timed = Timed(tuple(map(float, sorted(days))), tuple(map(float, range(len(days) + 1))))
    assert OverTime(timed).at(float(day)) == timed.at(float(day)) == sum(d <= day for d in days)
