#!/usr/bin/env python3
"""Writes Shared/Exact/Embedding/UncasedFold+table.swift: what an uncased BERT tokenizer does to a scalar.

Needs only Python 3.11, whose unicodedata is Unicode 14.0; it refuses any other, so that the same bytes come out every
time: `python3 generate_fold.py > ../../../Shared/Exact/Embedding/UncasedFold+table.swift`.
"""

import sys
import unicodedata

VERSION = "14.0.0"


def scalars():
    return (cp for cp in range(0x110000) if not 0xD800 <= cp < 0xE000)


def fold(c):
    """Canonical decomposition without nonspacing marks, then the unconditional full lower case of each scalar."""
    kept = [d for d in unicodedata.normalize("NFD", c) if unicodedata.category(d) != "Mn"]
    return "".join(d.lower() for d in kept)


def is_removed(c):
    if c in "\0\ufffd":
        return True
    return unicodedata.category(c) in ("Cc", "Cf", "Co") and c not in "\t\n\r"


def is_hangul_syllable(cp):
    return 0xAC00 <= cp <= 0xD7A3  # decomposed by arithmetic, Unicode Standard section 3.12


def ranges(points):
    out = []
    for point in points:
        if out and out[-1][1] == point - 1:
            out[-1][1] = point
        else:
            out.append([point, point])
    return ["%x" % a if a == b else "%x-%x" % (a, b) for a, b in out]


def runs(mapping):
    """`a-b+d`: each of a to b maps to itself + d (hexadecimal, perhaps negative); `a-b/2+d`: every second one;
    `a=b,c`: a maps to b c."""
    out, keys, i = [], sorted(mapping), 0
    while i < len(keys):
        key = keys[i]
        if len(mapping[key]) == 1:
            delta = ord(mapping[key]) - key
            best = (0, 1)
            for step in (1, 2):
                n = 0
                while i + n + 1 < len(keys) and keys[i + n + 1] == key + step * (n + 1) and \
                        len(mapping[keys[i + n + 1]]) == 1 and ord(mapping[keys[i + n + 1]]) - keys[i + n + 1] == delta:
                    n += 1
                best = max(best, (n, -step))
            n, step = best[0], -best[1]
            if n >= 2:
                out.append("%x-%x%s%+x" % (key, key + step * n, "/2" if step == 2 else "", delta))
                i += n + 1
                continue
        out.append("%x=%s" % (key, ",".join("%x" % ord(c) for c in mapping[key])))
        i += 1
    return out


def literal(name, comment, entries):
    lines, line = [], ""
    for entry in entries:
        if len(line) + len(entry) + 1 > 114:
            lines.append(line)
            line = ""
        line += (" " if line else "") + entry
    lines.append(line)
    body = "\n".join("    " + text for text in lines)
    return f'  /// {comment}\n  static let {name} = """\n{body}\n    """\n'


def main():
    if unicodedata.unidata_version != VERSION:
        sys.exit("unicodedata is %s, not %s" % (unicodedata.unidata_version, VERSION))
    removed, folds, spaces, punctuation = [], {}, [], []
    for cp in scalars():
        c = chr(cp)
        if is_removed(c) or unicodedata.category(c) == "Mn":
            removed.append(cp)
            continue
        if unicodedata.category(c)[0] == "P":
            punctuation.append(cp)
        if is_hangul_syllable(cp):
            continue
        folded = fold(c)
        assert folded
        if folded != c:
            folds[cp] = folded
    # Python's isspace has the controls 1c to 1f beyond White_Space; those are removed before anyone asks.
    spaces = [cp for cp in scalars() if chr(cp).isspace() and cp not in removed]
    print("// Made by Tests/Vectors/embeddings/generate_fold.py from Unicode %s; do not edit." % VERSION)
    print("// Hexadecimal scalars: `a-b` is a range, `a-b+d` adds d to each of it, `a-b/2+d` to every second, `a=b,c` maps a.\n")
    print("extension UncasedFold {")
    print(literal("removedTable", "Cc, Cf, Co but tab and line ends; Mn; U+0000 and U+FFFD.", ranges(removed)))
    print(literal("spaceTable", "White_Space, without what is removed.", ranges(spaces)))
    print(literal("punctuationTable", "P*; the ASCII symbols are added by the code.", ranges(punctuation)))
    print(literal("foldTable", "Everything else that changes, Hangul syllables aside.", runs(folds)), end="")
    print("}")


if __name__ == "__main__":
    main()
