"""What all cases are drawn from, and how their results are spelled."""
import hashlib


class SplitMix:
    """Vigna's SplitMix64."""

    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) % 2**64
        z = self.state
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB % 2**64
        return z ^ (z >> 31)

    def below(self, limit):
        return self.next() % limit


def digest(*numbers):
    return hashlib.sha256(",".join(map(str, numbers)).encode()).digest()


def line(weights):
    """Contributors by bytes with their sums, zeros left out."""
    sums = {}
    for name, weight in weights:
        sums[name] = sums.get(name, 0) + weight
    return " ".join(f"{name}={sums[name]}" for name in sorted(sums) if sums[name])
