"""`knn-shapley/1` beside numpy, which does the same in floats, and pyDVL's KNNShapleyValuation."""

import json
import subprocess
import time
import warnings
from pathlib import Path

import numpy as np

WIDTH, NEIGHBOURS, LABELS, OWNERS = 384, 5, 10, 8


class Game:
    """Random int8 vectors, of which some are near a query, as embeddings are."""

    def __init__(self, count: int, queries: int, folder: Path) -> None:
        draw = np.random.default_rng(count)
        self.count, self.folder = count, folder / f"knn{count}"
        self.folder.mkdir()
        centres = draw.normal(size=(200, WIDTH))

        def vectors(rows: int) -> np.ndarray:
            x = centres[draw.integers(0, len(centres), rows)] + draw.normal(size=(rows, WIDTH))
            return np.rint(127 * x / np.abs(x).max(axis=1, keepdims=True)).astype(np.int8)

        self.vectors, self.queries = vectors(count), vectors(queries)
        self.labels, self.wanted = (draw.integers(0, LABELS, rows).astype(np.uint8) for rows in (count, queries))
        self.owners = draw.integers(0, OWNERS, count).astype(np.uint8)
        for name in ("vectors", "labels", "owners", "queries", "wanted"):
            (self.folder / name).write_bytes(getattr(self, name).tobytes())
        self.floats = self.vectors.astype(np.float32)
        rank = np.arange(1, count)
        self.steps = 1 / np.maximum(NEIGHBOURS, rank)

    def ours(self, program: str) -> tuple[list[float], np.ndarray]:
        done = subprocess.run(
            [program, "neighbours", str(self.folder), str(NEIGHBOURS)], capture_output=True, text=True, check=True)
        report = json.loads(done.stdout)
        return report["times"], np.array([[int(value) / 2**56 for value in row] for row in report["sums"]])

    def numpy(self, queries: int) -> tuple[list[float], np.ndarray]:
        times, sums = [], []
        for query, label in zip(self.queries[:queries], self.wanted):
            start = time.perf_counter()
            order = np.argsort(-(self.floats @ query.astype(np.float32)), kind="stable")
            match = (self.labels[order] == label).astype(np.float64)
            last = match[-1] / max(NEIGHBOURS, self.count)
            changes = (match[:-1] - match[1:]) * self.steps
            values = np.append(last + np.cumsum(changes[::-1])[::-1], last)
            sums.append(np.bincount(self.owners[order], weights=values, minlength=OWNERS))
            times.append(1e3 * (time.perf_counter() - start))
        return times, np.array(sums)

    def pydvl(self, queries: int) -> tuple[list[float], np.ndarray]:
        """It ranks by distance: one more element, that makes all vectors equally long, turns that into dot products."""
        from pydvl.valuation import Dataset, KNNShapleyValuation
        from sklearn.neighbors import KNeighborsClassifier

        squares = (self.floats.astype(np.float64) ** 2).sum(axis=1)
        longer = np.hstack([self.floats, np.sqrt(squares.max() - squares)[:, None]])
        times, sums = [], []
        for at in range(queries):
            query = np.append(self.queries[at].astype(np.float64), 0)[None, :]
            model = KNeighborsClassifier(n_neighbors=NEIGHBOURS, algorithm="brute")
            method = KNNShapleyValuation(model, Dataset(query, self.wanted[at:at + 1]), progress=False)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                start = time.perf_counter()
                method.fit(Dataset(longer, self.labels))
                times.append(1e3 * (time.perf_counter() - start))
            values = method.result.values
            indices = method.result.indices
            by_place = np.zeros(self.count)
            by_place[indices] = values
            sums.append(np.bincount(self.owners, weights=by_place, minlength=OWNERS))
        return times, np.array(sums)


def require_equal(what: str, ours: np.ndarray, theirs: np.ndarray, tolerance: float) -> None:
    """A time of something else is no time: floats may be off by their rounding alone."""
    worst = float(np.abs(ours[:len(theirs)] - theirs).max())
    if worst > tolerance:
        raise SystemExit(f"error: {what} differs from ours by {worst} of the whole")
