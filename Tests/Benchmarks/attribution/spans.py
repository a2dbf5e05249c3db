"""`span/1` beside infini-gram: an index of the same tokens, and who is paid for which tokens of the same outputs."""

import bisect
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

OUTPUT, LENGTH_MIN, END = 256, 8, 65_535
VOCABULARY = 49_152


class Corpus:
    """Texts of words as frequent as words are, a tenth of whose passages are quoted from earlier texts."""

    def __init__(self, tokens: int, folder: Path) -> None:
        draw = np.random.default_rng(tokens)
        self.folder, self.count = folder, tokens
        frequencies = 1 / (np.arange(VOCABULARY) + 2.7)
        stream = np.searchsorted(np.cumsum(frequencies) / frequencies.sum(), draw.random(tokens)).astype(np.uint16)
        # Words follow words: every other one depends on the one before.
        follows = draw.integers(0, VOCABULARY, (VOCABULARY, 4)).astype(np.uint16)
        odd = stream[0:-1:2]
        stream[1::2][:len(odd)] = follows[odd, draw.integers(0, 4, len(odd))]
        for _ in range(tokens // 1_000):
            length = int(draw.integers(20, 180))
            to = int(draw.integers(length, tokens - length))
            source = int(draw.integers(0, to))
            stream[to:to + length] = stream[source:source + length].copy()
        ends = np.unique(draw.integers(1, tokens, tokens // 1_100))
        self.texts = np.split(stream, ends)
        self.stream = stream

    def outputs(self, count: int) -> dict[str, list[list[int]]]:
        """Copied from the corpus, and stitched from short pieces of it and words between them."""
        draw = np.random.default_rng(1)
        copied, stitched = [], []
        for _ in range(count):
            start = int(draw.integers(0, self.count - OUTPUT))
            copied.append(self.stream[start:start + OUTPUT].tolist())
            output: list[int] = []
            while len(output) < OUTPUT:
                start, length = int(draw.integers(0, self.count - 30)), int(draw.integers(8, 21))
                output += [*self.stream[start:start + length].tolist(), int(draw.integers(300, VOCABULARY))]
            stitched.append(output[:OUTPUT])
        return {"copied": copied, "stitched": stitched}


class Ours:
    def __init__(self, program: str, corpus: Corpus) -> None:
        self.program, self.segment = program, corpus.folder / "segment"
        self.tokens = corpus.folder / "tokens"
        with self.tokens.open("wb") as file:
            for text in corpus.texts:
                file.write(text.astype("<u2").tobytes() + b"\xff\xff")

    def build(self) -> dict:
        return json.loads(self.run("build", str(self.tokens), str(self.segment)))

    def spans(self, outputs: list[list[int]]) -> tuple[list[float], list]:
        file = self.segment.with_name("outputs")
        file.write_bytes(np.array(outputs, dtype="<u2").tobytes())
        report = json.loads(self.run("spans", str(self.segment), str(file)))
        return report["times"], report["spans"]

    def run(self, *arguments: str) -> str:
        return subprocess.run([self.program, *arguments], capture_output=True, text=True, check=True).stdout


class InfiniGram:
    def __init__(self, corpus: Corpus) -> None:
        self.folder = corpus.folder / "infini-gram"
        self.folder.mkdir()
        self.offsets = [0]
        with (self.folder / "tokenized.0").open("wb") as file:
            for text in corpus.texts:
                self.offsets.append(self.offsets[-1] + file.write(b"\xff\xff" + text.astype("<u2").tobytes()))
        self.offsets.pop()
        (self.folder / "offset.0").write_bytes(np.array(self.offsets, dtype="<u8").tobytes())

    def build(self) -> float:
        (self.folder / "table.0").unlink(missing_ok=True)
        start = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "infini_gram.indexing", "--data_dir", str(self.folder), "--save_dir", str(self.folder),
             "--token_dtype", "u16", "--cpus", "1", "--mem", "4", "--ulimit", "1024"], capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"{done.stdout}{done.stderr}\nerror: infini-gram could not build its index")
        return time.perf_counter() - start

    def bytes(self) -> int:
        return sum(os.path.getsize(self.folder / name) for name in ("tokenized.0", "offset.0", "table.0"))

    def open(self) -> None:
        from infini_gram.engine import InfiniGramEngine

        self.engine = InfiniGramEngine(
            index_dir=str(self.folder), eos_token_id=VOCABULARY, vocab_size=END, token_dtype="u16")

    def spans(self, outputs: list[list[int]]) -> tuple[list[float], list]:
        times, results = [], []
        for output in outputs:
            start = time.perf_counter()
            found = self.engine.attribute(
                input_ids=output, delim_ids=[], min_len=LENGTH_MIN, max_cnt=1 << 40, enforce_bow=False)
            times.append(1e3 * (time.perf_counter() - start))
            results.append(self.paid(found["spans"]))
        return times, results

    def paid(self, spans: list[dict]) -> list[list[int]]:
        """Our rule over its spans: the longest over each token, then the first, and the earliest text that has it."""
        chosen = {}
        for at in range(OUTPUT):
            over = [(-(span["r"] - span["l"]), span["l"], span["r"], span) for span in spans if span["l"] <= at < span["r"]]
            if over:
                best = min(over, key=lambda each: each[:3])
                chosen[best[1], best[2]] = best[3]
        return [
            [left, right, bisect.bisect_right(self.offsets, min(doc["ptr"] for doc in span["docs"])) - 1]
            for (left, right), span in sorted(chosen.items())]
