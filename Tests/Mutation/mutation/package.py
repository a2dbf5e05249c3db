"""A package with all mutants in it: the suite's own Package.swift, cut down to the two modules and what they stand on."""

import hashlib
import json
import os
import re
import subprocess

from .mutants import MODULES, Generation

TARGETS = (
    "COpenSSL", "CKernels", "Cryptography", "Codec", "MerkleLog", "Credit", "Exact", "Receipts", "Evidence", "TestKit",
    "ReceiptsTests", "EvidenceTests",
)
PACKAGE = """
let package = Package(
  name: "mutation",
  platforms: [.macOS(.v15)],
  targets: (systemModules + shared + testTargets).filter { [@TARGETS@].contains($0.name) }
)
for target in package.targets where [@MODULES@].contains(target.name) {
  // A mutated expression asks more of the type checker than a person's would.
  target.swiftSettings = swift + [
    .unsafeFlags(["-Onone", "-Xfrontend", "-solver-scope-threshold=50000000"])
  ]
}
"""
ERROR = re.compile(r"Shared/((?:%s)/[^:]+):(\d+):(\d+): error: (.*)" % "|".join(MODULES))


def digest(root, paths):
    state = hashlib.sha256()
    for path in sorted(paths):
        state.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes() + b"\0")
    return state.hexdigest()


def write(path, text):
    """Written only where it differs: what is not newer is not compiled again."""
    if not path.exists() or path.read_text() != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


class Stamps:
    """What each test is made of: the files that declare its suite, and those of its module and of TestKit that declare none."""

    def __init__(self, root, paths):
        self.root, self.all = root, digest(root, paths)
        self.suites, self.helpers, self.known = {}, {}, {}
        for path in paths:
            module, text = path.relative_to(root / "Tests").parts[0], path.read_text()
            if "@Test" not in text:
                self.helpers.setdefault(module, []).append(path)
            for suite in re.findall(r"^@Suite\b.*?\b(?:struct|enum|class|actor) (\w+)", text, re.MULTILINE | re.DOTALL):
                self.suites.setdefault(f"{module}.{suite}", []).append(path)

    def of(self, test):
        suite = test.partition("/")[0]
        if suite not in self.known:
            module = suite.partition(".")[0]
            paths = self.suites.get(suite, []) + self.helpers.get(module, []) + self.helpers.get("TestKit", [])
            self.known[suite] = digest(self.root, paths)[:12] if suite in self.suites else self.all[:12]
        return self.known[suite]


class Package:
    def __init__(self, root, scratch, say):
        self.root, self.scratch, self.say = root, scratch, say
        self.folder = scratch / "package"
        self.state = scratch / "build.json"
        self.sources = digest(root, (p for m in MODULES for p in (root / "Shared" / m).rglob("*.swift")))
        shared = [p for p in (root / "Shared").rglob("*") if p.suffix in (".swift", ".c", ".h")]
        tests = [p for name in ("ReceiptsTests", "EvidenceTests", "TestKit") for p in (root / "Tests" / name).rglob("*.swift")]
        self.tests = Stamps(root, tests)
        self.code = digest(root, [*shared, root / "Package.swift"])
        built = json.loads(self.state.read_text()) if self.state.exists() else {}
        self.refused = set(built.get("refused", []))
        self.generation = Generation(root, self.refused)
        self.isBuilt = built.get("everything") == self.everything

    @property
    def everything(self):
        """Of what the binary is made, and how."""
        return self.untested + self.tests.all

    @property
    def untested(self):
        """The same without the tests."""
        texts = "".join(self.generation.files.values()) + PACKAGE
        return self.code + hashlib.sha256(texts.encode()).hexdigest()

    @property
    def binary(self):
        return self.scratch / "build/release/mutationPackageTests.xctest"

    def lay_out(self):
        text = (self.root / "Package.swift").read_text().replace(".treatAllWarnings(as: .error),", "")
        cut = text.index("let package = Package(")
        quoted = [", ".join(f'"{name}"' for name in names) for names in (TARGETS, MODULES)]
        write(
            self.folder / "Package.swift",
            text[:cut] + PACKAGE.lstrip().replace("@TARGETS@", quoted[0]).replace("@MODULES@", quoted[1]),
        )
        shared = self.folder / "Shared"
        shared.mkdir(parents=True, exist_ok=True)
        for path in (self.root / "Shared").iterdir():
            if path.name not in MODULES and not (shared / path.name).is_symlink():
                (shared / path.name).symlink_to(path)
        if not (self.folder / "Tests").is_symlink():
            (self.folder / "Tests").symlink_to(self.root / "Tests")
        for module in MODULES:
            for path in (self.root / "Shared" / module).glob("*.md"):
                write(shared / module / path.name, path.read_text())
            for path in (shared / module).rglob("*.swift"):
                if str(path.relative_to(shared)) not in self.generation.files:
                    path.unlink()
        for file, text in self.generation.files.items():
            write(shared / file, text)

    def build(self):
        if self.isBuilt and self.binary.exists():
            return
        for attempt in range(8):
            self.lay_out()
            self.say(f"building all mutants into one binary ({len(self.generation.mutants)} of them)")
            command = ["swift", "build", "-c", "release", "--build-tests", "--package-path", str(self.folder)]
            command += ["--scratch-path", str(self.scratch / "build")]
            environment = {**os.environ, "SWIFT_DETERMINISTIC_HASHING": "1"}
            done = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment)
            (self.scratch / "build.log").write_text(done.stdout)
            if done.returncode == 0:
                self.state.write_text(json.dumps({"everything": self.everything, "refused": sorted(self.refused)}))
                return
            found = set()
            for file, line, column, _ in ERROR.findall(done.stdout):
                found |= self.blamed(self.generation.files[file], int(line), int(column))
            if not found:
                raise SystemExit(f"error: the mutated package does not build: {self.scratch / 'build.log'}")
            for name in sorted(found):
                self.say(f"does not compile, and is left as it is: {name}")
            self.refused |= found
            self.generation = Generation(self.root, self.refused)
        raise SystemExit("error: the mutated package does not build after eight attempts")

    def blamed(self, text, line, column):
        """The innermost mutated expression that stands at an error; else all on its line."""
        start = sum(len(part) for part in text.splitlines(keepends=True)[: line - 1])
        lineEnd = text.find("\n", start)
        at, inside, near = start + column - 1, [], []
        for match in re.finditer(r"Mutant\.\w+\((\d+)", text):
            depth, end = 1, match.end()
            while depth:
                depth += {"(": 1, ")": -1}.get(text[end], 0)
                end += 1
            if match.start() <= at < end:
                inside.append((match.start(), int(match.group(1))))
            if start <= match.start() < lineEnd:
                near.append(int(match.group(1)))
        chosen = [max(inside)[1]] if inside else near
        return {self.generation.points[id] for id in chosen}
