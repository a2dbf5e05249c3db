import Cryptography
import Foundation
import TestKit
import Testing

@testable import Exact
@testable import ExactReference

@Suite struct GGUFFileTests {
  static func parse(_ bytes: [UInt8]) throws(GGUFError) -> GGUFHeader {
    // Exactly sized heap memory, so that a read past the end is one a sanitizer sees.
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, bytes.count), alignment: 16)
    defer { memory.deallocate() }
    memory.copyBytes(from: bytes)
    return try GGUFHeader(parsing: UnsafeRawBufferPointer(rebasing: memory[..<bytes.count]))
  }

  static func tensor(_ name: String, _ dimensions: [UInt64], type: UInt32 = 0, bytes: Int = 64) -> GGUFWriter.Tensor {
    .init(name: name, dimensions: dimensions, type: type, bytes: [UInt8](repeating: 0, count: bytes))
  }

  static func one(_ tensor: GGUFWriter.Tensor) -> [UInt8] {
    var writer = GGUFWriter()
    writer.tensors = [tensor]
    return writer.bytes()
  }

  /// A pair with a value given byte by byte.
  static func raw(_ key: String, type: UInt32, _ value: [UInt8]) -> [UInt8] {
    var writer = GGUFWriter()
    writer.pairCount = 1
    writer.rawPairs.append(text: key)
    writer.rawPairs.append(little: type)
    writer.rawPairs += value
    return writer.bytes()
  }

  static func little<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
    var out: [UInt8] = []
    out.append(little: value)
    return out
  }

  @Test("every kind of value and a tensor read back")
  func roundTrip() throws {
    var writer = GGUFWriter()
    writer.alignment = 64
    writer.pairs = [
      ("general.alignment", .uint32(64)), ("a", .uint8(200)), ("b", .int8(-3)), ("c", .uint16(60_000)),
      ("d", .int16(-9)), ("e", .int32(-70_000)), ("f", .float32(1.5)), ("g", .bool(true)), ("h", .string("ẞ")),
      ("i", .array([.string("x"), .string("")])), ("j", .uint64(.max)), ("k", .int64(.min)), ("l", .float64(-0.25)),
      ("m", .array([])), ("n", .array([.array([.int8(1)]), .array([.int8(2)])])),
    ]
    writer.tensors = [Self.tensor("t", [8, 2]), Self.tensor("u", [32], type: 8, bytes: 34)]
    let file = try TemporaryFile(writer.bytes())
    let opened = try file.use { try GGUFFile.open(path: $0) }
    #expect(opened.metadata == Dictionary(uniqueKeysWithValues: writer.pairs.map { ($0.key, $0.value) }))
    #expect(opened.tensors.map(\.name) == ["t", "u"])
    #expect(opened.tensor(named: "u")?.type == .q8_0 && opened.tensor(named: "u")?.dimensions == [32])
    #expect(opened.tensors.allSatisfy { $0.offset % 64 == 0 })
    #expect(opened.tensors[1].offset - opened.tensors[0].offset == 64 && opened.tensors[1].byteCount == 34)
    #expect(opened.metadata["a"]?.integer == 200 && opened.metadata["j"]?.integer == nil)
    #expect(opened.metadata["i"]?.strings == ["x", ""] && opened.metadata["i"]?.integers == nil)
    #expect(opened.digest() == SHA256.hash(writer.bytes()))
  }

  @Test("a file cut at any byte is refused")
  func truncation() throws {
    let whole = ModelFixture.synthetic(.q4_0).bytes()
    let header = whole.count - 40_000
    for length in Array(0..<min(2_000, header)) + [whole.count - 1, whole.count / 2] {
      #expect(throws: GGUFError.self) { try Self.parse(Array(whole[..<length])) }
    }
    _ = try Self.parse(whole)
  }

  @Test("magic and version are checked")
  func magic() {
    var writer = GGUFWriter()
    writer.magic = 0x4747_5546
    #expect(throws: GGUFError.badMagic(0x4747_5546)) { try Self.parse(writer.bytes()) }
    for version: UInt32 in [0, 1, 2, 4, 0x0300_0000] {
      writer = GGUFWriter()
      writer.version = version
      #expect(throws: GGUFError.unsupportedVersion(version)) { try Self.parse(writer.bytes()) }
    }
  }

  @Test("counts over their limits are named before anything is read")
  func counts() {
    var writer = GGUFWriter()
    for count: UInt64 in [65_537, .max] {
      writer.tensorCount = count
      #expect(throws: GGUFError.limitExceeded(field: "the number of tensors", value: count, limit: 65_536)) {
        try Self.parse(writer.bytes())
      }
    }
    writer = GGUFWriter()
    writer.pairCount = 1 << 40
    #expect(throws: GGUFError.limitExceeded(field: "the number of metadata pairs", value: 1 << 40, limit: 65_536)) {
      try Self.parse(writer.bytes())
    }
    writer.pairCount = 65_536
    #expect(throws: GGUFError.self) { try Self.parse(writer.bytes()) }
  }

  @Test("lengths of keys, strings and arrays are held to limits and to the file")
  func lengths() {
    var writer = GGUFWriter()
    writer.pairs = [(String(repeating: "k", count: 1_025), .bool(true))]
    #expect(throws: GGUFError.limitExceeded(field: "the length of metadata key 0", value: 1_025, limit: 1_024)) {
      try Self.parse(writer.bytes())
    }
    writer.pairs = [("", .bool(true))]
    #expect(throws: GGUFError.emptyName(field: "metadata key 0")) { try Self.parse(writer.bytes()) }
    for length: UInt64 in [(16 << 20) + 1, 1 << 63, .max] {
      let limit: UInt64 = 16 << 20
      #expect(throws: GGUFError.limitExceeded(field: "the length of the value of s", value: length, limit: limit)) {
        try Self.parse(Self.raw("s", type: 8, Self.little(length)))
      }
    }
    #expect(throws: GGUFError.truncated(field: "the value of s", offset: 45, needed: 100, fileSize: 45)) {
      try Self.parse(Self.raw("s", type: 8, Self.little(UInt64(100))))
    }
    for length: UInt64 in [(4 << 20) + 1, .max] {
      #expect(throws: GGUFError.limitExceeded(field: "the length of array s", value: length, limit: 4 << 20)) {
        try Self.parse(Self.raw("s", type: 9, Self.little(UInt32(4)) + Self.little(length)))
      }
    }
    #expect(throws: GGUFError.truncated(field: "array s", offset: 49, needed: 16_000_000, fileSize: 49)) {
      try Self.parse(Self.raw("s", type: 9, Self.little(UInt32(10)) + Self.little(UInt64(2_000_000))))
    }
  }

  @Test("arrays nested too deep are refused")
  func nesting() {
    var value = GGUFValue.array([.bool(true)])
    var writer = GGUFWriter()
    for depth in 2...6 {
      value = .array([value])
      writer.pairs = [("deep", value)]
      if depth <= 4 {
        #expect(throws: Never.self) { try Self.parse(writer.bytes()) }
      } else {
        #expect(throws: GGUFError.limitExceeded(field: "the nesting of arrays in deep", value: 5, limit: 4)) {
          try Self.parse(writer.bytes())
        }
      }
    }
  }

  @Test("bad value types, booleans and UTF-8 are named")
  func badValues() {
    #expect(throws: GGUFError.unknownValueType(key: "v", type: 13)) {
      try Self.parse(Self.raw("v", type: 13, Self.little(UInt64(0))))
    }
    #expect(throws: GGUFError.unknownValueType(key: "v", type: 99)) {
      try Self.parse(Self.raw("v", type: 9, Self.little(UInt32(99)) + Self.little(UInt64(0))))
    }
    #expect(throws: GGUFError.badBoolean(key: "v", value: 2)) { try Self.parse(Self.raw("v", type: 7, [2])) }
    #expect(throws: GGUFError.invalidUTF8(field: "the value of v")) {
      try Self.parse(Self.raw("v", type: 8, Self.little(UInt64(2)) + [0xc3, 0x28]))
    }
  }

  @Test("duplicate keys and tensors are named")
  func duplicates() {
    var writer = GGUFWriter()
    writer.pairs = [("a", .bool(true)), ("b", .bool(true)), ("a", .bool(false))]
    #expect(throws: GGUFError.duplicateKey("a")) { try Self.parse(writer.bytes()) }
    writer = GGUFWriter()
    writer.tensors = [Self.tensor("t", [16]), Self.tensor("t", [16])]
    #expect(throws: GGUFError.duplicateTensor("t")) { try Self.parse(writer.bytes()) }
  }

  @Test(
    "an alignment that is no power of two up to 65536 is refused", arguments: [0, 3, 48, 65_537, 131_072] as [UInt32])
  func alignment(value: UInt32) {
    var writer = GGUFWriter()
    writer.pairs = [("general.alignment", .uint32(value))]
    #expect(throws: GGUFError.badAlignment(UInt64(value))) { try Self.parse(writer.bytes()) }
  }

  @Test("paths that are no readable regular file are refused")
  func paths() throws {
    let folder = FileManager.default.temporaryDirectory.path
    #expect(throws: GGUFError.notARegularFile(path: folder)) { try GGUFFile.open(path: folder) }
    #expect(throws: GGUFError.unreadable(path: "/nonexistent/model", operation: "open", errno: ENOENT)) {
      try GGUFFile.open(path: "/nonexistent/model")
    }
    let empty = try TemporaryFile([])
    #expect(throws: GGUFError.truncated(field: "the header", offset: 0, needed: 24, fileSize: 0)) {
      try empty.use { try GGUFFile.open(path: $0) }
    }
  }

  @Test("a file that was written to after it was opened is noticed")
  func changed() throws {
    let file = try TemporaryFile(ModelFixture.synthetic(.q4_0).bytes())
    let opened = try file.use { try GGUFFile.open(path: $0) }
    try opened.requireUnchanged()
    try file.use { path in
      let handle = try #require(FileHandle(forWritingAtPath: path))
      try handle.seekToEnd()
      try handle.write(contentsOf: Data([1]))
      try handle.close()
      #expect(throws: GGUFError.changedWhileOpen(path: path)) { try opened.requireUnchanged() }
    }
  }

  @Test("random changes of bytes never do worse than an error, in parsing, loading or running")
  func flips() throws {
    let clean = ModelFixture.synthetic(.q4_1).bytes()
    let seed: UInt64 = 20_240_607
    var random = SplitMix64(state: seed)
    let header = 2_400
    var (refused, loaded, ran) = (0, 0, 0)
    let pool = try ThreadPool(threads: 1)
    for round in 0..<3_000 {
      var bytes = clean
      for _ in 0..<(1 + round % 3) {
        // Most of the changes hit the header, where the lengths are.
        let end = round % 8 == 0 ? bytes.count : header
        bytes[Int.random(in: 0..<end, using: &random)] = UInt8.random(in: .min ... .max, using: &random)
      }
      do { _ = try Self.parse(bytes) } catch {
        refused += 1
        continue
      }
      guard round % 4 == 0 else { continue }
      let file = try TemporaryFile(bytes)
      do {
        let model = try file.use { try Model.load(path: $0, threads: 1) }
        loaded += 1
        let session = try Session(model: model, pool: pool, contextLimit: min(16, model.shape.contextLength))
        try session.append([1, 2, 3], rowsFrom: 0) { _, _, _ in }
        ran += 1
      } catch is ModelError {}
    }
    print("gguf flips: seed \(seed), 3000 files, \(refused) refused by the parser, \(loaded) loaded, \(ran) ran")
    #expect(refused > 500 && loaded > 50 && ran > 10)
  }
}
