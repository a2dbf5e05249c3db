"""The ledger beside a hand-written one in SQLite, and its replay beside Beancount's: 1 debit and 8 credits a transaction."""

import json
import random
import shutil
import sqlite3
import subprocess
import time
from pathlib import Path

ACCOUNTS, CREDITS, PRICE, BATCH, CALLERS = 1_000, 8, 10_000, 1_024, 1_024

TABLES = """
    pragma journal_mode = wal;
    pragma synchronous = full;
    create table account (id integer primary key, debit integer default 0, credit integer default 0);
    create table entry (id blob primary key, time integer) without rowid;
    create table posting (entry blob, line integer, account integer, amount integer, primary key (entry, line))
      without rowid;
"""


class Ledger:
    """How many transactions one run has of each kind."""

    def __init__(self, single: int, batched: int, journal: int, folder: Path) -> None:
        self.single, self.batched, self.journal = single, batched, journal
        self.folder = folder / "ledger"

    def ours(self, program: str) -> dict[str, float]:
        """Everything that a caller of the store waits for; the statements were signed before."""
        with self.fresh() as folder:
            done = subprocess.run(
                [program, "ledger", str(folder), str(self.single), str(self.batched), str(CALLERS)],
                capture_output=True, text=True, check=True)
        report = json.loads(done.stdout)
        count = self.single + self.batched
        if (report["entries"], report["postings"]) != (count, count * (CREDITS + 1)):
            raise SystemExit(f"error: the replay saw {report['entries']} entries of {count}")
        return {
            "ledger, single": self.single / report["single"] * 1e3,
            "ledger, batched": self.batched / report["batched"] * 1e3,
            "ledger, replay": report["entries"] / report["replay"] * 1e3,
        }

    def sqlite(self) -> dict[str, float]:
        with self.fresh() as folder:
            return {
                "ledger, single": self.post(folder / "single", self.single, 1),
                "ledger, batched": self.post(folder / "batched", self.batched, BATCH),
            }

    def post(self, path: Path, count: int, batch: int) -> float:
        draw = random.Random(1)
        db = sqlite3.connect(path, isolation_level=None)
        db.executescript(TABLES)
        db.executemany("insert into account (id) values (?)", [(number,) for number in range(ACCOUNTS + 1)])
        start = time.perf_counter()
        for first in range(0, count, batch):
            db.execute("begin immediate")
            for number in range(first, min(first + batch, count)):
                self.write(db, draw, number)
            db.execute("commit")
        took = time.perf_counter() - start
        sums = db.execute("select sum(debit), sum(credit) from account").fetchone()
        if sums != (count * PRICE, count * PRICE):
            raise SystemExit(f"error: SQLite's balances are {sums}")
        db.close()
        return count / took

    @staticmethod
    def write(db: sqlite3.Connection, draw: random.Random, number: int) -> None:
        entry = draw.randbytes(16)
        db.execute("insert into entry values (?, ?)", (entry, number))
        db.execute("insert into posting values (?, 0, 0, ?)", (entry, -PRICE))
        db.execute("update account set debit = debit + ? where id = 0", (PRICE,))
        for line, account in enumerate(draw.sample(range(1, ACCOUNTS + 1), CREDITS), 1):
            db.execute("insert into posting values (?, ?, ?, ?)", (entry, line, account, PRICE // CREDITS))
            db.execute("update account set credit = credit + ? where id = ?", (PRICE // CREDITS, account))

    def beancount(self) -> dict[str, float]:
        """Its loader over a file: reading it is part of its time, as its library offers no other way in."""
        from beancount import loader

        draw = random.Random(1)
        lines = [f"2026-01-01 open Assets:A{number} CRD" for number in range(ACCOUNTS + 1)]
        for number in range(self.journal):
            lines += [f'2026-02-01 * "entry {number}"', f"  Assets:A0  -{PRICE} CRD"]
            lines += [f"  Assets:A{account}  {PRICE // CREDITS} CRD"
                      for account in draw.sample(range(1, ACCOUNTS + 1), CREDITS)]
        with self.fresh() as folder:
            file = folder / "ledger.beancount"
            file.write_text("\n".join(lines) + "\n")
            start = time.perf_counter()
            entries, errors, _ = loader.load_file(str(file))
            took = time.perf_counter() - start
        if errors or len(entries) != self.journal + ACCOUNTS + 1:
            raise SystemExit(f"error: Beancount found {len(entries)} entries and {len(errors)} errors")
        return {"ledger, replay": self.journal / took}

    def fresh(self) -> "Fresh":
        return Fresh(self.folder)


class Fresh:
    """A folder that is empty before and gone afterwards."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __enter__(self) -> Path:
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        return self.folder

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
