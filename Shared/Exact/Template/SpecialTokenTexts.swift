/// The special tokens that templates write by the name of a variable, as texts of a model's vocabulary.
enum SpecialTokenTexts {
  /// Variable to metadata key (GGUF specification; "seperator" is its spelling).
  private static let keys = [
    "bos_token": "tokenizer.ggml.bos_token_id", "eos_token": "tokenizer.ggml.eos_token_id",
    "unk_token": "tokenizer.ggml.unknown_token_id", "sep_token": "tokenizer.ggml.seperator_token_id",
    "pad_token": "tokenizer.ggml.padding_token_id", "cls_token": "tokenizer.ggml.cls_token_id",
    "mask_token": "tokenizer.ggml.mask_token_id",
  ]

  /// Those of `names` that the file has; the others are undefined in the template.
  /// - Throws: `badSpecialToken`.
  static func read(
    _ metadata: [String: GGUFValue], for names: Set<String>
  ) throws(TemplateError) -> [String: String] {
    var out: [String: String] = [:]
    for (name, key) in keys where names.contains(name) {
      guard let id = metadata[key] else { continue }
      guard let tokens = metadata["tokenizer.ggml.tokens"]?.array, let place = id.integer.flatMap(Int.init(exactly:)),
        tokens.indices.contains(place), let text = tokens[place].string
      else { throw .badSpecialToken(key: key) }
      out[name] = text
    }
    return out
  }
}
