"""Runs the tests: once each to mark what they reach, then against each mutant those that can tell it apart."""

import concurrent.futures
import itertools
import json
import math
import os
import pathlib
import re
import resource
import shutil
import signal
import subprocess
import threading

# How much of the tests comes first, and how much in the first round: most mutants die of the quick ones.
SHORT_SECONDS, QUICK_SECONDS = 0.4, 8
FAILED = re.compile(r"^\W*✘ Test (?!run)(.*?)(?: failed| recorded)")


class Trials:
    def __init__(self, package, scratch, say, jobs):
        # A copy, in a file of its own: what is built meanwhile is for the next run.
        (scratch / "mutants.xctest").unlink(missing_ok=True)
        self.binary = pathlib.Path(shutil.copy2(package.binary, scratch / "mutants.xctest"))
        self.scratch, self.say, self.jobs = scratch, say, jobs
        self.package = package
        self.durations, self.reached = {}, {}

    def command(self, tests):
        command = [str(self.binary), "--testing-library", "swift-testing", "--no-parallel"]
        for test in tests:
            command += ["--filter", "^" + re.sub(r"([][.(){}+*?^$|\\])", r"\\\1", test)]
        return command

    def environment(self, **more):
        kept = {name: value for name, value in os.environ.items() if name != "COLOPHON_TEST_LONG"}
        # A short run looks at one byte of three; what a flip of the others finds must count.
        return {"COLOPHON_TEST_SEED": "7", "COLOPHON_TEST_PLACES": "all", **kept, "SWIFT_BACKTRACE": "enable=no", "NO_COLOR": "1", **more}

    def names(self):
        command = [str(self.binary), "--testing-library", "swift-testing", "--list-tests"]
        listed = subprocess.run(command, text=True, capture_output=True, check=True)
        return [line for line in listed.stdout.splitlines() if re.match(r"\w+Tests\.\w+/", line)]

    def record(self):
        """What each test reaches: kept until a source changes, or what the test is made of."""
        file = self.scratch / "marks.json"
        kept = json.loads(file.read_text()) if file.exists() else {}
        known = kept["tests"] if kept.get("of") == self.package.untested else {}
        names = self.names()
        self.stamps = {test: self.package.tests.of(test) for test in names}
        known = {test: known[test] for test in names if known.get(test, {}).get("stamp") == self.stamps[test]}
        missing = [test for test in names if test not in known]
        if missing:
            self.say(f"recording what {len(missing)} of {len(names)} tests reach")
            with concurrent.futures.ThreadPoolExecutor(self.jobs) as pool:
                futures = {pool.submit(self.recorded, test): test for test in missing}
                for future in concurrent.futures.as_completed(futures):
                    test = futures[future]
                    seconds, marks = future.result()
                    known[test] = {"stamp": self.stamps[test], "seconds": seconds, "marks": marks}
                    # One that fails is tried again by the next run: it may have wanted what was not there.
                    kept = {name: entry for name, entry in known.items() if entry["seconds"] is not None}
                    file.write_text(json.dumps({"of": self.package.untested, "tests": kept}))
        self.broken = [test for test in names if known[test]["seconds"] is None]
        for test in self.broken:
            self.say(f"fails without any mutant, and is left out: {test}")
        for test in names:
            if test in self.broken:
                continue
            self.durations[test] = known[test]["seconds"]
            for id in known[test]["marks"]:
                self.reached.setdefault(id, []).append(test)
        for tests in self.reached.values():
            tests.sort(key=self.durations.get)

    def survives(self, mutant):
        """The tests that it outlives when it outlives all, each with its stamp."""
        return sorted(f"{self.stamps[test]} {test}" for test in self.reached.get(mutant.id, []))

    def recorded(self, test):
        marks = self.scratch / f"marks-{threading.get_ident()}"
        marks.write_text("")
        environment = self.environment(COLOPHON_MUTANT="record", COLOPHON_MUTANT_MARKS=str(marks))
        process = subprocess.Popen(self.command([test]), text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment)
        output = process.stdout.read()
        process.stdout.close()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0 or "Test run with 0 tests" in output:
            self.say("\n".join(line for line in output.splitlines() if line.startswith("✘")))
            return None, []
        return usage.ru_utime + usage.ru_stime, sorted({int(line) for line in marks.read_text().split()})

    def judge(self, mutant, isLast, outlived=()):
        """(state, by whom): killed, survived, open until the slow tests, or unreached by any test that could tell.
        outlived: what `survives` gave for it in an earlier run, and need not be tried again."""
        tests = self.reached.get(mutant.id, [])
        if not tests:
            return "unreached", ""
        tests = [test for test in tests if f"{self.stamps[test]} {test}" not in outlived]
        if not tests:
            return "survived", ""
        sums = itertools.accumulate(self.durations[test] for test in tests)
        quick = max(1, sum(seconds < QUICK_SECONDS for seconds in sums))
        slow = tests[quick:]
        tests = slow if isLast else tests[:quick]
        base = min(self.durations.values())  # what a process costs that tests next to nothing
        first, total = [], 0.0
        for test in tests[:40]:
            total += self.durations[test] - base
            if first and total > SHORT_SECONDS:
                break
            first.append(test)
        rest = tests[len(first) :]
        while first:
            if by := self.killed(mutant, first):
                return "killed", by
            first, rest = rest[:40], rest[40:]
        return ("survived" if isLast or not slow else "open"), ""

    def killed(self, mutant, tests):
        # Of the processor's time, which another load of the machine does not shorten; and of the clock, for one that waits.
        limit = 10 + 3 * math.ceil(sum(self.durations[test] for test in tests))
        process = subprocess.Popen(
            self.command(tests), text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env=self.environment(COLOPHON_MUTANT=str(mutant.id)),
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (limit, limit)),
        )
        late = threading.Timer(60 * limit, process.kill)
        late.start()
        try:
            for line in process.stdout:
                if match := FAILED.match(line):
                    process.kill()
                    return match.group(1)[:100]
            status = process.wait()
        finally:
            isLate = not late.is_alive()
            late.cancel()
            process.stdout.close()
            process.wait()
        if status == 0:
            return ""
        return "time" if isLate or -status in (signal.SIGXCPU, signal.SIGKILL) else f"exit status {status}"
