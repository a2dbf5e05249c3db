"""python -m second BUNDLE --trust FILE [--request FILE] [--response FILE] [--require CHECK,...] [--json]

Ends with 0 where the bundle is accepted, 1 where it is refused, 64 where --require names what is no check, 65 where the
trust policy cannot be read."""

import argparse
import json
import sys
from pathlib import Path

from .own import Copies
from .trust import Trust
from .values import Refused
from .verify import verify


def main() -> int:
    parser = argparse.ArgumentParser(prog="second", description="Check a bundle offline and print every check.")
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--trust", type=Path, required=True)
    parser.add_argument("--request", type=Path, help="your own copy of what you asked: the body, or the same JSON")
    parser.add_argument("--response", type=Path, help="your own copy of the answer: the body, or its text")
    parser.add_argument("--require", action="append", default=[], help="checks, with commas between; witnesses=N")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    try:
        trust = Trust.parse(given.trust.read_bytes())
    except Refused as error:
        print(f"{given.trust}: {error}", file=sys.stderr)
        return 65
    try:
        for names in given.require:
            trust = trust.requiring(names)
    except Refused as error:
        print(f"--require: {error}", file=sys.stderr)
        return 64
    copies = Copies(*(path and path.read_bytes() for path in (given.request, given.response)))
    report = verify(given.bundle.read_bytes(), trust, copies)
    if given.json:
        checks = [{"name": name, "state": state, "detail": said} for name, (state, said) in report.checks.items()]
        print(json.dumps({"accepted": report.accepted, "receipt_id": report.receipt_id, "checks": checks,
                          "required_unmet": report.required_unmet}))
    else:
        print(report.table())
    return 0 if report.accepted else 1


sys.exit(main())
