"""Features and numbers in the words of a planner."""

import re
from collections.abc import Iterable

import numpy as np
import pandas as pd

from python_ml.frames import stack, typed

SCHEMA = {"category": "str", "dataset": "str", "feature": "str", "words": "str"}

WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*")
ABBREVIATION = re.compile("[B-DF-HJ-NP-TV-XZ]+")
"""Capitals that no one can read as a word."""

SMALL_WORDS = frozenset(("and", "for", "in", "of", "on", "or", "the", "to", "with"))
"""What titles do not begin with a capital."""

FEWEST_DIGITS = 1
MOST_DIGITS = 17
"""With so many digits two different numbers are never written alike."""


def plain_features(features: Iterable[str]) -> dict[str, str]:
    """Return the names of the features of one dataset as they read inside a sentence.

    Underscores become spaces, a word that is there twice in a row stays once, and the capital
    at the start is dropped where the names are written like sentences (``Black tea``): where
    no other word of any of them begins with one. Titles (``Canadian Whiskies``) and
    abbreviations (``RTD``) stay. Names that are all in capitals alone (``CANADIAN WHISKIES``) do
    not tell which of their words are proper names, and become titles.

    Parameters
    ----------
    features : iterable of str
        All features of the dataset.

    Returns
    -------
    dict of str to str
        Feature -> words; a feature whose words another one has as well keeps its own name.

    Examples
    --------
    >>> plain_features(["Black tea", "Cocoa", "share_share_under_35"])
    {'Black tea': 'black tea', 'Cocoa': 'cocoa', 'share_share_under_35': 'share under 35'}
    >>> plain_features(["Canadian Whiskies", "Tequila"])
    {'Canadian Whiskies': 'Canadian Whiskies', 'Tequila': 'Tequila'}
    >>> plain_features(["IRISH WHISKIES", "COCKTAILS/RTD"])
    {'IRISH WHISKIES': 'Irish Whiskies', 'COCKTAILS/RTD': 'Cocktails/RTD'}
    """
    cleaned = {feature: _once_each(feature.replace("_", " ").split()) for feature in features}
    several = [words for words in cleaned.values() if len(words) > 1]
    sentences = bool(several) and not any(
        word[0].isupper() for words in several for word in words[1:]
    )
    if all(feature == feature.upper() for feature in cleaned):
        cleaned = {feature: _titled(words) for feature, words in cleaned.items()}
    elif sentences:
        cleaned = {
            feature: [_lowered(word) for word in words[:1]] + words[1:]
            for feature, words in cleaned.items()
        }
    written = {feature: " ".join(words) or feature for feature, words in cleaned.items()}
    counts: dict[str, int] = {}
    for words in written.values():
        counts[words] = counts.get(words, 0) + 1
    return {feature: words if counts[words] == 1 else feature for feature, words in written.items()}


def word_features(profiles: pd.DataFrame) -> pd.DataFrame:
    """Return the words of every feature that the clustering used, as names and rules have them.

    Parameters
    ----------
    profiles : DataFrame
        Columns ``category``, ``dataset``, ``feature``, ``is_used``; any number of rows of each.

    Returns
    -------
    DataFrame
        One row per category, dataset and feature, sorted, with its ``words``.

    Examples
    --------
    >>> profiles = pd.DataFrame(
    ...     {
    ...         "category": "beer", "dataset": "external", "is_used": True,
    ...         "feature": ["median_income", "MEDIAN age"],
    ...     }
    ... )
    >>> word_features(profiles)["words"].tolist()
    ['MEDIAN age', 'median income']
    """
    used = profiles.loc[profiles["is_used"].astype(bool), ["category", "dataset", "feature"]]
    groups = used.drop_duplicates().groupby(["category", "dataset"], sort=True)

    def word(key, features):
        words = plain_features(sorted(features))
        category, dataset = key
        table = {
            "category": category,
            "dataset": dataset,
            "feature": [*words],
            "words": [*words.values()],
        }
        return typed(table, SCHEMA)

    return stack((word(key, own["feature"]) for key, own in groups), SCHEMA)


def plain_number(number: float) -> str:
    """Return a number as people write it: commas between thousands, no exponent up to 1e15.

    Examples
    --------
    >>> plain_number(31000.0), plain_number(0.25), plain_number(-1234567.5)
    ('31,000', '0.25', '-1,234,567.5')
    """
    if number != 0 and not 1e-6 <= abs(number) < 1e15:
        return repr(float(number))
    text = np.format_float_positional(number, trim="-")
    whole, dot, rest = text.partition(".")
    return f"{int(whole):,}{dot}{rest}" if whole not in ("-0", "-") else text


def number_between(low: float, high: float) -> float:
    """Return the number with the fewest digits that lies between two numbers.

    A threshold may be anywhere between the two values that it separates, so the one is taken
    that is easiest to say; it separates the same stores.

    Parameters
    ----------
    low, high : float
        ``low < high``.

    Returns
    -------
    float
        Above ``low`` and below ``high``; of numbers with as few digits the one nearest to the
        middle. ``high`` where there is none, as for two neighbours of floating point.

    Examples
    --------
    >>> number_between(0.11873, 0.12644), number_between(30711.2, 31408.9)
    (0.12, 31000.0)
    """
    middle = low + (high - low) / 2
    for digits in range(FEWEST_DIGITS, MOST_DIGITS + 1):
        number = float(f"{middle:.{digits - 1}e}")
        if low < number < high:
            return number
    return high


def _once_each(words):
    """Return the words without those that repeat the one before."""
    return [
        word
        for before, word in zip([None, *words], words, strict=False)
        if before is None or word.lower() != before.lower()
    ]


def _titled(words):
    """Return words in capitals as a title: ``Bottled in Bond``; what has no vowel is ``RTD``."""
    titled = [WORD.sub(_capitalised, word) for word in words]
    return titled[:1] + [
        word.lower() if word.lower() in SMALL_WORDS else word for word in titled[1:]
    ]


def _capitalised(match):
    word = match[0]
    return word if ABBREVIATION.fullmatch(word) else word.capitalize()


def _lowered(word):
    """Return a word in lower case if only its first letter is a capital."""
    return word.lower() if re.fullmatch(r"\W*[^\W\d_][^A-Z]*", word) else word
