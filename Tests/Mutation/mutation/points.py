"""What can be changed: the mutation points of one Swift file.

A point is a range of the source and the mutants of it. Conditions (each element of guard, if, while; each operand of && and
||; each comparison; what a ternary asks) are negated or forced; `<` and `<=`, `>` and `>=` change places; a statement that
only calls is dropped; Boolean literals are flipped; limits move by one. `&&` for `||` is not made: whoever forces each
operand has made it. Optional bindings, string interpolations and default arguments are left alone."""

import dataclasses

from .statements import Statements
from .tokens import Group, tree


@dataclasses.dataclass
class Point:
    start: int
    end: int
    shape: str  # value boundary dropped limit: how it is written down
    mutants: list  # some of negated true false boundary dropped limit+1 limit-1
    function: str
    operator: tuple = ()  # where the operator of a boundary stands


SWAPPED = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}
EQUAL = ("==", "!=", "===", "!==", "~=")
ASKING = {
    "guard": ["negated", "true"],  # true: the check is dropped
    "if": ["negated", "true", "false"],
    "inner": ["true", "false"],
}
ASKERS = {"contains", "allSatisfy", "hasSameBytes", "hasPrefix", "hasSuffix", "starts", "elementsEqual", "lists", "equal"}


def split(items, *, at):
    """The runs of items between those that `at` is true of."""
    runs = [[]]
    for item in items:
        if at(item):
            runs.append([])
        else:
            runs[-1].append(item)
    return runs


def is_comma(item):
    return item.kind == "mark" and item.text == ","


class Finder(Statements):
    def __init__(self, source):
        super().__init__()
        self.source = source
        self.found = {}
        self.block(tree(source))

    def add(self, items, mutants, shape="value", operator=()):
        key = (items[0].start, items[-1].end, shape)
        point = self.found.setdefault(key, Point(*key, [], self.function, operator))
        point.mutants += [mutant for mutant in mutants if mutant not in point.mutants]

    def conditions(self, items, context):
        for element in split(items, at=is_comma):
            if element and element[0].word("let", "var", "case"):
                self.binding(element)
            elif element:
                self.boolean(element, context)

    def binding(self, items):
        for at, item in enumerate(items):
            if item.op("="):
                self.expression(items[at + 1 :])
                return

    def expression(self, items):
        items = without_try(items)
        if not items:
            return
        if items[0].word("if", "switch", "do"):
            self.statement(items, isValue=True)
            return
        for at, item in enumerate(items):
            if item.kind == "operator" and item.spaced and item.text.endswith("=") and item.text not in SWAPPED and item.text not in EQUAL:
                for left in items[:at]:
                    if isinstance(left, Group):
                        self.arguments(left)
                self.expression(items[at + 1 :])
                return
        if (ternary := self.ternary(items)) is not None:
            condition, rest = ternary
            self.boolean(condition, "inner")
            for part in rest:
                self.brackets(part) if len(part) == 1 else self.expression(part)
        elif any(item.op("||", "&&") or is_comparison(item) for item in items):
            self.boolean(items, "inner")
        else:
            self.chain(items)

    def ternary(self, items):
        at = next((at for at, item in enumerate(items) if item.op("?") and item.spaced), None)
        if at is None:
            return None
        depth = 0
        for colon in range(at + 1, len(items)):
            item = items[colon]
            depth += item.op("?") and item.spaced
            if item.kind == "mark" and item.text == ":":
                if depth == 0:
                    return items[:at], (items[at + 1 : colon], items[colon + 1 :])
                depth -= 1
        return None

    def boolean(self, items, context):
        items = without_try(items)
        if context != "inner" and not items[0].word("true"):
            self.add(items, ASKING[context])
        if self.ternary(items) is not None:
            self.expression(items)
            return
        for joiner in ("||", "&&"):
            operands = split(items, at=lambda item: item.op(joiner))
            if len(operands) > 1:
                for operand in operands:
                    self.boolean(operand, "inner")
                return
        if context == "inner" and not (len(items) == 1 and items[0].word("true", "false")):
            self.add(items, ASKING["inner"])
        at = next((at for at, item in enumerate(items) if is_comparison(item)), None)
        if at is None:
            self.brackets(items)
            return
        if items[at].text in SWAPPED:
            self.add(items, ["boundary"], "boundary", (items[at].start, items[at].end))
        self.brackets(items[:at])
        self.brackets(without_try(items[at + 1 :]))

    def chain(self, items):
        """Names, calls, subscripts and arithmetic: what is inside their brackets."""
        if len(items) == 1 and items[0].word("true", "false"):
            self.add(items, ["negated"])
        if asks(items):
            self.add(items, ASKING["inner"])
        self.brackets(items)

    def brackets(self, items):
        for at, item in enumerate(items):
            if not isinstance(item, Group):
                continue
            if item.text == "{":
                self.closure(item)
                continue
            if [after.text for after in items[at + 1 : at + 3]] == [".", "contains"]:
                self.range(item.items)
            self.arguments(item)

    def arguments(self, group):
        for part in split(group.items, at=is_comma):
            label = ""
            if len(part) > 1 and part[0].kind == "word" and part[1].text == ":":
                label, part = part[0].text, part[2:]
            if label == "where" or (len(part) == 1 and part[0].text == label):
                self.brackets(part)  # a function, or what may be one
                continue
            if label.lower().endswith("max") and len(part) == 1 and part[0].kind == "number":
                self.add(part, ["limit+1"], "limit")
            self.expression(part)

    def range(self, items):
        for at, item in enumerate(items):
            if item.op("...", "..<"):
                lower, upper = items[:at], items[at + 1 :]
                if len(lower) == 1 and lower[0].kind == "number" and int(lower[0].text, 0) > 0:
                    self.add(lower, ["limit-1"], "limit")
                if len(upper) == 1 and upper[0].kind == "number":
                    self.add(upper, ["limit+1"], "limit")


def without_try(items):
    at = 0
    while at < len(items) and (items[at].word("try", "await", "return", "throw") or (at and items[at].op("?", "!") and items[at - 1].word("try"))):
        at += 1
    return items[at:]


def is_comparison(item):
    return item.kind == "operator" and item.spaced and (item.text in SWAPPED or item.text in EQUAL)


def asks(items):
    """Whether a chain ends in a call or property that answers yes or no."""
    if not items or items[0].text == "\\" or any(item.op("?") or (item.kind == "operator" and item.spaced) for item in items):
        return False
    last = items[-1]  # an optional chain gives no plain Bool
    if isinstance(last, Group):
        name = next((item for item in reversed(items) if not isinstance(item, Group)), last)
        return name.kind == "word" and (name.text in ASKERS or is_property(name.text))
    isFunction = items[0].kind == "word" and items[0].text[:1].isupper()  # Self.isDigit, handed to somebody
    return last.kind == "word" and is_property(last.text) and not isFunction and (len(items) == 1 or items[-2].text == ".")


def is_property(name):
    return name.startswith("is") and name[2:3].isupper()


def points(source):
    return sorted(Finder(source).found.values(), key=lambda point: (point.start, -point.end))
