"""Chance from a seed, with a random stream for every purpose."""

import zlib

import numpy as np


def random_stream(seed: int, stream: str, number: int = 0) -> np.random.Generator:
    """Give every purpose its own random stream, so that one more draw shifts nothing else."""
    key = [seed, zlib.crc32(stream.encode()), number]
    return np.random.Generator(np.random.SFC64(np.random.SeedSequence(key)))
