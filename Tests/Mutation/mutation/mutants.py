"""The mutants of the two modules, what each is called, and the sources that hold them all."""

import dataclasses
import hashlib
import pathlib
import re

from .points import SWAPPED, points

MODULES = ("Receipts", "Evidence")

# One file for each module: no mutant is on unless the environment names it. In a recording each mutant that would have
# changed a value is marked, and the marks are written at the end.
SWITCH = """
internal import Glibc

enum Mutant {
  nonisolated(unsafe) private static var marks: UnsafeMutablePointer<UInt8>?
  private static let active: Int = {
    guard let text = getenv("COLOPHON_MUTANT") else { return -1 }
    guard strcmp(text, "record") == 0 else { return Int(atoi(text)) }
    marks = .allocate(capacity: @COUNT@)
    marks?.initialize(repeating: 0, count: @COUNT@)
    atexit {
      guard let marks, let path = getenv("COLOPHON_MUTANT_MARKS"), let file = fopen(path, "a") else { return }
      for id in 0..<@COUNT@ where marks[id] != 0 { fputs("\\(id)\\n", file) }
      fclose(file)
    }
    return -2
  }()

  @inline(never) private static func mark(_ id: Int) { marks?[id] = 1 }

  static func `is`(_ id: Int) -> Bool {
    if active == -2 { mark(id) }
    return active == id
  }

  /// id: negated, id + 1: true, id + 2: false.
  static func value(_ id: Int, _ value: Bool) -> Bool {
    if active == -2 {
      mark(id)
      mark(value ? id + 2 : id + 1)
    }
    guard active >= id, active <= id + 2 else { return value }
    return active == id ? !value : active == id + 1
  }

  static func boundary(_ id: Int, _ value: Bool, _ other: Bool) -> Bool {
    if active == -2, value != other { mark(id) }
    return active == id ? other : value
  }

  static func limit<Value: Numeric>(_ id: Int, _ value: Value) -> Value {
    if active == -2 { mark(id) }
    return active == id ? value + 1 : value
  }

  static func lower<Value: Numeric>(_ id: Int, _ value: Value) -> Value {
    if active == -2 { mark(id) }
    return active == id ? value - 1 : value
  }
}
"""


@dataclasses.dataclass
class Mutant:
    id: int  # in this generation only
    module: str
    file: str  # below Shared/
    line: int
    function: str
    kind: str
    text: str
    nth: int  # of the same text in the same function

    @property
    def key(self):
        """What it is called for as long as its text stays: no line number in it."""
        return " | ".join([self.file, self.function, self.kind, self.text, str(self.nth)])

    @property
    def name(self):
        return hashlib.sha256(self.key.encode()).hexdigest()[:10]


class Generation:
    """Every mutant of both modules, and the text of their mutated files."""

    def __init__(self, root, refused=()):
        """refused: points that do not compile, as `points` calls them."""
        self.mutants, self.files, self.points, self.refused = [], {}, {}, set(refused)
        self.next = 1
        for module in MODULES:
            for path in sorted((root / "Shared" / module).rglob("*.swift")):
                self.read(root / "Shared", path, module)
        for module in MODULES:
            self.files[f"{module}/Mutant.swift"] = SWITCH.lstrip().replace("@COUNT@", str(self.next))

    def read(self, shared, path, module):
        file, source = str(path.relative_to(shared)), path.read_text()
        chosen, seen = [], {}

        def nth(*same):
            seen[same] = seen.get(same, 0) + 1
            return seen[same]

        for point in points(source):
            text = re.sub(r"\s+", " ", source[point.start : point.end])
            text = text if len(text) <= 100 else text[:60] + " ... " + text[-35:]
            name = f"{file} | {point.function} | {point.shape} | {text}"
            name += f" | {nth(name)}"
            if name in self.refused:
                continue
            chosen.append((point, self.next))
            self.points[self.next] = name
            for kind in point.mutants:
                at = self.next + ("negated", "true", "false").index(kind) if point.shape == "value" else self.next
                line = source.count("\n", 0, point.start) + 1
                number = nth(point.function, kind, text)
                self.mutants.append(Mutant(at, module, file, line, point.function, kind, text, number))
            self.next += 3 if point.shape == "value" else 1
        self.files[file] = Writer(source, chosen).text


class Writer:
    """A mutated file. No line is added, so that a compiler's message says which point it is about."""

    ORDER = ("dropped", "value", "boundary", "limit")

    def __init__(self, source, chosen):
        self.source = source
        self.chosen = sorted(chosen, key=lambda c: (c[0].start, -c[0].end, self.ORDER.index(c[0].shape)))
        self.text = self.render(0, len(source), self.chosen)

    def render(self, start, end, chosen):
        text, at, index = "", start, 0
        while index < len(chosen):
            point, id = chosen[index]
            after = index + 1
            while after < len(chosen) and chosen[after][0].start < point.end:
                after += 1
            text += self.source[at : point.start] + self.wrap(point, id, chosen[index + 1 : after])
            at, index = point.end, after
        return text + self.source[at:end]

    def wrap(self, point, id, inner):
        if point.shape == "boundary":
            start, end = point.operator
            left = self.render(point.start, start, [c for c in inner if c[0].end <= start])
            right = self.render(end, point.end, [c for c in inner if c[0].start >= end])
            operator = self.source[start:end]
            one, other = f"{left}{operator}{right}", f"{left}{SWAPPED[operator]}{right}"
            if re.search(r"\b(try|take|next|read)\b", one):
                return f"(Mutant.is({id}) ? {other} : {one})"
            return f"Mutant.boundary({id}, {one}, {other})"
        text = self.render(point.start, point.end, inner)
        if point.shape == "dropped":
            return f"if !Mutant.is({id}) {{ {text} }}"
        if point.shape == "limit":
            return f"Mutant.{'limit' if point.mutants == ['limit+1'] else 'lower'}({id}, {text})"
        return f"Mutant.value({id}, {text})"
