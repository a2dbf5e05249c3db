import Codec
import Cryptography
import Exact
import Foundation
import Testing

@testable import ExactReference

/// all-MiniLM-L6-v2 against a binary64 forward pass in numpy (Tests/Vectors/embeddings).
@Suite struct EmbeddingModelTests {
  struct Line: Decodable {
    var text: String
    var truncated: Bool
    var tokens: [UInt32]
    var embedding: Data

    var vector: [Double] {
      stride(from: 0, to: embedding.count, by: 4).map { start in
        let bits = (0..<4).reduce(UInt32(0)) { $0 | UInt32(embedding[start + $1]) << UInt32(8 * $1) }
        return Double(Float(bitPattern: bits))
      }
    }
  }

  static func lines() throws -> [Line] {
    try ModelFixture.vectors("embeddings/minilm.jsonl").split(separator: "\n")
      .map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
  }

  static func cosine(_ a: [Double], _ b: [Double]) -> Double {
    func dot(_ x: [Double], _ y: [Double]) -> Double { zip(x, y).reduce(0) { $0 + $1.0 * $1.1 } }
    return dot(a, b) / (dot(a, a) * dot(b, b)).squareRoot()
  }

  @Test("the model is the pinned one, with its shape and limit")
  func identity() throws {
    let model = try EmbeddingFixture.real()
    #expect(model.dimension == 384 && model.maxTokens == 256 && model.shape.layers == 6 && model.shape.heads == 12)
    // What `sha256sum` of the six files, piped into `sha256sum`, prints.
    #expect(model.identity.hex == "f30672685ec90a3dcb55a1dc6f8e2770aef8c35379a15dc32dba46681d570100")
  }

  @Test("every text has the tokens of the independent tokenizer")
  func tokens() throws {
    let model = try EmbeddingFixture.real()
    let lines = try Self.lines()
    #expect(lines.count == 28)
    for line in lines {
      #expect(try model.tokenize(line.text, truncates: true) == line.tokens, "\(line.text.prefix(60))")
      if line.truncated {
        #expect(throws: EmbeddingError.self) { try model.tokenize(line.text) }
      } else {
        #expect(try model.tokenize(line.text) == line.tokens)
      }
    }
  }

  @Test("every vector is the reference's, within a millionth of the cosine")
  func vectors() throws {
    let model = try EmbeddingFixture.real()
    let lines = try Self.lines()
    let ours = try model.embed(lines.map(\.text), truncates: true, pool: ThreadPool(threads: 2))
    #expect(ours.count == lines.count)
    var worst = 1.0
    for (line, vector) in zip(lines, ours) {
      let found = vector.map { Double($0) }
      let cosine = Self.cosine(found, line.vector)
      worst = min(worst, cosine)
      #expect(vector.count == 384 && cosine >= 0.999_999, "\(line.text.prefix(60)): \(cosine)")
      #expect(abs(found.reduce(0) { $0 + $1 * $1 } - 1) < 1e-5)
      let farthest = zip(found, line.vector).map { abs($0 - $1) }.max() ?? .infinity
      #expect(farthest < 1e-5)
    }
    print("MiniLM: \(lines.count) texts, worst cosine 1 - \(1 - worst)")
  }

  @Test("texts that mean the same are nearer than texts that do not")
  func meaning() throws {
    let vectors = try EmbeddingFixture.real().embed(
      ["The cat sat on the mat.", "A feline rested on a rug.", "Interest rates were raised by a quarter of a point."],
      pool: ThreadPool(threads: 1)
    ).map { $0.map { Double($0) } }
    #expect(Self.cosine(vectors[0], vectors[1]) > Self.cosine(vectors[0], vectors[2]) + 0.3)
  }

  @Test("kernel forms, threads and company do not change a bit of a real vector")
  func realBits() throws {
    let texts = ["The cat sat on the mat.", "naïve café", "", String(repeating: "one two ", count: 70)]
    let model = try EmbeddingFixture.real()
    let expected = try model.embed(texts, pool: ThreadPool(threads: 1)).map { bits($0) }
    #expect(try model.embed(texts, pool: ThreadPool(threads: 3)).map { bits($0) } == expected)
    for (text, own) in zip(texts, expected) {
      #expect(try model.embed([text], pool: ThreadPool(threads: 2)).map { bits($0) } == [own])
    }
    let folder = try EmbeddingFixture.realFolder()
    for kernel in KernelChoice.available where kernel != model.kernel {
      let other = try EmbeddingModel.load(folder: folder, kernel: kernel, threads: 2)
      let short = kernel == .scalar ? 3 : 4
      let found = try other.embed(Array(texts[..<short]), pool: ThreadPool(threads: 2)).map { bits($0) }
      #expect(found == Array(expected[..<short]), "\(kernel)")
      #expect(other.identity == model.identity)
    }
  }
}
