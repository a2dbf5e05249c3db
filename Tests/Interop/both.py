"""Runs the two verifiers over the same bytes and insists that they say the same of each check."""

import base64
import json
import secrets
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import mint
from harness import programs
from second import jcs
from second.own import Copies
from second.report import Report
from second.trust import CHECKS, Trust
from second.values import Refused
from second.verify import verify

REQUIRE_REFUSED, POLICY_REFUSED = 64, 65


class Both:
    """`colophon verify` and the second verifier."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.runs = folder, 0

    def __call__(
        self, bundle: bytes, trust: Any, response: bytes | None = None, *, request: bytes | None = None,
        require: Sequence[str] = (), what: object = ""
    ) -> Report | None:
        """The report that both give; None where both refuse the trust policy itself, or what is to be required."""
        self.runs += 1
        trust = trust if isinstance(trust, bytes) else mint.as_json(trust)
        copies = Copies(request, response)
        status, theirs, stderr = self.first(bundle, trust, copies, require)
        try:
            policy = Trust.parse(trust)
        except Refused as error:
            assert status == POLICY_REFUSED, f"{what}: only the second refuses the policy: {error}"
            return None
        assert status != POLICY_REFUSED, f"{what}: only the first refuses the policy: {stderr}"
        try:
            for names in require:
                policy = policy.requiring(names)
        except Refused as error:
            assert status == REQUIRE_REFUSED, f"{what}: only the second refuses {require}: {error}"
            return None
        assert status != REQUIRE_REFUSED, f"{what}: only the first refuses {require}: {stderr}"
        ours = verify(bundle, policy, copies)
        table = {check["name"]: check["state"] for check in theirs["checks"]}
        said = {check["name"]: check["detail"] for check in theirs["checks"]}
        differ = {name: (said[name], ours.checks[name]) for name in CHECKS if table[name] != ours.states[name]}
        assert list(table) == list(CHECKS) and not differ, f"{what}: the first, then the second: {differ}"
        assert theirs["accepted"] == ours.accepted == (status == 0), what
        assert set(theirs["required_unmet"]) == set(ours.required_unmet), what
        return ours

    def first(
        self, bundle: bytes, trust: bytes, copies: Copies = Copies(), require: Sequence[str] = ()
    ) -> tuple[int, Any, str]:
        # Names of their own, so that several threads can share a folder.
        run, options = secrets.token_hex(8), []
        parts = {"bundle": bundle, "trust": trust, "request": copies.request, "response": copies.response}
        files = {part: self.folder / f"{run}.{part}" for part, data in parts.items() if data is not None}
        for part, path in files.items():
            path.write_bytes(parts[part])
            options += [f"--{part}", str(path)] if part != "bundle" else []
        options += [f"--require={names}" for names in require]
        result = programs.colophon("verify", str(files["bundle"]), "--json", *options)
        for path in files.values():
            path.unlink()
        assert result.returncode in (0, 1, REQUIRE_REFUSED, POLICY_REFUSED), result
        return result.returncode, json.loads(result.stdout or b"null"), result.stderr.decode()


def failed(report: Report) -> set[str]:
    return {name for name, state in report.states.items() if state == "fail"}


def edited(bundle: bytes, edit: Callable[[dict[str, Any]], None]) -> bytes:
    """A bundle with something changed, still canonical."""
    value = json.loads(bundle)
    edit(value)
    return jcs.canonical(value)


def with_bytes(bundle: bytes, part: str, name: str, data: bytes) -> bytes:
    return edited(bundle, lambda value: value[part].__setitem__(name, mint.b64(data)))


def part(bundle: bytes, where: str, name: str) -> bytes:
    return base64.b64decode(json.loads(bundle)[where][name])
