import Exact
import TestKit
import Testing

@testable import ExactReference

/// A small encoder over every combination, and what it refuses.
@Suite struct EmbeddingBitsTests {
  static func model(_ folder: TemporaryFolder, _ kernel: KernelChoice = .automatic) throws -> EmbeddingModel {
    try EmbeddingModel.load(folder: folder.path, kernel: kernel, threads: 2)
  }

  static func weights(_ files: [String: [UInt8]]) throws -> SafetensorsFile {
    let file = try TemporaryFile(files["model.safetensors"] ?? [])
    return try file.use { try SafetensorsFile.open(path: $0) }
  }

  /// Texts of 1 to 140 tokens.
  static func texts() -> [[UInt32]] {
    var random = SplitMix64(state: 77)
    return [1, 2, 3, 15, 16, 17, 63, 64, 65, 128, 139, 140, 7, 7].map { count in
      (0..<count).map { _ in UInt32(random.next() % UInt64(EmbeddingFixture.words.count)) }
    }
  }

  @Test("kernel forms, threads, order and company do not change a bit")
  func bitsEqual() throws {
    let folder = try TemporaryFolder(EmbeddingFixture.files())
    let texts = Self.texts()
    let expected = try Self.model(folder, .scalar).embed(tokens: texts, pool: ThreadPool(threads: 1)).map { bits($0) }
    #expect(Set(expected.map { $0.first ?? 0 }).count > 10)
    for kernel in KernelChoice.available {
      let model = try Self.model(folder, kernel)
      for threads in [1, 2, 3, 8] {
        let pool = try ThreadPool(threads: threads)
        #expect(try model.embed(tokens: texts, pool: pool).map { bits($0) } == expected, "\(kernel), \(threads)")
        #expect(
          try model.embed(tokens: texts.reversed(), pool: pool).reversed().map { bits($0) } == expected,
          "\(kernel), \(threads), reversed")
        for (text, own) in zip(texts, expected) {
          #expect(try model.embed(tokens: [text], pool: pool).map { bits($0) } == [own])
        }
      }
    }
  }

  @Test("no texts give no vectors, an empty text gives that of its marks")
  func empty() throws {
    let model = try Self.model(TemporaryFolder(EmbeddingFixture.files()))
    let pool = try ThreadPool(threads: 1)
    #expect(try model.embed([], pool: pool) == [])
    #expect(try model.embed([""], pool: pool) == model.embed(tokens: [[2, 3]], pool: pool))
  }

  @Test("weights in F16 and BF16 give what their widened values give, other types are refused by name")
  func narrowWeights() throws {
    var files = EmbeddingFixture.files()
    let source = try Self.weights(files)
    for type in [SafetensorsDataType.f16, .bf16] {
      var (narrow, wide) = (SafetensorsWriter(), SafetensorsWriter())
      for tensor in source.tensors {
        var values = [Float](repeating: 0, count: tensor.count)
        try source.read(tensor, into: &values)
        // Cut to 8 significant bits, which both types hold.
        let cut = values.map { abs($0) < 0x1p-13 ? 0 : Float(bitPattern: $0.bitPattern & 0xffff_0000) }
        wide.add(tensor.name, tensor.shape, cut)
        narrow.add(tensor.name, tensor.shape, cut, as: type)
      }
      files["model.safetensors"] = wide.bytes()
      let expected = try Self.model(TemporaryFolder(files))
      files["model.safetensors"] = narrow.bytes()
      let found = try Self.model(TemporaryFolder(files))
      let pool = try ThreadPool(threads: 1)
      #expect(try bits(found.embed(["the cat"], pool: pool)[0]) == bits(expected.embed(["the cat"], pool: pool)[0]))
    }
    files = EmbeddingFixture.files()
    files["model.safetensors"]?.replace("\"F32\"", with: "\"I32\"")
    #expect(
      throws: EmbeddingError.safetensors(
        .unsupportedDataType(
          tensor: "embeddings.word_embeddings.weight", type: .i32, supported: [.f32, .f16, .bf16]))
    ) { try Self.model(TemporaryFolder(files)) }
  }

  @Test("limits are errors that name text and limit")
  func limits() throws {
    let model = try Self.model(TemporaryFolder(EmbeddingFixture.files()))
    let pool = try ThreadPool(threads: 1)
    let long = String(repeating: "x ", count: 139)
    #expect(throws: EmbeddingError.tooManyTokens(index: 1, tokens: 141, limit: 140)) {
      try model.embed(["x", long], pool: pool)
    }
    #expect(try model.tokenize(long, truncates: true).count == 140)
    #expect(try model.tokenize(long, truncates: true).last == 3)
    #expect(try model.embed([long], truncates: true, pool: pool).count == 1)
    #expect(throws: EmbeddingError.tooManyTexts(2_049, limit: 2_048)) {
      try model.embed([String](repeating: "", count: 2_049), pool: pool)
    }
    #expect(throws: EmbeddingError.tooManyTexts(2_049, limit: 2_048)) {
      try model.embed(tokens: [[UInt32]](repeating: [2], count: 2_049), pool: pool)
    }
    let bytes = WordPieceTokenizer.textBytesMax + 1
    #expect(throws: EmbeddingError.textTooLong(index: 0, bytes: bytes, limit: bytes - 1)) {
      try model.embed([String(repeating: " ", count: bytes)], truncates: true, pool: pool)
    }
    #expect(throws: EmbeddingError.noTokens(index: 1)) { try model.embed(tokens: [[2], []], pool: pool) }
    #expect(throws: EmbeddingError.tokenOutsideVocabulary(token: 30, index: 0, vocabulary: 30)) {
      try model.embed(tokens: [[2, 30]], pool: pool)
    }
    #expect(throws: EmbeddingError.tooManyTokens(index: 0, tokens: 141, limit: 140)) {
      try model.embed(tokens: [[UInt32](repeating: 5, count: 141)], pool: pool)
    }
  }

  @Test("numbers that overflow fail the call and name the stage, on every form")
  func overflow() throws {
    var files = EmbeddingFixture.files()
    var weights = SafetensorsWriter()
    // The fixture's weights, but a feed-forward so large that its product overflows.
    let file = try Self.weights(files)
    for tensor in file.tensors {
      var values = [Float](repeating: 0, count: tensor.count)
      try file.read(tensor, into: &values)
      let isLarge = tensor.name == "encoder.layer.1.intermediate.dense.weight"
      weights.add(tensor.name, tensor.shape, isLarge ? values.map { $0 * 1e38 * 3 } : values)
    }
    files["model.safetensors"] = weights.bytes()
    let folder = try TemporaryFolder(files)
    for kernel in KernelChoice.available {
      #expect(throws: EmbeddingError.nonFinite(stage: "the output norm", layer: 1)) {
        try Self.model(folder, kernel).embed(["the cat sat"], pool: ThreadPool(threads: 2))
      }
    }
  }
}
