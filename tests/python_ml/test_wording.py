"""Numbers and names as people write them, and what a rounded threshold must not do."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from python_ml.wording import number_between, plain_features, plain_number, word_features

numbers = st.floats(-1e12, 1e12, allow_nan=False)


@given(numbers, numbers)
def test_a_threshold_lies_between_the_values_that_it_separates(one, other):
    low, high = sorted((one, other))
    if low < high:
        assert low < number_between(low, high) <= high


@given(st.integers(-(10**6), 10**6 - 1), st.integers(1, 10**6))
def test_a_threshold_has_no_more_digits_than_it_needs(low, width):
    number = number_between(float(low), float(low + width))
    assert len(plain_number(number).strip("-").replace(",", "").replace(".", "").strip("0")) <= 7


@pytest.mark.parametrize(
    ("low", "high", "threshold"),
    [(0, 1, 0.5), (11.9, 12.3, 12), (30_711.2, 31_408.9, 31_000), (-3, 4, 0.5), (-7, 7, 0)],
)
def test_thresholds_are_easy_to_say(low, high, threshold):
    assert number_between(low, high) == threshold


@given(numbers)
def test_a_written_number_is_the_number(number):
    assert float(plain_number(number).replace(",", "")) == number


@pytest.mark.parametrize(
    ("features", "words"),
    [
        (["Black tea", "Cocoa", "RTD drinks"], ["black tea", "cocoa", "RTD drinks"]),
        (["Canadian Whiskies", "Tequila"], ["Canadian Whiskies", "Tequila"]),
        (["Cocoa", "Tea"], ["Cocoa", "Tea"]),
        (["CANADIAN WHISKIES", "COCKTAILS/RTD"], ["Canadian Whiskies", "Cocktails/RTD"]),
        (["BOTTLED IN BOND", "KID'S_DRINKS"], ["Bottled in Bond", "Kid's Drinks"]),
        (["NS_01", "KÄSE"], ["NS 01", "Käse"]),
        (["median_income", "income  Income_2020"], ["median income", "income 2020"]),
        (["a_b", "a b"], ["a_b", "a b"]),
        (["_"], ["_"]),
    ],
)
def test_features_read_like_words(features, words):
    assert list(plain_features(features).values()) == words


@given(st.lists(st.text(min_size=1, max_size=8), unique=True, max_size=6))
def test_different_features_have_different_words(features):
    named = plain_features(features)
    assert list(named) == features
    assert len(set(named.values())) == len(features)


def test_the_words_of_a_feature_depend_on_its_dataset_and_category_alone():
    rows = [
        ("beer", "internal", "Black tea", True),
        ("beer", "internal", "Cocoa", True),
        ("beer", "internal", "Cocoa", True),
        ("beer", "external", "Cocoa", True),
        ("beer", "external", "median_income", False),
        ("wine", "internal", "Cocoa", True),
    ]
    columns = ["category", "dataset", "feature", "is_used"]
    profiles = pd.DataFrame(rows, columns=columns)
    assert word_features(profiles.iloc[::-1]).to_numpy().tolist() == [
        ["beer", "external", "Cocoa", "Cocoa"],
        ["beer", "internal", "Black tea", "black tea"],
        ["beer", "internal", "Cocoa", "cocoa"],
        ["wine", "internal", "Cocoa", "Cocoa"],
    ]
    assert word_features(profiles.head(0)).empty
