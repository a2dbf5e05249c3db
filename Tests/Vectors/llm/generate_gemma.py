"""Makes tokenizer_gemma3.jsonl and greedy_gemma3_q4_k_m.jsonl with llama.cpp. Usage: generate_gemma.py MODEL FOLDER

Needs llama-cpp-python (0.3.36 was used) and numpy. Run once: the files are the record, this says how they came to be.
"""
import ctypes
import json
import sys

import llama_cpp as lib
import numpy

TEXTS = [
    ("prose", "The capital of France is Paris."), ("prose", "It was the best of times, it was the worst of times."),
    ("prose", "Machine learning models are trained on data; they don't \"know\" anything."),
    ("space", " "), ("space", "  "), ("space", "   leading"), ("space", "trailing   "), ("space", "a  b   c    d"),
    ("space", "\n"), ("space", "\n\n\n"), ("space", "a\n\nb\n c"), ("space", "\t\ttabs\tand spaces  \n"),
    ("space", " " * 33 + "x"), ("space", "\n" * 40), ("space", "\r\n windows \r\n"), ("space", "nbsp\u00a0and\u3000wide"),
    ("mark", "\u2581under\u2581\u2581score"), ("mark", " \u2581 "),
    ("number", "3.14159"), ("number", "1,234,567.89"), ("number", "2026-11-27T13:00:00Z"), ("number", "0x1F 1e-9 \u00bd \u2167"),
    ("code", "def f(x):\n    return x + 1\n"), ("code", "for (int i = 0; i < n; i++) { a[i] = b[i]; }"),
    ("code", "<table><tr><td>x</td></tr></table>"), ("code", "<h1>Title</h1><p>text <b>bold</b></p>"),
    ("code", "SELECT * FROM t WHERE a <> 'b';"), ("code", "{\"key\": [1, 2, null]}"),
    ("punct", "!?!... --- *** ((()))"), ("punct", "don't we'll they've I'M"), ("punct", "e.g., i.e. \u2014 \u2026 \u201cquoted\u201d"),
    ("punct", "<<<<>>>>"), ("punct", "////\\\\\\\\"), ("punct", "a" * 70), ("punct", "="*80),
    ("unicode", "na\u00efve caf\u00e9 \u00fcber"), ("unicode", "cafe\u0301 decomposed"),
    ("unicode", "\u65e5\u672c\u8a9e\u306e\u30c6\u30ad\u30b9\u30c8\u3067\u3059\u3002"), ("unicode", "\u4f60\u597d\uff0c\u4e16\u754c\uff01"),
    ("unicode", "\ud55c\uad6d\uc5b4 \ubb38\uc7a5"), ("unicode", "\u041f\u0440\u0438\u0432\u0435\u0442, \u043c\u0438\u0440"),
    ("unicode", "\u0645\u0631\u062d\u0628\u0627 \u0628\u0627\u0644\u0639\u0627\u0644\u0645"), ("unicode", "\u05e9\u05dc\u05d5\u05dd \u05e2\u05d5\u05dc\u05dd"),
    ("unicode", "\u0928\u092e\u0938\u094d\u0924\u0947 \u0926\u0941\u0928\u093f\u092f\u093e"), ("unicode", "\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35\u0e0a\u0e32\u0e27\u0e42\u0e25\u0e01"),
    ("unicode", "\u1f04\u03bd\u03b8\u03c1\u03c9\u03c0\u03bf\u03c2 \u03b1\u03b2\u03b3"), ("unicode", "\U00013000\U00013001 \U0001d54f \ufffd \ufeff"),
    ("emoji", "\U0001f600\U0001f44d\U0001f3fd"), ("emoji", "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466 family"),
    ("emoji", "\U0001f1eb\U0001f1f7 \u2764\ufe0f \U0001fae8"), ("control", "\u0000\u0001\u001f\u007f"), ("control", "a\u200bb\u2028c"),
    ("special_as_text", "<bos>hello<eos>"), ("special_as_text", "<start_of_turn>user\nhi<end_of_turn>\n"),
    ("special_as_text", "<unused7> <pad> <mask> <unk>"), ("special_as_text", "<0x41><0xFF>"),
    ("special_as_text", "[multimodal] <start_of_image>"),
    ("special_parsed", "<bos>hello<eos>"), ("special_parsed", "<start_of_turn>user\nhi<end_of_turn>\n<start_of_turn>model\n"),
    ("special_parsed", "a <unused7><pad> <unused70 <unused6241>"), ("special_parsed", "x<0x41>y"),
]

PROMPTS = [
    ("fact", "The capital of France is"), ("fact", "Water boils at a temperature of"), ("fact", "The largest planet in the solar system is"),
    ("fact", "The author of \"Romeo and Juliet\" is"), ("fact", "Photosynthesis is the process by which"),
    ("story", "Once upon a time, in a small village by the sea,"), ("story", "The old lighthouse keeper climbed the stairs and"),
    ("story", "\"I don't believe you,\" she said, and"), ("list", "The days of the week are Monday, Tuesday,"),
    ("list", "1, 2, 3, 4, 5, 6,"), ("list", "Ingredients:\n- 2 cups of flour\n- 1 cup of sugar\n-"),
    ("code", "def fibonacci(n):\n    if n < 2:\n        return n\n    return"), ("code", "#include <stdio.h>\n\nint main(void) {\n"),
    ("code", "SELECT name, age FROM users WHERE"), ("translation", "English: Good morning.\nFrench: Bonjour.\nEnglish: Thank you very much.\nFrench:"),
    ("unicode", "La capitale de l'Allemagne est"), ("unicode", "\u65e5\u672c\u306e\u9996\u90fd\u306f"), ("unicode", "\u041c\u043e\u0441\u043a\u0432\u0430 \u2014"),
    ("long", " ".join("The quick brown fox jumps over the lazy dog number %d." % i for i in range(60))),
    ("turn", "<start_of_turn>user\nWhat is two plus two?<end_of_turn>\n<start_of_turn>model\n"),
]
STEPS = 32


def tokenize(vocabulary, text, special):
    data = text.encode()
    buffer = (lib.llama_token * (len(data) + 8))()
    count = lib.llama_tokenize(vocabulary, data, len(data), buffer, len(buffer), False, special)
    assert count >= 0
    return list(buffer[:count])


def pieces(vocabulary, tokens):
    out = b""
    for token in tokens:
        buffer = ctypes.create_string_buffer(512)
        count = lib.llama_token_to_piece(vocabulary, token, buffer, 512, 0, True)
        out += buffer.raw[:count]
    return out


def decode(context, tokens):
    array = (lib.llama_token * len(tokens))(*tokens)  # the batch points into it
    status = lib.llama_decode(context, lib.llama_batch_get_one(array, len(tokens)))
    assert status == 0, status


def main(path, folder):
    lib.llama_backend_init()
    model = lib.llama_model_load_from_file(path.encode(), lib.llama_model_default_params())
    vocabulary = lib.llama_model_get_vocab(model)
    size = lib.llama_vocab_n_tokens(vocabulary)
    with open(folder + "/tokenizer_gemma3.jsonl", "w") as out:
        for number, (category, text) in enumerate(TEXTS):
            special = category == "special_parsed"
            tokens = tokenize(vocabulary, text, special)
            line = {"id": number, "category": category, "parse_special": special, "text": text, "tokens": tokens,
                    "roundtrip": pieces(vocabulary, tokens) == text.encode()}
            out.write(json.dumps(line, ensure_ascii=False) + "\n")
    with open(folder + "/greedy_gemma3_q4_k_m.jsonl", "w") as out:
        for number, (category, prompt) in enumerate(PROMPTS):
            parameters = lib.llama_context_default_params()
            parameters.n_ctx, parameters.n_batch, parameters.n_threads, parameters.n_threads_batch = 2048, 2048, 1, 1
            context = lib.llama_init_from_model(model, parameters)
            ids = [lib.llama_vocab_bos(vocabulary)] + tokenize(vocabulary, prompt, True)
            line = {"id": number, "category": category, "prompt": prompt, "prompt_tokens": ids, "tokens": [], "gaps": []}
            decode(context, ids)
            for step in range(STEPS):
                logits = numpy.ctypeslib.as_array(lib.llama_get_logits_ith(context, -1), (size,))
                best = [int(i) for i in numpy.argsort(-logits, kind="stable")[:5]]
                if step == 0:
                    line["top5_ids"], line["top5_logits"] = best, [round(float(logits[i]), 5) for i in best]
                line["tokens"].append(best[0])
                line["gaps"].append(round(float(logits[best[0]] - logits[best[1]]), 5))
                decode(context, [best[0]])
            lib.llama_free(context)
            out.write(json.dumps(line, ensure_ascii=False) + "\n")
            out.flush()


main(*sys.argv[1:])
