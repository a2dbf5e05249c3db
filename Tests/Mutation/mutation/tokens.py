"""A tree of Swift tokens: enough of the language to find conditions, operators and calls in this project's own sources.

Comments are dropped, and a string literal is one token with whatever it interpolates."""

import dataclasses
import re

PAIRS = {"(": ")", "[": "]", "{": "}"}
WORD = re.compile(r"[A-Za-z_$`@#\x80-\U0010ffff][A-Za-z0-9_$`\x80-\U0010ffff]*")
NUMBER = re.compile(r"0[xbo][0-9A-Fa-f_]+|[0-9][0-9_]*(\.[0-9][0-9_]*)?([eE][+-]?[0-9]+)?")
OPERATOR = re.compile(r"\.\.[.<]|[-/=+!*%<>&|^~?]+")
SPACE = re.compile(r"\s+")


@dataclasses.dataclass
class Token:
    kind: str  # word number string operator mark
    text: str
    start: int
    end: int
    newline: bool  # stands first on its line
    spaced: bool  # whitespace on both sides

    def word(self, *texts):
        return self.kind == "word" and self.text in texts

    def op(self, *texts):
        return self.kind == "operator" and self.text in texts


@dataclasses.dataclass
class Group:
    """A bracket, what stands in it, and its closing bracket."""

    opening: Token
    items: list
    closing: Token

    kind = "group"
    spaced = False

    @property
    def text(self):
        return self.opening.text

    @property
    def start(self):
        return self.opening.start

    @property
    def end(self):
        return self.closing.end

    @property
    def newline(self):
        return self.opening.newline

    def word(self, *_):
        return False

    op = word


def string_end(source, at):
    """Where the string literal that begins at `at` ends."""
    hashes = 0
    while source[at + hashes] == "#":
        hashes += 1
    at += hashes
    quote = '"""' if source.startswith('"""', at) else '"'
    at += len(quote)
    closing, escape = quote + "#" * hashes, "\\" + "#" * hashes
    while not source.startswith(closing, at):
        if source.startswith(escape + "(", at):
            at, depth = at + len(escape) + 1, 1
            while depth:
                if source[at] == '"':
                    at = string_end(source, at)
                    continue
                depth += {"(": 1, ")": -1}.get(source[at], 0)
                at += 1
        elif source.startswith(escape, at):
            at += len(escape) + 1
        else:
            at += 1
    return at + len(closing)


def comment_end(source, at):
    if source.startswith("//", at):
        end = source.find("\n", at)
        return len(source) if end < 0 else end
    depth, at = 1, at + 2
    while depth:
        if source.startswith("/*", at):
            depth, at = depth + 1, at + 2
        elif source.startswith("*/", at):
            depth, at = depth - 1, at + 2
        else:
            at += 1
    return at


def tokens(source):
    at, newline, found = 0, True, []
    while at < len(source):
        if match := SPACE.match(source, at):
            newline, at = newline or "\n" in match.group(), match.end()
            continue
        if source.startswith(("//", "/*"), at):
            at = comment_end(source, at)
            continue
        if re.compile(r'#*"').match(source, at):
            kind, end = "string", string_end(source, at)
        elif match := NUMBER.match(source, at):
            kind, end = "number", match.end()
        elif match := WORD.match(source, at):
            kind, end = "word", match.end()
        elif match := OPERATOR.match(source, at):
            kind, end = "operator", match.end()
        else:
            kind, end = "mark", at + 1
        spaced = source[at - 1 : at].isspace() and source[end : end + 1].isspace()
        found.append(Token(kind, source[at:end], at, end, newline, spaced))
        newline, at = False, end
    return found


def tree(source):
    """The items of a whole file."""
    stack, items = [], []
    for token in tokens(source):
        if token.kind == "mark" and token.text in PAIRS:
            stack.append((items, token))
            items = []
        elif token.kind == "mark" and token.text in PAIRS.values():
            outer, opening = stack.pop()
            assert PAIRS[opening.text] == token.text, f"unbalanced at {token.start}"
            outer.append(Group(opening, items, token))
            items = outer
        else:
            items.append(token)
    assert not stack, "unbalanced"
    return items
