"""Vocabularies in GGUF files: byte-level BPE and SentencePiece, and what must be refused of them."""

from gguf import ARRAY, BOOL, F32, I32, STRING, U32, file, pair

PRINTABLE = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
OTHERS = [byte for byte in range(256) if byte not in PRINTABLE]
ALPHABET = [chr(byte if byte in PRINTABLE else 0x100 + OTHERS.index(byte)) for byte in range(256)]
WORDS = ["th", "the", "Ġt", "Ġthe", "in", "he"]
MERGES = ["t h", "th e", "Ġ t", "Ġt he", "i n", "h e"]
MARKERS = ["<|im_start|>", "<|im_end|>", "<|endoftext|>"]
TEXT = "The théatre in 12 <|im_end|>\u4f60 there\0".encode().rjust(96, b".")


def vocabulary(
    model: str = "gpt2", tokens: list = ALPHABET + WORDS + MARKERS, types: list | None = None, merges: list | None = MERGES,
    scores: list | None = None, more: list = [], text: bytes = TEXT,
) -> bytes:
    kinds = [1] * (len(tokens) - 3) + [3] * 3 if types is None else types
    pairs = [pair("tokenizer.ggml.model", STRING, model), pair("tokenizer.ggml.tokens", ARRAY, (STRING, tokens)),
             pair("tokenizer.ggml.token_type", ARRAY, (I32, kinds))]
    if model == "gpt2":
        pairs.append(pair("tokenizer.ggml.pre", STRING, "smollm"))
    if merges is not None and model == "gpt2":
        pairs.append(pair("tokenizer.ggml.merges", ARRAY, (STRING, merges)))
    if scores is not None:
        pairs.append(pair("tokenizer.ggml.scores", ARRAY, (F32, scores)))
    return file(pairs + more) + text


PIECES = ["<unk>", "<s>", "</s>"] + [f"<0x{byte:02X}>" for byte in range(256)] + [
    "▁", "t", "h", "e", "th", "the", "▁the", "i", "n", "in", "▁▁", "12"]
KINDS = [2, 3, 3] + [6] * 256 + [1] * 12
SCORES = [0.0] * 259 + [-float(index) for index in range(12)]


def pieces(**changes: object) -> bytes:
    return vocabulary(**{"model": "llama", "tokens": PIECES, "types": KINDS, "scores": SCORES, **changes})


ACCEPTED = {
    "byte-level": vocabulary(),
    "one-token": vocabulary(tokens=["a"], types=[1], merges=[]),
    "ids": vocabulary(more=[pair("tokenizer.ggml.eos_token_id", U32, 263), pair("tokenizer.ggml.bos_token_id", U32, 264)]),
    "long-run-of-one-letter": vocabulary(text=b"t" * 96),
    "ill-formed-text": vocabulary(text=b"\xff\xc3(\xe2\x82\xf0\x9f" * 12),
}
# The scores, and what a SentencePiece reader makes of them.
ANY = {
    "sentencepiece": pieces(),
    "sentencepiece-equal-scores": pieces(scores=[0.0] * len(PIECES)),
    "sentencepiece-nan": pieces(scores=[float("nan")] * len(PIECES)),
    "sentencepiece-infinite": pieces(scores=[float("inf"), float("-inf")] * (len(PIECES) // 2) + [0.0] * (len(PIECES) % 2)),
    "sentencepiece-no-bytes": pieces(tokens=PIECES[:3] + PIECES[259:], types=KINDS[:3] + KINDS[259:],
                                     scores=SCORES[:3] + SCORES[259:]),
}
REFUSED = {
    "no-metadata": file(),
    "no-tokens": vocabulary(tokens=[], types=[], merges=[]),
    "types-too-few": vocabulary(types=[1]), "types-too-many": vocabulary(types=[1] * 300),
    "type-unknown": vocabulary(types=[1] * 262 + [77] * 3), "type-negative": vocabulary(types=[-1] * 265),
    "token-twice": vocabulary(tokens=ALPHABET + WORDS + ["the"] * 3),
    "token-too-long": vocabulary(tokens=["a" * 5000, "b", "c", "d"]),
    "token-not-byte-level": vocabulary(tokens=ALPHABET + ["\u4f60"] * 6 + MARKERS),
    "merges-missing": vocabulary(merges=None),
    **{f"merge-{name}": vocabulary(merges=[merge]) for name, merge in {
        "empty": "", "one-part": "th", "three-parts": "t h e", "space-only": " ", "of-unknown": "q q", "to-unknown": "e e",
        "leading-space": " th"}.items()},
    "merge-twice": vocabulary(merges=["t h", "t h"]),
    "model-unknown": vocabulary(model="replit"),
    # An id that a reader would index by (CVE-2025-52566 and CVE-2025-49847 were lengths taken for signed numbers).
    **{f"eos-{number:x}": vocabulary(more=[pair("tokenizer.ggml.eos_token_id", U32, number)]) for number in (265, 2**31, 2**32 - 1)},
    "eos-negative": vocabulary(more=[pair("tokenizer.ggml.eos_token_id", I32, -1)]),
    "flag-not-boolean": vocabulary(more=[pair("tokenizer.ggml.add_bos_token", STRING, "true")]),
    "adds-eos": vocabulary(more=[pair("tokenizer.ggml.add_eos_token", BOOL, 1)]),
    "sentencepiece-scores-too-few": pieces(scores=[0.0]),
}
