"""Rounds: each party is measured once in every round, side by side, and compared within it."""

from collections import defaultdict
from statistics import median


class Samples:
    """What each party came to in each round, by the name of the measure."""

    def __init__(self) -> None:
        self._values: dict[tuple[str, str], list[float]] = defaultdict(list)

    def add(self, party: str, values: dict[str, float]) -> None:
        for name, value in values.items():
            self._values[party, name].append(value)

    def all(self, party: str, name: str) -> list[float]:
        """In order of the rounds; empty when the party was not measured."""
        return self._values.get((party, name), [])

    def median(self, party: str, name: str) -> float | None:
        values = self.all(party, name)
        return median(values) if values else None

    def ratio(self, party: str, other: str, name: str) -> float | None:
        """The median over the rounds of one by the other: what slows a whole round slows both."""
        pairs = list(zip(self.all(party, name), self.all(other, name)))
        return median(a / b for a, b in pairs) if pairs else None

    def spread(self, party: str, name: str) -> float | None:
        """From the lowest to the highest, as a share of the median; of a single value there is none."""
        values = self.all(party, name)
        return (max(values) - min(values)) / median(values) if len(values) > 1 else None


def order(parties: list, number: int) -> list:
    """Who goes first changes from round to round."""
    turn = number % len(parties)
    turned = parties[turn:] + parties[:turn]
    return turned if number % 2 == 0 else turned[::-1]
