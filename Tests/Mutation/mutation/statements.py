"""How a block of Swift falls into statements, and what each of them asks."""

import re

from .tokens import Group

MODIFIERS = {
    "public", "private", "fileprivate", "internal", "package", "static", "mutating", "nonmutating", "consuming", "override",
    "final", "indirect", "lazy", "convenience", "required", "nonisolated", "isolated", "unowned", "weak",
}
TYPES = {"struct", "class", "enum", "extension", "protocol", "actor"}
CONTINUES = {"else", "catch", "where", "throws", "as", "is", "in"}
NEVER_DROPPED = {"precondition", "preconditionFailure", "fatalError", "assert", "assertionFailure"}
LIMIT = re.compile(r"(Max|Maximum|Limit)$|^(max|limit)[A-Z]")


def is_block(item):
    return isinstance(item, Group) and item.text == "{"


def statements(items):
    found, before = [[]], None
    for item in items:
        goes_on = (
            before is None
            or not item.newline
            or is_block(item)
            or item.word(*CONTINUES)
            or (item.kind == "operator" and item.spaced)
            or item.text in (".", ",", ":")
            or (before.kind == "operator" and before.spaced)
            or before.word("guard", "if", "while", "let", "var", "return")
            or (before.kind == "mark" and before.text in (",", ":", "."))
        )
        if item.kind == "mark" and item.text == ";":
            found.append([])
        elif goes_on:
            found[-1].append(item)
        else:
            found.append([item])
        before = item
    return [statement for statement in found if statement]


class Statements:
    def __init__(self):
        self.names = []

    @property
    def function(self):
        return ".".join(self.names)

    def block(self, items, isValue=False):
        """isValue: a single expression is what the block gives."""
        found = statements(items)
        for statement in found:
            self.statement(statement, isValue and len(found) == 1)

    def inside(self, name, items, isValue=False):
        self.names.append(name)
        self.block(items, isValue)
        self.names.pop()

    def closure(self, group):
        items = group.items
        for at, item in enumerate(items):
            if items[0].word("for") or (at and item.newline):
                break
            if item.word("in"):
                items = items[at + 1 :]
                break
        self.block(items, isValue=True)

    def statement(self, items, isValue=False):
        at = 0
        while items[at].kind == "word" and (
            items[at].text.startswith("@")
            or (items[at].text in MODIFIERS and at + 1 < len(items) and items[at + 1].kind in ("word", "group"))
        ):
            at += 1
            while at < len(items) and isinstance(items[at], Group) and not is_block(items[at]):
                at += 1
            if at == len(items):
                return
        items = items[at:]
        keyword = items[0].text if items[0].kind == "word" else ""
        body = items[-1] if is_block(items[-1]) else None
        if keyword in TYPES and body:
            self.inside(items[1].text + "".join(i.text for i in items[2:4] if i.text == "." or items[2].text == "."), body.items)
        elif keyword in ("func", "init", "subscript", "deinit"):
            name = items[1].text if keyword == "func" else keyword
            if body:
                self.inside(name, body.items, isValue=any(item.op("->") for item in items))
        elif keyword in ("import", "typealias", "case", "associatedtype") or keyword.startswith("#"):
            return
        elif keyword in ("let", "var"):
            self.declaration(items)
        elif keyword == "guard":
            other = next(at for at, item in enumerate(items) if item.word("else"))
            self.conditions(items[1:other], "guard")
            self.block(items[other + 1].items)
        elif keyword in ("if", "while"):
            self.asking(items, isValue)
        elif keyword == "for":
            self.loop(items)
        elif keyword == "switch":
            self.switch(items, isValue)
        elif keyword in ("do", "defer"):
            for item in items:
                if is_block(item):
                    self.block(item.items, isValue)
        else:
            if not isValue and is_call(items):
                self.add(items, ["dropped"], "dropped")
            self.expression(items)

    def declaration(self, items):
        name = items[1].text
        equals = next((at for at, item in enumerate(items) if item.op("=")), None)
        if equals is not None:
            if LIMIT.search(name):
                self.add(items[equals + 1 :], ["limit+1"], "limit")
            self.expression(items[equals + 1 :])
        elif is_block(items[-1]):
            inner = items[-1].items
            if inner and inner[0].word("get", "set", "willSet", "didSet"):
                for item in inner:
                    if is_block(item):
                        self.inside(name, item.items, isValue=True)
            else:
                self.inside(name, inner, isValue=True)

    def asking(self, items, isValue):
        head = next(at for at, item in enumerate(items) if is_block(item))
        self.conditions(items[1:head], "if")
        self.block(items[head].items, isValue)
        rest = items[head + 1 :]
        if rest and rest[0].word("else"):
            if rest[1].word("if"):
                self.asking(rest[1:], isValue)
            else:
                self.block(rest[1].items, isValue)

    def loop(self, items):
        head = next(at for at, item in enumerate(items) if is_block(item))
        start = next(at for at, item in enumerate(items) if item.word("in"))
        where = next((at for at, item in enumerate(items[:head]) if item.word("where")), None)
        self.expression(items[start + 1 : where if where is not None else head])
        if where is not None:
            self.boolean(items[where + 1 : head], "if")
        self.block(items[head].items)

    def switch(self, items, isValue):
        head = next(at for at, item in enumerate(items) if is_block(item))
        self.expression(items[1:head])
        label, body, where = False, [], None
        for item in items[head].items:
            if item.word("case", "default") and (item.newline or not body):
                self.block(body, isValue)
                label, body, where = True, [], None
            elif label and item.kind == "mark" and item.text == ":":
                label = False
                if where:
                    self.boolean(where, "if")
            elif label and item.word("where"):
                where = []
            elif label and where is not None:
                where.append(item)
            elif not label:
                body.append(item)
        self.block(body, isValue)


def is_call(items):
    """A statement that calls, and whose value nobody takes."""
    if items[0].word("return", "throw", "break", "continue", "fallthrough", "yield"):
        return False
    if [item.text for item in items[:3]] in (["self", ".", "init"], ["super", ".", "init"]):
        return False
    if items[0].word("_") and items[1].op("="):
        items = items[2:]
    items = [item for at, item in enumerate(items) if not item.word("try", "await") and not (at and items[at - 1].word("try") and item.op("?"))]
    if not items or items[0].text in NEVER_DROPPED or [item.text for item in items[1:3]] == [".", "init"]:
        return False
    return isinstance(items[-1], Group) and len(items) > 1 and not any(item.kind == "operator" and item.spaced for item in items)
