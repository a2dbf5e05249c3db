import Codec
import Cryptography
import Testing

@testable import Receipts

/// Shards and hashes: what a list may be, and what a statement may say of it.
@Suite struct ModelShardTests {
  private let vectors: ModelVectors

  init() throws { vectors = try ModelVectors() }

  private func list(
    _ shards: [(String, Int, Int)?], _ serialization: ModelSerialization? = nil, byteCount: Int = 32
  ) throws -> ModelResources {
    let digest = [UInt8](repeating: 0, count: byteCount)
    return try ModelResources(
      model: "m", serialization: serialization ?? ModelSerialization(hash: .sha256, shardSize: 10),
      resources: shards.map { item in
        guard let (path, start, end) = item else { return .init(path: "whole", digest: digest) }
        return .init(path: path, shard: .init(start: start, end: end), digest: digest)
      })
  }

  @Test("the shards of a file are all of it, in any order of being listed")
  func sequences() throws {
    let good: [[(String, Int, Int)]] = [
      [("a", 0, 10)], [("a", 0, 1)], [("a", 0, 10), ("a", 10, 15)], [("a", 10, 15), ("b", 0, 3), ("a", 0, 10)],
      [(".", 0, 10), (".", 10, 20)], [("a", 0, 10), ("a/b", 0, 10)],
    ]
    for shards in good { #expect(try list(shards).resources.count == shards.count) }
    #expect(try list(good[3]).resources.map(\.name) == ["a:0:10", "a:10:15", "b:0:3"])
    let bad: [[(String, Int, Int)]] = [
      // A gap, at the beginning or within; twice; overlapping; of no byte, or fewer; too long; short and not the last.
      [("a", 10, 20)], [("a", 0, 10), ("a", 20, 25)], [("a", 0, 10), ("a", 0, 10)], [("a", 0, 10), ("a", 5, 15)],
      [("a", 0, 0)], [("a", 0, -1)], [("a", -10, 0)], [("a", 0, 11)], [("a", 0, 5), ("a", 5, 10)],
      [("a", 0, 10), ("b", 10, 20)], [("a", 0, 10), ("a", 10, 10)], [("a", .min, .max)],
    ]
    for shards in bad {
      #expect(refusal { _ = try list(shards) }.contains("does not follow the shard before it"), "\(shards)")
    }
    #expect(refusal { _ = try list([("a:b", 0, 10)]) }.contains("no path below"))
    #expect(refusal { _ = try list([(".", 0, 10), ("a", 0, 10)]) }.contains("no path below"))
    for (shards, form) in [([nil], nil), ([("a", 0, 10)], .files)] as [([(String, Int, Int)?], ModelSerialization?)] {
      #expect(refusal { _ = try list(shards, form) }.contains("of another method"))
    }
    // A colon means something in the names of shards alone.
    let digest = [UInt8](repeating: 0, count: 32)
    #expect(try ModelResources(model: "m", resources: [.init(path: "a:0:1", digest: digest)]).resources.count == 1)
  }

  @Test("a digest is as long as its hash makes it")
  func lengths() throws {
    for (hash, count) in [(.sha256, 32), (.blake2b, 64)] as [(ModelSerialization.Hash, Int)] {
      let form = ModelSerialization(hash: hash)
      for length in [count - 1, count, count + 1, 96 - count] {
        #expect(refusal { _ = try list([nil], form, byteCount: length) }.isEmpty == (length == count))
      }
    }
  }

  @Test("a shard has 1 to 2^53 - 1 bytes, and a file no more shards than a model may have")
  func sizes() throws {
    for size in [1, ModelSerialization.shardSizeMax] {
      #expect(try ModelSerialization(hash: .sha256, shardSize: size).shardSize == size)
    }
    for size in [0, -1, .min, .max, 1 << 53] {
      #expect(refusal { _ = try ModelSerialization(hash: .sha256, shardSize: size) }.contains("shard_size"))
    }
    func shards(_ count: Int) throws -> Int {
      var digests = ModelFileDigests(path: "a", serialization: try ModelSerialization(hash: .sha256, shardSize: 1))
      try [UInt8](repeating: 0, count: count).withUnsafeBytes { try digests.update($0) }
      return try digests.finish().count
    }
    #expect(try shards(100_000) == 100_000)
    #expect(refusal { _ = try shards(100_001) }.contains("above the limit of 100000"))
  }

  @Test("an empty file has a digest, and no shard")
  func empty() throws {
    for (method, count) in [("files", 1), ("shards", 0)] {
      let digests = ModelFileDigests(path: "a", serialization: try ModelVectors.serialization(method, .sha256))
      #expect(try digests.finish().map(\.digest) == Array(repeating: SHA256.hash([]).bytes, count: count))
    }
  }

  @Test(
    "a statement about shards that says it in another way is refused",
    arguments: [
      ("\"shard_size\":10", "\"shard_size\":0"), ("\"shard_size\":10", "\"shard_size\":-10"),
      ("\"shard_size\":10", "\"shard_size\":9007199254740992"), ("\"shard_size\":10", "\"shard_size\":1e1"),
      ("\"shard_size\":10", "\"shard_size\":10.5"), ("\"shard_size\":10", "\"shard_size\":\"10\""),
      ("\"shard_size\":10", "\"shard_sizes\":10"), ("\"shard_size\":10", "\"shard_size\":11"),
      ("\"shard_size\":10", "\"shard_size\":99999999999999999999"), ("\"shards\"", "\"files\""),
      ("\"shards\"", "\"tensors\""), ("\"shards\"", "1"), ("\"hash_type\":\"sha256\"", "\"hash_type\":\"blake2b\""),
      ("\"hash_type\":\"sha256\"", "\"hash_type\":\"SHA256\""), ("\"hash_type\"", "\"hash\""),
      ("sha256-sharded-10", "sha256"), ("a/b:0:10", "a/b:00:10"), ("a/b:0:10", "a/b:+0:10"), ("a/b:0:10", "a/b:0"),
      ("a/b:0:10", "a/b:0:10:10"), ("a/b:0:10", "a/b:0:ten"), ("a/b:0:10", "a/b:x:10"), ("a/b:0:10", ":0:10"),
      ("a/b:0:10", "a/b:0:9"), ("a/b:0:10", "a/c:0:10"), ("weights.bin:20:30", "weights.bin:20:31"),
    ])
  func statements(from: String, to: String) throws {
    let text = String(
      decoding: try vectors.list(ModelVectors.serialization("shards", .sha256)).statement(), as: UTF8.self)
    #expect(text.contains(from))
    let changed = try vectors.signed(text.replacing(from, with: to, maxReplacements: 1))
    #expect(throws: ReceiptError.self) { try ModelSignature.verify(changed, key: vectors.key.publicKey) }
  }

  @Test("a size that went through a float is the same size; digests of one hash are not those of another")
  func spellings() throws {
    let list = try vectors.list(ModelVectors.serialization("shards", .sha256))
    let text = String(decoding: try list.statement(), as: UTF8.self)
    let float = try vectors.signed(text.replacing("\"shard_size\":10", with: "\"shard_size\":10.0"))
    #expect(try ModelSignature.verify(float, key: vectors.key.publicKey) == list)
    let renamed = text.replacing("\"hash_type\":\"sha256\"", with: "\"hash_type\":\"blake2b\"")
      .replacing("sha256-sharded-10", with: "blake2b-sharded-10")
    #expect(
      refusal { _ = try ModelSignature.verify(vectors.signed(renamed), key: vectors.key.publicKey) }
        .contains("has a digest that is no blake2b"))
  }
}
