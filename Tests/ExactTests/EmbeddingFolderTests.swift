import Codec
import Cryptography
import Exact
import Foundation
import Testing

@testable import ExactReference

/// Every file of an encoder's folder that says something this engine does not do is refused by name.
@Suite struct EmbeddingFolderTests {
  static func refusal(_ files: [String: [UInt8]]) throws -> EmbeddingError? {
    let folder = try TemporaryFolder(files)
    do throws(EmbeddingError) { _ = try EmbeddingModel.load(folder: folder.path, threads: 1) } catch { return error }
    return nil
  }

  /// The fixture with `old` replaced by `new` in one file; `old` must be there.
  static func changed(_ file: String, _ old: String, _ new: String) throws -> EmbeddingError? {
    var files = EmbeddingFixture.files()
    let text = String(decoding: files[file] ?? [], as: UTF8.self)
    #expect(text.contains(old), "\(old) in \(file)")
    files[file] = Array(text.replacingOccurrences(of: old, with: new).utf8)
    return try refusal(files)
  }

  @Test("the fixture itself is accepted, and its identity changes with any file")
  func identity() throws {
    let files = EmbeddingFixture.files()
    func identity(_ files: [String: [UInt8]]) throws -> String {
      let folder = try TemporaryFolder(files)
      return try EmbeddingModel.load(folder: folder.path, threads: 1).identity.hex
    }
    let own = try identity(files)
    #expect(try identity(files) == own)
    for name in files.keys where name.hasSuffix(".json") {
      var other = files
      other[name]?.append(0x20)
      #expect(try identity(other) != own, "\(name)")
    }
    var other = files
    let count = other["model.safetensors"]?.count ?? 0
    other["model.safetensors"]?[count - 4] ^= 1
    #expect(try identity(other) != own)
  }

  @Test("a missing file is named")
  func missing() throws {
    for name in EmbeddingFixture.files().keys.sorted() {
      var files = EmbeddingFixture.files()
      files[name] = nil
      let text = try #require(try Self.refusal(files)).description
      #expect(text.contains(name) && text.contains("errno 2"), "\(text)")
    }
  }

  @Test("a file that is no JSON is named, and one that is too large is not read")
  func json() throws {
    for name in EmbeddingFixture.files().keys.sorted() where name.hasSuffix(".json") {
      var files = EmbeddingFixture.files()
      files[name] = Array("{".utf8)
      #expect(try Self.refusal(files) == .json(file: name, .unexpectedEnd(offset: 1)))
      files[name] = [UInt8](repeating: 0x20, count: (16 << 20) + 1)
      guard case .json(file: name, .limit(let limited, _, _, _)) = try Self.refusal(files) else {
        Issue.record("\(name) was read")
        continue
      }
      #expect(limited == "the number of bytes")
    }
  }

  @Test(
    "a configuration of another computation is refused by member",
    arguments: [
      ("\"bert\"", "\"roberta\"", "model_type"), ("\"gelu\"", "\"gelu_new\"", "hidden_act"),
      ("\"model_type\"", "\"position_embedding_type\":\"relative_key\",\"model_type\"", "position_embedding_type"),
      ("\"model_type\"", "\"is_decoder\":true,\"model_type\"", "is_decoder"),
      ("layers\":2", "layers\":0", "num_hidden_layers"), ("layers\":2", "layers\":129", "num_hidden_layers"),
      ("layers\":2", "layers\":2.0", "num_hidden_layers"), ("heads\":4", "heads\":3", "num_attention_heads"),
      ("heads\":4", "heads\":8", "num_attention_heads"), ("size\":64", "size\":48", "num_attention_heads"),
      ("size\":96", "size\":97", "intermediate_size"), ("size\":96", "size\":-96", "intermediate_size"),
      ("e-12", "e-99", "layer_norm_eps"), ("1e-12", "-1", "layer_norm_eps"), ("1e-12", "\"1e-12\"", "layer_norm_eps"),
      ("embeddings\":150", "embeddings\":1", "max_position_embeddings"), ("size\":2", "size\":0", "type_vocab_size"),
      ("vocab_size\":30", "vocab_size\":31", "vocab_size"), ("\"vocab_size\":30,", "", "vocab_size"),
    ])
  func config(_ old: String, _ new: String, _ member: String) throws {
    guard case .unsupported("config.json", member, _, _) = try Self.changed("config.json", old, new) else {
      Issue.record("\(new) was not refused by the name \(member)")
      return
    }
  }

  @Test("other poolings and modules are refused by member")
  func pooling() throws {
    for (file, old, new, member) in [
      ("1_Pooling/config.json", "cls_token\":false", "cls_token\":true", "pooling_mode_cls_token"),
      ("1_Pooling/config.json", "mean_tokens\":true", "mean_tokens\":false", "pooling_mode_mean_tokens"),
      (
        "1_Pooling/config.json", "mean_tokens\":true", "mean_tokens\":true,\"pooling_mode_lasttoken\":true",
        "pooling_mode_lasttoken"
      ),
      ("1_Pooling/config.json", "64", "32", "word_embedding_dimension"),
      ("modules.json", ".Normalize", ".Dense", "the list of modules"),
      ("modules.json", "1_Pooling", "../1_Pooling", "the list of modules"),
      ("sentence_bert_config.json", "140", "1", "max_seq_length"),
      ("sentence_bert_config.json", "140", "\"140\"", "max_seq_length"),
    ] {
      guard case .unsupported(file, member, _, _) = try Self.changed(file, old, new) else {
        Issue.record("\(new) was not refused by the name \(member)")
        continue
      }
    }
  }

  @Test("other tokenizers are refused by member")
  func tokenizer() throws {
    for (old, new, member) in [
      ("\"WordPiece\"", "\"BPE\"", "model.type"), ("\"BertNormalizer\"", "\"NFC\"", "normalizer.type"),
      ("\"clean_text\":true", "\"clean_text\":false", "normalizer.clean_text"),
      ("\"lowercase\":true", "\"lowercase\":false", "normalizer.lowercase"),
      ("\"strip_accents\":null", "\"strip_accents\":false", "normalizer.strip_accents"),
      ("\"handle_chinese_chars\":true", "\"x\":true", "normalizer.handle_chinese_chars"),
      ("\"BertPreTokenizer\"", "\"Whitespace\"", "pre_tokenizer.type"),
      ("\"unk_token\":\"[UNK]\"", "\"unk_token\":\"<unk>\"", "model.unk_token"),
      ("\"continuing_subword_prefix\":\"##\"", "\"continuing_subword_prefix\":\"\"", "model.continuing_subword_prefix"),
      ("\"TemplateProcessing\"", "\"BertProcessing\"", "post_processor.type"),
      ("{\"SpecialToken\":{\"id\":\"[CLS]\",\"type_id\":0}},", "", "post_processor.single"),
      ("\"max_input_chars_per_word\":100", "\"max_input_chars_per_word\":0", "model.max_input_chars_per_word"),
      ("\"vocab\"", "\"vocabulary\"", "model.vocab"),
    ] {
      guard case .unsupported("tokenizer.json", member, _, _) = try Self.changed("tokenizer.json", old, new) else {
        Issue.record("\(new) was not refused by the name \(member)")
        continue
      }
    }
  }

  @Test("a vocabulary that is inconsistent is refused")
  func vocabulary() throws {
    #expect(try Self.changed("tokenizer.json", "\"the\":5", "\"the\":6") == .duplicateTokenID(6))
    #expect(
      try Self.changed("tokenizer.json", "\"the\":5", "\"the\":30")
        == .tokenIDOutOfRange(token: "the", id: "30", count: 30))
    #expect(
      try Self.changed("tokenizer.json", "\"the\":5", "\"the\":-1")
        == .tokenIDOutOfRange(token: "the", id: "-1", count: 30))
    #expect(try Self.changed("tokenizer.json", "\"[CLS]\":2", "\"[cls]\":2") == .missingToken("[CLS]"))
    #expect(try Self.changed("tokenizer.json", "\"[SEP]\":3", "\"[sep]\":3") == .missingToken("[SEP]"))
    var files = EmbeddingFixture.files()
    files["tokenizer.json"] = Array(EmbeddingFixture.tokenizer([]).text.utf8)
    #expect(try Self.refusal(files) == .vocabularyCount(0, limit: WordPieceTokenizer.vocabularyMax))
  }

  @Test("tensors that are missing, left over, of another shape or not finite are refused by name")
  func tensors() throws {
    let file = "model.safetensors"
    func changed(_ old: String, _ new: String) throws -> EmbeddingError? {
      var files = EmbeddingFixture.files()
      files[file]?.replace(old, with: new)
      return try Self.refusal(files)
    }
    #expect(
      try changed("layer.1.output.dense.bias", "layer.1.output.dense.bIas")
        == .safetensors(.missingTensor("encoder.layer.1.output.dense.bias")))
    #expect(
      try changed("\"shape\":[64, 96]", "\"shape\":[96, 64]")
        == .safetensors(
          .wrongShape(tensor: "encoder.layer.0.output.dense.weight", found: [96, 64], expected: [64, 96])))
    var files = EmbeddingFixture.files()
    let config = String(decoding: files["config.json"] ?? [], as: UTF8.self)
    files["config.json"] = Array(config.replacingOccurrences(of: "layers\":2", with: "layers\":1").utf8)
    guard case .unexpectedTensor(let name) = try Self.refusal(files) else {
      Issue.record("the second layer was left over unseen")
      return
    }
    #expect(name.hasPrefix("encoder.layer.1."))
    files = EmbeddingFixture.files()
    let count = files[file]?.count ?? 0
    files[file]?.replaceSubrange(count - 4..<count, with: [0, 0, 0x80, 0x7f])
    #expect(try Self.refusal(files) == .nonFiniteWeight(tensor: "encoder.layer.1.output.LayerNorm.bias"))
  }
}

extension [UInt8] {
  /// Replaces the first occurrence of a text by another of as many bytes.
  mutating func replace(_ old: String, with new: String) {
    let (old, new) = (Array(old.utf8), Array(new.utf8))
    precondition(old.count == new.count)
    guard let start = (0...count - old.count).first(where: { self[$0..<$0 + old.count].elementsEqual(old) }) else {
      preconditionFailure("the text is not there")
    }
    replaceSubrange(start..<start + new.count, with: new)
  }
}
