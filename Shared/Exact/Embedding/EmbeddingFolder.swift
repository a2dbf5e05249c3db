import Codec
import Cryptography

/// The files of an embedding model, as sentence-transformers lays them out, opened and checked.
struct EmbeddingFolder {
  let shape: BertShape
  let tokenizer: WordPieceTokenizer
  let weights: SafetensorsFile
  /// The maker's limit of tokens, never above the positions that have an embedding.
  let maxTokens: Int
  /// SHA-256 of what `sha256sum` prints for the six files in the order of their names, run in the folder.
  let identity: Digest32

  private let configs: [ConfigFile]

  init(_ folder: String) throws(EmbeddingError) {
    let config = try ConfigFile(folder: folder, name: "config.json")
    let tokenizerFile = try ConfigFile(folder: folder, name: "tokenizer.json")
    let modules = try ConfigFile(folder: folder, name: "modules.json")
    let pooling = try ConfigFile(folder: folder, name: "1_Pooling/config.json")
    let sentence = try ConfigFile(folder: folder, name: "sentence_bert_config.json")
    shape = try BertShape(config)
    tokenizer = try WordPieceTokenizer(tokenizerFile)
    guard tokenizer.vocabularyCount == shape.vocabulary else {
      throw config.unsupported(
        "vocab_size", .integer(shape.vocabulary), "\(tokenizer.vocabularyCount), as tokenizer.json")
    }
    try Self.requireMeanPooling(modules, pooling, width: shape.width)
    maxTokens = min(shape.positions, try sentence.integer("max_seq_length", in: 2...1_000_000))
    do { weights = try SafetensorsFile.open(path: "\(folder)/model.safetensors") } catch { throw .safetensors(error) }

    configs = [config, tokenizerFile, modules, pooling, sentence]
    let digests = configs.map { ($0.name, $0.digest) } + [("model.safetensors", weights.digest())]
    let lines = digests.map { "\($0.1.hex)  \($0.0)\n" }.sorted { $0.dropFirst(64) < $1.dropFirst(64) }
    identity = SHA256.hash(Array(lines.joined().utf8))
  }

  /// Transformer, mean of all tokens, L2 norm: what this engine does, and nothing else.
  private static func requireMeanPooling(
    _ modules: ConfigFile, _ pooling: ConfigFile, width: Int
  ) throws(EmbeddingError) {
    let steps = modules.json.arrayValue ?? []
    let found = steps.map { [$0["type"]?.stringValue ?? "", $0["path"]?.stringValue ?? ""] }
    let expected = [["Transformer", ""], ["Pooling", "1_Pooling"], ["Normalize", "2_Normalize"]]
    guard found == expected.map({ ["sentence_transformers.models.\($0[0])", $0[1]] }) else {
      throw modules.unsupported("the list of modules", modules.json, "Transformer, Pooling, Normalize")
    }
    try pooling.require(.integer(width), at: "word_embedding_dimension")
    try pooling.require(true, at: "pooling_mode_mean_tokens")
    for member in pooling.json.objectValue ?? [] {
      guard
        !member.name.hasPrefix("pooling_mode_") || member.name == "pooling_mode_mean_tokens"
          || member.value == false
      else { throw pooling.unsupported(member.name, member.value, "false") }
    }
  }

  /// Throws when a file changed since it was opened.
  func requireUnchanged() throws(EmbeddingError) {
    for config in configs { try config.requireUnchanged() }
    do { try weights.requireUnchanged() } catch { throw .safetensors(error) }
  }
}
