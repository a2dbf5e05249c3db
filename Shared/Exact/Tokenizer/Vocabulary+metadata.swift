extension Vocabulary {
  /// The vocabulary of a GGUF model file (`tokenizer.ggml.*`).
  ///
  /// Offered: model `gpt2`, pre-tokenizer `smollm`, nothing added around the text. What a file asks for beyond that
  /// changes the tokens, so it is refused by its key rather than ignored.
  public init(metadata: [String: GGUFValue]) throws(TokenizerError) {
    try Self.require("tokenizer.ggml.model", is: "gpt2", in: metadata)
    try Self.require("tokenizer.ggml.pre", is: "smollm", in: metadata)
    for name in ["add_bos_token", "add_eos_token", "add_sep_token", "add_space_prefix"] {
      let key = "tokenizer.ggml.\(name)"
      guard let value = metadata[key] else { continue }
      guard let flag = value.bool else { throw .missingMetadata(key: key) }
      if flag { throw .unsupportedMetadata(key: key, value: "true", supported: "false or absent") }
    }
    func list<Element>(
      _ key: String, _ read: (GGUFValue) -> [Element]?
    ) throws(TokenizerError) -> [Element] {
      guard let list = metadata[key].flatMap(read) else { throw .missingMetadata(key: key) }
      return list
    }
    func id(_ key: String) throws(TokenizerError) -> UInt32? {
      guard let value = metadata[key] else { return nil }
      guard let id = value.integer.flatMap(UInt32.init(exactly:)) else { throw .missingMetadata(key: key) }
      return id
    }
    try self.init(
      tokens: list("tokenizer.ggml.tokens", \.strings),
      types: list("tokenizer.ggml.token_type") { $0.integers?.map { Int32(clamping: $0) } },
      merges: list("tokenizer.ggml.merges", \.strings),
      special: SpecialIDs(
        beginOfSequence: id("tokenizer.ggml.bos_token_id"), endOfSequence: id("tokenizer.ggml.eos_token_id"),
        endOfTurn: id("tokenizer.ggml.eot_token_id")))
  }

  private static func require(
    _ key: String, is supported: String, in metadata: [String: GGUFValue]
  ) throws(TokenizerError) {
    guard let value = metadata[key]?.string else { throw .missingMetadata(key: key) }
    // Compared as bytes: String's == would also accept canonically equivalent spellings.
    guard value.utf8.elementsEqual(supported.utf8) else {
      throw .unsupportedMetadata(key: key, value: value, supported: supported)
    }
  }
}
