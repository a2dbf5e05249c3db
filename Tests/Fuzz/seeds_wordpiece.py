"""tokenizer.json seeds of a WordPiece model."""

import copy
import json

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "the", "th", "##e", "##at", "##re", "a", "1", "##2", "\u4f60", "."]
HONEST = {
    "version": "1.0", "truncation": None, "padding": None,
    "normalizer": {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True, "strip_accents": None,
                   "lowercase": True},
    "pre_tokenizer": {"type": "BertPreTokenizer"},
    "post_processor": {
        "type": "TemplateProcessing",
        "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
                   {"SpecialToken": {"id": "[SEP]", "type_id": 0}}]},
    "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
              "vocab": {word: index for index, word in enumerate(WORDS)}},
}
# White space may follow JSON; the target's text is the last 96 bytes, so it is put into a member that nobody reads.
TEXT = "The théatre at 12. \u4f60\u0301 thethe"


def changed(*path: str, to: object) -> bytes:
    value = copy.deepcopy(HONEST)
    inner = value
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = to
    return json.dumps(value | {"comment": TEXT}, ensure_ascii=False).encode()


def vocabulary(**words: object) -> bytes:
    return changed("model", "vocab", to=HONEST["model"]["vocab"] | words)


ACCEPTED = {"honest": changed("version", to="1.0")}
REFUSED = {
    "nothing": b"", "not-json": b"{", "array": b"[]", "nested": b"[" * 20_000,
    "vocab-missing": changed("model", "vocab", to=None), "vocab-list": changed("model", "vocab", to=WORDS),
    "vocab-empty": changed("model", "vocab", to={}),
    **{f"id-{name}": vocabulary(the=number) for name, number in {
        "negative": -1, "beyond": len(WORDS), "2-to-32": 2**32 + 4, "2-to-64": 2**64 + 4, "float": 4.5, "text": "4"}.items()},
    "id-twice": vocabulary(the=5),
    "special-missing": changed("model", "vocab", to={"[UNK]": 0, "a": 1}),
    "normalizer-unknown": changed("normalizer", "type", to="NFC"), "prefix-other": changed("model", "continuing_subword_prefix", to="@@"),
    **{f"word-length-{number}": changed("model", "max_input_chars_per_word", to=number) for number in (0, -1, 2**31, 2**63)},
}
