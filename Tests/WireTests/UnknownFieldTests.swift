import Testing
import Wire

#if canImport(Glibc)
  import Glibc
#endif

@Suite(.serialized) struct UnknownFieldTests {
  /// Field 1000 in each of the four wire types that exist.
  private static let unknown: [[UInt8]] = [
    [0xC0, 0x3E, 0x96, 0x01],
    [0xC1, 0x3E, 1, 2, 3, 4, 5, 6, 7, 8],
    [0xC2, 0x3E, 0x03, 0x00, 0xFF, 0xC3],
    [0xC5, 0x3E, 1, 2, 3, 4],
  ]

  @Test(arguments: samples) func unknownFieldsAreDropped(_ sample: Sample) throws {
    for field in Self.unknown {
      #expect(try sample.recode(field + sample.bytes + field) == sample.bytes)
    }
  }

  @Test func unknownFieldsOfInnerMessagesAreDropped() throws {
    let inner = try Delta(text: "x").wireBytes() + Self.unknown.flatMap { $0 }
    let event = try GenerateEvent(wire: [0x0A, UInt8(inner.count)] + inner)
    #expect(event.event == .delta(Delta(text: "x")))
  }

  @Test func decodingKeepsNoMemoryOfDroppedFields() throws {
    // 1 MiB of unknown bytes each, and as much in a message that is refused at its end.
    let length: [UInt8] = [0xC2, 0x3E, 0x80, 0x80, 0x40]
    let field = length + Array(repeating: 1, count: 1 << 20)
    let refused = field + [0x0A, 0x01]
    let start = try residentBytes()
    for _ in 0..<800 {
      _ = try CancelResponse(wire: field)
      #expect(throws: WireError.self) { try CancelRequest(wire: field + [0x08, 0x01]) }
      #expect(throws: WireError.truncated) { try CancelRequest(wire: refused) }
    }
    // Kept, they would be 1600 MiB. AddressSanitizer holds on to 256 MiB of freed memory.
    #expect(try residentBytes() - start < 600 << 20)
  }

  private func residentBytes() throws -> Int {
    let file = try #require(fopen("/proc/self/statm", "r"))
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    try #require(fgets(&line, Int32(line.count), file) != nil)
    let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return try #require(Int(text.split(separator: " ")[1])) * Int(sysconf(Int32(_SC_PAGESIZE)))
  }
}
