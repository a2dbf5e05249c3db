"""Money from an answer to a payout: earned, waited for, contested, paid once, moved, exported and added up by others."""

import csv
import hashlib
import json
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cbor2
import pytest

from harness import programs
from harness.evidence import Bundle
from harness.ledger import bean_check, credit
from harness.statements import Issuer
from harness.suite import chat

DAY = timedelta(days=1)
PRICE = 1_000_000
PARTS = {"ada": 6000, "eve": 3000, "zed": 1000}
WALLETS = {"ada": "https://wallet.example/ada", "eve": "$wallet.example/eve",
           "zed": "eip155:84532:0x209693Bc6afc0C5328bA36FaF03C514EF312287C"}
OPEN = ("--format", "open-payments", "--asset", "EUR", "--scale", "9", "--from", "$payer.example")
X402 = ("--format", "x402", "--asset", "eip155:84532/erc20:0x036CbD53842c5426634e7929541eC2318f3dCF7e",
        "--from", "0x857b06519E91e3A54538791bDbb0E22373e36b66")


class Office:
    """The command line over one suite, and receipts of days that have passed."""

    def __init__(self, suite, stubs, folder: Path) -> None:
        self.suite, self.folder = suite, folder
        self.today = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
        self._messages = stubs.messages("attribution")
        self._rpc = stubs.connect("attribution", suite.urls["attribution"], suite.token)
        self.evidence = folder / "evidence"
        self.evidence.write_text("what is shown")

    def __call__(self, *words: str, code: int = 0) -> str:
        done = credit(self.suite, *words)
        assert done.returncode == code, (words, done.returncode, done.stdout, done.stderr)
        return (done.stdout + done.stderr).decode()

    def json(self, *words: str) -> dict:
        return json.loads(self(*words, "--json"))

    def day(self, ago: int) -> str:
        return (self.today - ago * DAY).date().isoformat()

    def shares(self, **amounts: int) -> str:
        file = self.folder / "shares.json"
        file.write_text(json.dumps([{"contributor": name, "amount_nano": str(nano)} for name, nano in amounts.items()]))
        return str(file)

    def balance(self, name: str) -> dict[str, int]:
        return {key.removesuffix("_nano"): int(nano) for key, nano in self.json("balance", name).items() if int(nano)}

    def earn(self, bundle: Bundle, ago: int, number: int) -> str:
        """A receipt like one that was answered, of an earlier day, in the log. Attribution takes whoever signs."""
        old = bundle.statements["execution"].subject
        ms = int((self.today - ago * DAY).timestamp() * 1000) + number
        new = f"{ms >> 16:08x}-{ms & 0xffff:04x}{old[13:]}"
        execution = resigned(bundle.statements["execution"].raw, old, new)
        self._rpc.attribute(self._messages.AttributeRequest(
            receipt_id=new, execution_statement=execution, model_statement=bundle.statements["model"].raw,
            price_nano=PRICE))
        settle = self._messages.SettleRequest(
            receipt_id=new, receipt_digest=hashlib.sha256(new.encode()).digest(), index=1_000 + number)
        assert self._rpc.settle(settle).newly_settled and not self._rpc.settle(settle).newly_settled
        return new


def resigned(raw: bytes, old: str, new: str) -> bytes:
    """A statement about another receipt, signed by the same key as nobody's."""
    issuer = Issuer("payout tests")
    protected, unprotected, payload, _ = cbor2.loads(raw).value
    header = cbor2.loads(protected)
    header[4] = issuer.kid
    header[15][2] = new
    protected = cbor2.dumps(header, canonical=True)
    payload = payload.replace(old.encode(), new.encode())
    signature = issuer._key.sign(cbor2.dumps(["Signature1", protected, b"", payload]))
    return cbor2.dumps(cbor2.CBORTag(18, [protected, unprotected, payload, signature]))


@pytest.fixture(scope="module")
def office(make_suite, stubs, tmp_path_factory):
    folder = tmp_path_factory.mktemp("payouts")
    policy = folder / "policy.json"
    policy.write_text(json.dumps({
        "id": "escrow/1", "escrow_days": 3, "minimum_payout_nano": "1000", "roles": [
            {"role": "all", "basis_points": 10_000, "method": "fixed/1",
             "parts": [{"contributor": name, "basis_points": part} for name, part in PARTS.items()]}]}))
    suite = make_suite("payout-suite", COLOPHON_ATTRIBUTION_POLICY=str(policy)).start()
    for name, wallet in WALLETS.items():
        programs.must(programs.colophon("contributor", "add", name, "--payout", wallet, "--data", str(suite.data)))
    programs.must(programs.colophon("contributor", "list", "--data", str(suite.data)))
    yield Office(suite, stubs, folder)
    assert suite.stop() == 0


def test_earned_waited_for_contested_paid_once_moved_and_exported(office, tmp_path):
    answer = office.suite.post(chat("Name a colour.", max_tokens=2)).json()["receipt"]["id"]
    office.suite.wait_for_log(answer)
    bundle = Bundle(office.suite.bundle(answer))
    first, second, third = (office.earn(bundle, 10, number) for number in range(3))
    fresh = office.balance("ada")["escrow"] - 3 * 600_000
    assert fresh > 0 and office.balance("zed")["escrow"] > 300_000

    # The escrow of day -10 under three days ends with the beginning of day -7.
    out = tmp_path / "payout.json"
    early = office("payout", *OPEN, "--until", office.day(8), "--id", "early", "--out", str(out))
    assert "nothing is payable" in early and not out.exists()

    shown = ("--evidence", str(office.evidence))
    dispute = office.json("dispute", "open", first, "--contributor", "eve", *shown)
    assert office.json("dispute", "open", first, "--contributor", "eve", *shown) == dispute | {"newly_posted": False}
    assert office.balance("eve")["held"] == 300_000

    paid = office.json("payout", *OPEN, "--until", office.day(7), "--id", "one", "--out", str(out))
    assert paid["newly_posted"] and int(paid["total_nano"]) == 3 * 600_000 + 2 * 300_000
    assert {line["contributor"]: line["reason"] for line in paid["unpaid"]} == {"zed": "other-reference"}
    document = json.loads(out.read_bytes())
    assert {line["contributor"]: line["outgoingPayment"]["debitAmount"]["value"] for line in document["payments"]} == {
        "ada": "1800000", "eve": "600000"}
    again, rewritten = tmp_path / "again.json", tmp_path / "rewritten.json"
    assert "posted before" in office("payout", *OPEN, "--until", office.day(7), "--id", "one", "--out", str(again))
    office("payout", "--rewrite", "one", "--out", str(rewritten))
    assert again.read_bytes() == rewritten.read_bytes() == out.read_bytes()
    nothing = tmp_path / "nothing.json"
    assert "nothing is payable" in office("payout", *OPEN, "--id", "two", "--out", str(nothing))
    assert not nothing.exists() and office.balance("ada") == {"escrow": fresh, "paid": 1_800_000}

    # Another network pays who is paid there, in whole units of the token.
    token = office.json("payout", *X402, "--id", "token", "--out", str(tmp_path / "token.json"))
    assert token["payees"] == 1 and token["total_nano"] == "300000"
    (line,) = json.loads((tmp_path / "token.json").read_bytes())["payments"]
    assert line["paymentRequirements"]["scheme"] == "upto" and line["paymentRequirements"]["amount"] == "300"

    # Upheld: what was held goes to ada. What was paid and is contested later is owed, and comes back when it is rejected.
    office("dispute", "uphold", dispute["id"], "--to", "ada", *shown)
    later = office.json("dispute", "open", second, "--contributor", "eve", *shown)["id"]
    assert office.balance("eve")["owed"] == 300_000 == office.balance("eve")["held"]
    assert [line["dispute"] for line in json.loads(office("dispute", "list", "--open", "--json"))] == [later]
    office("dispute", "reject", later, *shown)
    assert "owed" not in office.balance("eve") and "held" not in office.balance("eve")
    assert "rejected already" in office("dispute", "uphold", later, *shown, code=65)
    moved = ("adjust", third, "--reason", "takedown", "--shares", office.shares(ada=900_000, zed=100_000), *shown)
    assert office.json(*moved)["newly_posted"] and not office.json(*moved)["newly_posted"]
    assert office.json("payout", *OPEN, "--id", "three", "--out", str(out))["total_nano"] == "600000"
    assert office.balance("eve")["owed"] == 300_000

    audit = office.json("audit")
    assert audit["equal"] and (audit["payouts"], audit["disputes"], audit["open"]) == (3, 2, 0)
    for name in ("beancount", "csv", "prov-json", "cyclonedx"):
        office("export", "--format", name, "--output", str(tmp_path / name))
    checked = bean_check(tmp_path / "beancount")
    assert checked.returncode == 0, checked.stderr
    assert recomputed(tmp_path / "csv") == (audit["head"], audit["state"])


def recomputed(path: Path) -> tuple[str, str]:
    """The chain's head and the ledger's state from the lines of a CSV export alone (FORMAT section 7)."""
    head, balances, entries = hashlib.sha256(b"colophon/ledger/v1\0").digest(), defaultdict(int), {}
    with path.open(newline="") as file:
        for row in csv.DictReader(file, strict=True):
            entries.setdefault(int(row["entry"]), []).append({
                name: text.removeprefix("'") for name, text in row.items()})
    for number, rows in sorted(entries.items()):
        row = rows[0]
        source = {"pending": row["attribution"], "settlement": f"{row['receipt']} {row['log_index']}"}
        lines = [f"{number} {row['event']} {row['key']} {row['receipt_id'] or '-'}", source.get(row["event"], "-"),
                 row["detail"] or "-"]
        for line in rows:
            account = f"{line['account']}:{line['party']}"
            lines.append(f"{account} {line['amount_nano']}")
            balances[account] += int(line["amount_nano"])
        head = hashlib.sha256(b"colophon/ledger/v1\0" + head + "".join(line + "\n" for line in lines).encode()).digest()
        assert row["chain"] == head.hex(), number
    text = "".join(line + "\n" for line in sorted(f"{account} {nano}" for account, nano in balances.items()))
    state = hashlib.sha256(b"colophon/ledger/state/v1\0" + head + text.encode())
    return "sha256:" + head.hex(), "sha256:" + state.hexdigest()


def test_what_cannot_be_says_why(office, tmp_path):
    out, shown = ("--out", str(tmp_path / "x")), ("--evidence", str(office.evidence))
    tomorrow = office.day(-2)
    nobody = "01990000-0000-7102-8304-05060708090a"
    for words, code, text in [
        (("payout", *out), 64, "--format, --asset and --from"),
        (("payout", "--format", "cash", "--asset", "x", "--from", "y", *out), 64, "x402, open-payments"),
        (("payout", *OPEN, "--until", "2026-02-30", *out), 64, "a day of the calendar"),
        (("payout", *OPEN, "--until", tomorrow, *out), 64, "has not begun"),
        (("payout", *OPEN, "--scale", "10", *out), 64, "from 0 to 9"),
        (("payout", *OPEN, "--id", "a/b", *out), 64, "payout_id"),
        (("payout", "--rewrite", "never", *out), 66, "no payout"),
        (("payout", *X402[:-1], "ada", *out), 64, "0x and 40 hex digits"),
        (("dispute", "open", nobody, *shown), 66, "is not attributed"),
        (("dispute", "open", "r", *shown), 64, "UUIDv7"),
        (("dispute", "open", nobody, "--amount", "1", *shown), 64, "need --contributor"),
        (("dispute", "reject", "0" * 32, *shown), 66, "there is no dispute"),
        (("dispute", "uphold", "0" * 32, "--to", "ada", *shown), 66, "there is no dispute"),
        (("dispute", "open", nobody, "--evidence", str(tmp_path / "none")), 66, "cannot read"),
        (("adjust", nobody, "--reason", "whim", "--shares", office.shares(a=1), *shown), 64, "feedback, takedown"),
        (("adjust", nobody, "--reason", "feedback", "--shares", str(office.evidence), *shown), 65, "no list of shares"),
    ]:
        assert text in office(*words, code=code), words
    assert not (tmp_path / "x").exists()


def test_the_commands_explain_themselves(office):
    assert "equal     the service states the same" in office("audit")
    for command, word in [("payout", "--rewrite"), ("dispute", "uphold"), ("adjust", "--shares"), ("audit", "state")]:
        assert word in office(command, "--help")
