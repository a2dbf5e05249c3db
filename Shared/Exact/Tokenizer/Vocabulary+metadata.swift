extension Vocabulary {
  /// The vocabulary of a GGUF model file (`tokenizer.ggml.*`).
  ///
  /// Offered: model `gpt2` with pre-tokenizer `smollm`, and model `llama`; nothing but the token of the beginning of a
  /// sequence around the text. What a file asks for beyond that changes the tokens, so it is refused by its key rather
  /// than ignored.
  public init(metadata: [String: GGUFValue]) throws(TokenizerError) {
    let read = TokenizerMetadata(values: metadata)
    try read.refuseUnknownKeys()
    for name in ["add_eos_token", "add_sep_token"] {
      guard try !read.flag(name, absent: false) else {
        throw .unsupportedMetadata(key: read.key(name), value: "true", supported: "false or absent")
      }
    }
    let special = try SpecialIDs(
      beginOfSequence: read.id("bos_token_id"), endOfSequence: read.id("eos_token_id"),
      endOfTurn: read.id("eot_token_id"))
    switch try read.string("model", oneOf: ["gpt2", "llama"]) {
    case "gpt2":
      _ = try read.string("pre", oneOf: ["smollm"])
      guard try !read.flag("add_space_prefix", absent: false) else {
        throw .unsupportedMetadata(key: read.key("add_space_prefix"), value: "true", supported: "false or absent")
      }
      try self.init(
        tokens: read.list("tokens", \.strings), types: read.types(), merges: read.list("merges", \.strings),
        special: special, beginsSequence: read.flag("add_bos_token", absent: false))
    default:
      if metadata[read.key("pre")] != nil { _ = try read.string("pre", oneOf: ["default"]) }
      // Both are on unless a file says otherwise: so SentencePiece does, and files from before these keys mean it.
      try self.init(
        pieces: read.list("tokens", \.strings), scores: read.list("scores", \.floats).map { Float($0) },
        types: read.types(), spacePrefix: read.flag("add_space_prefix", absent: true), special: special,
        beginsSequence: read.flag("add_bos_token", absent: true))
    }
  }
}

/// Reads typed values under `tokenizer.ggml.`.
private struct TokenizerMetadata {
  /// Keys that change nothing here: roles of tokens that no text reaches, and what a template states anew.
  private static let roles: Set<String> = [
    "unknown_token_id", "padding_token_id", "seperator_token_id", "separator_token_id", "cls_token_id",
    "mask_token_id", "eom_token_id", "prefix_token_id", "suffix_token_id", "middle_token_id", "fim_pre_token_id",
    "fim_suf_token_id", "fim_mid_token_id", "fim_pad_token_id", "fim_rep_token_id", "fim_sep_token_id",
  ]
  private static let understood: Set<String> = [
    "model", "pre", "tokens", "token_type", "scores", "merges", "bos_token_id", "eos_token_id", "eot_token_id",
    "add_bos_token", "add_eos_token", "add_sep_token", "add_space_prefix",
  ]

  let values: [String: GGUFValue]

  func key(_ name: String) -> String { "tokenizer.ggml.\(name)" }

  func refuseUnknownKeys() throws(TokenizerError) {
    let names = values.keys.filter { $0.hasPrefix(key("")) }.map { $0.dropFirst(key("").count) }
    let unknown = names.filter { !Self.understood.contains(String($0)) && !Self.roles.contains(String($0)) }
    if let first = unknown.min() { throw .unknownMetadata(key: key(String(first))) }
  }

  func string(_ name: String, oneOf supported: [String]) throws(TokenizerError) -> String {
    guard let value = values[key(name)]?.string else { throw .missingMetadata(key: key(name)) }
    // Compared as bytes: String's == would also accept canonically equivalent spellings.
    guard supported.contains(where: { $0.utf8.elementsEqual(value.utf8) }) else {
      throw .unsupportedMetadata(key: key(name), value: value, supported: supported.joined(separator: ", "))
    }
    return value
  }

  func flag(_ name: String, absent: Bool) throws(TokenizerError) -> Bool {
    guard let value = values[key(name)] else { return absent }
    guard let flag = value.bool else { throw .missingMetadata(key: key(name)) }
    return flag
  }

  func id(_ name: String) throws(TokenizerError) -> UInt32? {
    guard let value = values[key(name)] else { return nil }
    guard let id = value.integer.flatMap(UInt32.init(exactly:)) else { throw .missingMetadata(key: key(name)) }
    return id
  }

  func list<Element>(_ name: String, _ read: (GGUFValue) -> [Element]?) throws(TokenizerError) -> [Element] {
    guard let list = values[key(name)].flatMap(read) else { throw .missingMetadata(key: key(name)) }
    return list
  }

  func types() throws(TokenizerError) -> [Int32] { try list("token_type", \.integers).map { Int32(clamping: $0) } }
}
