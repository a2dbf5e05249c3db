import NIOCore
import Testing
import Wire

@Suite struct RefusalTests {
  private static let malformed: [[UInt8]] = [
    [0x00], [0x02, 0x00],  // field number 0
    [0x0B], [0x0B, 0x0C], [0x0C],  // groups
    [0x0E], [0x0F],  // wire types that do not exist
    [0xFA, 0xFF, 0xFF, 0xFF, 0x1F, 0x00],  // field number 2^32
    [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01],  // a varint of 11 bytes
    [0x08, 0x01],  // a number where text is expected
    [0x2A, 0x01, 0x01],  // text where a number is expected
    [0x0D, 0, 0, 0, 0], [0x09, 0, 0, 0, 0, 0, 0, 0, 0],  // fixed32 and fixed64 where text is expected
  ]
  private static let truncated: [[UInt8]] = [
    [0x0A], [0x80], [0x0A, 0x05, 0x41], [0x28], [0x28, 0xFF], [0x7D, 0, 0, 0], [0x79, 0, 0, 0, 0, 0, 0, 0],
    [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x07],
    [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01],
  ]

  @Test(arguments: malformed) func malformedBytesAreRefused(_ bytes: [UInt8]) {
    #expect(throws: WireError.malformed) { try ReceiptRecord(wire: bytes) }
  }

  @Test(arguments: truncated) func aFieldThatRunsPastTheEndIsRefused(_ bytes: [UInt8]) {
    #expect(throws: WireError.truncated) { try ReceiptRecord(wire: bytes) }
  }

  @Test func everyCutOfAMessageIsRefusedOrAnotherMessage() throws {
    for sample in samples {
      for length in sample.bytes.indices { _ = try? sample.recode(Array(sample.bytes[..<length])) }
    }
    let body = try CheckpointNote(note: "a note").wireBytes()
    for length in 1..<body.count {
      #expect(throws: WireError.truncated) { try CheckpointNote(wire: Array(body[..<length])) }
    }
  }

  @Test(
    arguments: [
      [0x41, 0x00, 0x42], [0x00],  // U+0000
      [0xC3, 0x28], [0xC3], [0xFF], [0xC0, 0x80],  // not UTF-8, and an overlong U+0000
      [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80],  // a surrogate, and above U+10FFFF
    ] as [[UInt8]])
  func textThatIsNotUTF8OrHoldsNULIsRefused(_ text: [UInt8]) {
    let field = [0x12, UInt8(text.count)] + text
    let place = WireError.invalidText(in: "colophon.inference.v1.Delta.text")
    #expect(throws: place) { try Delta(wire: field) }
    #expect(throws: place) { try GenerateEvent(wire: [0x0A, UInt8(field.count)] + field) }
    #expect(throws: WireError.invalidText(in: "colophon.common.v1.Identity.kinds")) {
      try Identity(wire: [0x22, 0x01, 0x61, 0x22, UInt8(text.count)] + text)
    }
  }

  @Test func textWithNULCannotBeEncodedAndLeavesTheBufferAsItWas() throws {
    var buffer = ByteBuffer(bytes: [7])
    #expect(throws: WireError.invalidText(in: "colophon.inference.v1.Delta")) {
      try GenerateEvent(event: .delta(Delta(text: "a\u{0}b"))).encode(into: &buffer)
    }
    #expect(throws: WireError.invalidText(in: "colophon.common.v1.Identity")) {
      try Identity(kinds: ["fine", "\u{0}"]).encode(into: &buffer)
    }
    #expect(throws: WireError.invalidText(in: "colophon.storage.v1.Checkpoint")) {
      _ = try CheckpointNote(note: "\u{0}").wireBuffer()
    }
    #expect(Array(buffer: buffer) == [7])
  }

  @Test func aMessageThatIsThereTwiceIsRefused() throws {
    let once = try GenerateRequest(salts: Salts(request: [1])).wireBytes()
    #expect(throws: WireError.repeatedMessage(field: "colophon.inference.v1.GenerateRequest.salts")) {
      try GenerateRequest(wire: once + once)
    }
    let delta = try GenerateEvent(event: .delta(Delta(text: "x"))).wireBytes()
    #expect(throws: WireError.repeatedMessage(field: "colophon.inference.v1.GenerateEvent.delta")) {
      try GenerateEvent(wire: delta + delta)
    }
  }

  @Test func theLastMemberOfAOneofWins() throws {
    let delta = try GenerateEvent(event: .delta(Delta(text: "x"))).wireBytes()
    let end = try GenerateEvent(event: .finished(Finished(finishReason: "y"))).wireBytes()
    #expect(try GenerateEvent(wire: delta + end).event == .finished(Finished(finishReason: "y")))
    #expect(try GenerateEvent(wire: end + delta).event == .delta(Delta(text: "x")))
  }

  @Test func theLastValueOfAPlainFieldWins() throws {
    let twice = try Delta(text: "first", tokens: 1).wireBytes() + Delta(text: "second").wireBytes()
    #expect(try Delta(wire: twice) == Delta(text: "second", tokens: 1))
  }

  @Test(arguments: [6, 127, 1 << 31, 0xFFFF_FFFF, UInt64.max])
  func anUnknownEnumValueIsUnspecified(_ value: UInt64) throws {
    var bytes: [UInt8] = [0x08]
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
    #expect(try WireBlob(wire: bytes).retention == .unspecified)
  }

  @Test func errorsNameTheLimitAndWhatToDo() {
    let texts: [(WireError, [String])] = [
      (.tooLarge(bytes: 9, limit: 8), ["9", "8", "maxBytes", "send less"]),
      (.tooManyFields(limit: 8), ["8", "maxFields", "split"]), (.tooDeep(limit: 8), ["8", "maxDepth", "flatten"]),
      (.truncated, ["all of its bytes"]), (.malformed, ["Proto/"]),
      (.invalidText(in: "a.B.c"), ["a.B.c", "bytes field"]),
      (.repeatedMessage(field: "a.B.c"), ["a.B.c", "once"]), (.outOfMemory(limit: 8), ["8", "maxMemory", "send less"]),
    ]
    for (error, parts) in texts {
      for part in parts { #expect(error.description.contains(part), "\(error) lacks \(part)") }
    }
  }
}
