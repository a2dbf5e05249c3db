import Codec
import Foundation
import TestKit
import Testing

@testable import Exact
@testable import ExactReference

@Suite struct SafetensorsFileTests {
  /// A file with this header text and as many zero bytes of data.
  static func file(_ header: String, data: Int = 0, length: UInt64? = nil) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(little: length ?? UInt64(header.utf8.count))
    return bytes + Array(header.utf8) + [UInt8](repeating: 0, count: data)
  }

  /// One F32 tensor `t` with the given members.
  static func one(_ shape: String, _ offsets: String, type: String = "F32", data: Int) -> [UInt8] {
    file(#"{"t":{"dtype":"\#(type)","shape":\#(shape),"data_offsets":\#(offsets)}} "#.padded(), data: data)
  }

  static func parse(_ bytes: [UInt8]) throws(SafetensorsError) -> SafetensorsHeader {
    // Exactly sized heap memory, so that a read past the end is one a sanitizer sees.
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, bytes.count), alignment: 16)
    defer { memory.deallocate() }
    memory.copyBytes(from: bytes)
    return try SafetensorsHeader(parsing: UnsafeRawBufferPointer(rebasing: memory[..<bytes.count]))
  }

  static func refusal(_ bytes: [UInt8]) -> SafetensorsError? {
    do throws(SafetensorsError) { _ = try parse(bytes) } catch { return error }
    return nil
  }

  @Test("tensors, metadata, scalars and empty tensors read back in the order of their data")
  func roundTrip() throws {
    let header = """
      {"b":{"dtype":"F16","shape":[3],"data_offsets":[24,30]},"__metadata__":{"format":"pt"},\
      "a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"s":{"dtype":"BF16","shape":[],"data_offsets":[30,32]},\
      "e":{"dtype":"F32","shape":[0,9],"data_offsets":[32,32]}}
      """.padded()
    let parsed = try Self.parse(Self.file(header, data: 32))
    #expect(parsed.tensors.map(\.name) == ["a", "b", "s", "e"])
    #expect(parsed.tensors.map(\.shape) == [[2, 3], [3], [], [0, 9]] && parsed.tensors.map(\.count) == [6, 3, 1, 0])
    #expect(parsed.tensors[1].offset == 8 + header.utf8.count + 24 && parsed.metadata == ["format": "pt"])
  }

  @Test("F32, F16 and BF16 are widened without a change of value")
  func widening() throws {
    var data: [UInt8] = []
    let floats: [Float] = [1.5, -0.0, 0x1p-149, 3e38]
    for value in floats { data.append(little: value.bitPattern) }
    let halves: [UInt16] = [0x3c00, 0x8000, 0x0001, 0x03ff, 0x7bff, 0xfbff, 0x7c00, 0x3555]
    for value in halves { data.append(little: value) }
    for value in [0x3fc0, 0x8000, 0x0001, 0x7f7f] as [UInt16] { data.append(little: value) }
    let header = """
      {"f":{"dtype":"F32","shape":[4],"data_offsets":[0,16]},"h":{"dtype":"F16","shape":[8],"data_offsets":[16,32]},\
      "b":{"dtype":"BF16","shape":[4],"data_offsets":[32,40]},"i":{"dtype":"I64","shape":[1],"data_offsets":[40,48]}}
      """.padded()
    let temporary = try TemporaryFile(Self.file(header) + data + [UInt8](repeating: 0, count: 8))
    let file = try temporary.use { try SafetensorsFile.open(path: $0) }
    func read(_ name: String, _ count: Int) throws -> [UInt32] {
      var out = [Float](repeating: .nan, count: count)
      try file.read(file.tensor(named: name, shape: [count]), into: &out)
      return bits(out)
    }
    #expect(try read("f", 4) == bits(floats))
    #expect(
      try read("h", 8)
        == bits([1, -0.0, 0x1p-24, 1023 * 0x1p-24, 65_504, -65_504, .infinity, 1365 * 0x1p-12]))
    #expect(try read("b", 4) == [0x3fc0_0000, 0x8000_0000, 0x0001_0000, 0x7f7f_0000])
    #expect(
      throws: SafetensorsError.unsupportedDataType(tensor: "i", type: .i64, supported: [.f32, .f16, .bf16])
    ) { try read("i", 1) }
    #expect(throws: SafetensorsError.missingTensor("x")) { try file.tensor(named: "x", shape: [1]) }
    #expect(throws: SafetensorsError.wrongShape(tensor: "f", found: [4], expected: [2, 2])) {
      try file.tensor(named: "f", shape: [2, 2])
    }
    try file.requireUnchanged()
  }

  @Test("a file cut or extended at any byte is refused")
  func truncation() throws {
    let whole = Self.one("[2,3]", "[0,24]", data: 24)
    _ = try Self.parse(whole)
    for length in 0..<whole.count { #expect(Self.refusal(Array(whole[..<length])) != nil, "cut at \(length)") }
    #expect(Self.refusal(whole + [0]) == .unusedBytes(from: 24, to: 25))
    #expect(Self.refusal([]) == .truncated(field: "the header's length", needed: 8, fileSize: 0))
  }

  @Test("a header longer than the file or than the limit is refused before it is read")
  func headerLength() {
    #expect(Self.refusal(Self.file("{}", length: 3)) == .truncated(field: "the header", needed: 11, fileSize: 10))
    for length in [SafetensorsLimits.headerBytes + 1, UInt64(Int64.max), .max] {
      #expect(
        Self.refusal(Self.file("{}", length: length))
          == .limitExceeded(
            field: "the header's length in bytes", value: length, limit: SafetensorsLimits.headerBytes))
    }
    #expect(Self.refusal(Self.file("")) == .noObject(firstByte: nil))
  }

  @Test("a header that is no plain object of objects is refused")
  func headerShape() {
    #expect(Self.refusal(Self.file(" {}")) == .noObject(firstByte: 0x20))
    #expect(Self.refusal(Self.file("[]")) == .noObject(firstByte: 0x5b))
    #expect(Self.refusal(Self.file("{}x")) == .header(.trailingBytes(offset: 2)))
    let deep = #"{"t":"# + String(repeating: "[", count: 50_000)
    #expect(Self.refusal(Self.file(deep)) == .header(.limit(name: "the nesting", limit: 3, got: 4, offset: 7)))
    #expect(
      Self.refusal(Self.file(#"{"t":3}"#))
        == .badMember(
          "t", of: "the file", requirement: "an object of dtype, shape and data_offsets"))
    #expect(
      Self.refusal(Self.file(#"{"t":{"dtype":"F32","shape":[0]}}"#))
        == .badMember(
          "t", of: "the file", requirement: "an object of dtype, shape and data_offsets"))
    #expect(
      Self.refusal(Self.file(#"{"t":{"dtype":"F32","shape":[0],"data_offsets":[0,0],"x":1}}"#))
        == .badMember(
          "t", of: "the file", requirement: "an object of dtype, shape and data_offsets"))
    #expect(
      Self.refusal(Self.file(#"{"__metadata__":{"a":1}}"#))
        == .badMember(
          "a", of: "__metadata__", requirement: "a string"))
    #expect(
      Self.refusal(Self.file(#"{"__metadata__":[]}"#))
        == .badMember(
          "__metadata__", of: "the file", requirement: "an object of strings"))
    let much = String(repeating: "a", count: SafetensorsLimits.metadataBytes)
    #expect(
      Self.refusal(Self.file(#"{"__metadata__":{"a":"\#(much)"}}"#))
        == .limitExceeded(
          field: "the number of bytes in __metadata__", value: UInt64(much.utf8.count + 1),
          limit: UInt64(SafetensorsLimits.metadataBytes)))
  }

  @Test("names that are equal, equivalent, empty or long are refused")
  func names() {
    let entry = #"{"dtype":"F32","shape":[0],"data_offsets":[0,0]}"#
    #expect(Self.refusal(Self.file(#"{"t":\#(entry),"t":\#(entry)}"#)) == .header(.duplicateName("t", offset: 54)))
    #expect(
      Self.refusal(Self.file("{\"\u{e9}\":\(entry),\"e\u{301}\":\(entry)}".padded())) == .equivalentNames("\u{e9}"))
    for name in ["", String(repeating: "n", count: SafetensorsLimits.tensorNameBytes + 1)] {
      guard case .limitExceeded = Self.refusal(Self.file(#"{"\#(name)":\#(entry)}"#)) else {
        Issue.record("a name of \(name.utf8.count) bytes was accepted")
        continue
      }
    }
  }

  @Test("a data type outside the table is refused by name")
  func dataTypes() {
    for type in ["F33", "", "f32", "F32 "] {
      #expect(Self.refusal(Self.one("[1]", "[0,4]", type: type, data: 4)) == .unknownDataType(tensor: "t", type: type))
    }
    #expect(
      Self.refusal(Self.file(#"{"t":{"dtype":1,"shape":[0],"data_offsets":[0,0]}}"#))
        == .badMember(
          "dtype", of: "t", requirement: "a string"))
  }

  @Test(
    "dimensions and offsets are plain integers",
    arguments: ["-1", "-0", "1.0", "1e0", "9223372036854775808", "18446744073709551617", "\"1\"", "null", "[1]"])
  func integers(_ literal: String) {
    for bytes in [
      Self.one("[\(literal)]", "[0,4]", data: 4), Self.one("[1]", "[\(literal),4]", data: 4),
      Self.one("[1]", "[0,\(literal)]", data: 4),
    ] {
      switch Self.refusal(bytes) {
      case .badInteger(_, "t", _): break
      case .header(.limit("the nesting", _, _, _)) where literal == "[1]": break
      case let other: Issue.record("\(literal): \(String(describing: other))")
      }
    }
  }

  @Test("a size that overflows is refused, even where a zero hides it")
  func overflow() {
    for shape in [
      "[1099511627776,1099511627776]", "[1099511627776,1099511627776,0]", "[2147483648,2147483648,2]",
      "[1073741824,1073741824,1073741824,1073741824]",
    ] { #expect(Self.refusal(Self.one(shape, "[0,0]", data: 0)) == .sizeOverflow(tensor: "t"), "\(shape)") }
    #expect(
      Self.refusal(Self.one("[1099511627777]", "[0,4]", data: 4))
        == .limitExceeded(field: "a dimension of t", value: 1_099_511_627_777, limit: SafetensorsLimits.dimension))
    #expect(
      Self.refusal(Self.one("[1,1,1,1,1,1,1,1,1]", "[0,4]", data: 4))
        == .limitExceeded(field: "the number of dimensions of t", value: 9, limit: 8))
  }

  @Test("offsets that do not fit the shape, the file or each other are refused")
  func offsets() {
    #expect(
      Self.refusal(Self.one("[2]", "[0,4]", data: 4)) == .sizeMismatch(tensor: "t", shapeBytes: 8, offsets: [0, 4]))
    #expect(
      Self.refusal(Self.one("[1]", "[8,4]", data: 8)) == .sizeMismatch(tensor: "t", shapeBytes: 4, offsets: [8, 4]))
    #expect(
      Self.refusal(Self.one("[2]", "[0,8]", data: 4)) == .tensorOutsideFile(tensor: "t", end: 8, dataBytes: 4))
    #expect(
      Self.refusal(Self.one("[1]", "[9223372036854775803,9223372036854775807]", data: 4))
        == .tensorOutsideFile(tensor: "t", end: 9_223_372_036_854_775_807, dataBytes: 4))
    #expect(Self.refusal(Self.one("[1]", "[4,8]", data: 8)) == .unusedBytes(from: 0, to: 4))
    #expect(Self.refusal(Self.one("[1]", "[0,4]", data: 8)) == .unusedBytes(from: 4, to: 8))
    #expect(
      Self.refusal(Self.one("[1]", "[0,4,8]", data: 8))
        == .badMember(
          "data_offsets", of: "t", requirement: "an array of two integers"))
    let two = """
      {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}
      """.padded()
    #expect(Self.refusal(Self.file(two, data: 12)) == .overlappingTensors("a", "b"))
    let gap = """
      {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}
      """.padded()
    #expect(Self.refusal(Self.file(gap, data: 12)) == .unusedBytes(from: 4, to: 8))
  }

  @Test("elements that are not aligned in the file are refused")
  func alignment() {
    let header = #"{"t":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#.padded() + " "
    #expect(
      Self.refusal(Self.file(header, data: 4))
        == .misalignedTensor(tensor: "t", offset: UInt64(8 + header.utf8.count), alignment: 4))
  }

  @Test("what is no regular file is refused by name")
  func notAFile() throws {
    #expect(throws: SafetensorsError.file(.notARegularFile(path: "/dev/null"))) {
      try SafetensorsFile.open(path: "/dev/null")
    }
    #expect(throws: SafetensorsError.file(.unreadable(path: "/nowhere", operation: "open", errno: ENOENT))) {
      try SafetensorsFile.open(path: "/nowhere")
    }
    let empty = try TemporaryFile([])
    #expect(throws: SafetensorsError.truncated(field: "the header's length", needed: 8, fileSize: 0)) {
      try empty.use { try SafetensorsFile.open(path: $0) }
    }
  }

  @Test("headers with any byte changed are parsed or refused, never more")
  func changedBytes() throws {
    let whole = Self.one("[2,3]", "[0,24]", data: 24)
    var random = SplitMix64(state: 11)
    for _ in 0..<20_000 {
      var bytes = whole
      for _ in 0...Int(random.next() % 3) {
        bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
      }
      if let header = try? Self.parse(bytes) {
        #expect(header.tensors.allSatisfy { $0.offset >= 8 && $0.offset + $0.byteCount <= bytes.count })
      }
    }
  }
}
