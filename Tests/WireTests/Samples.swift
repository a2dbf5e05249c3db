import NIOCore
import Testing
import Wire

/// One message with each of its fields set to a value that is not the default.
struct Sample: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let bytes: [UInt8]
  /// Decodes and encodes again: the bytes of what was understood.
  let recode: @Sendable ([UInt8]) throws -> [UInt8]
  /// Fails the test unless the value, and the empty value, come back equal.
  let expectRoundTrip: @Sendable () throws -> Void

  init<M: WireMessage & Equatable>(_ full: M, empty: M) throws {
    testDescription = String(describing: M.self)
    bytes = try full.wireBytes()
    recode = { try M(wire: $0).wireBytes() }
    expectRoundTrip = {
      let fullAgain = try M(wire: full.wireBuffer())
      let emptyAgain = try M(wire: empty.wireBuffer())
      let emptyBytes = try empty.wireBytes()
      #expect(fullAgain == full)
      #expect(emptyAgain == empty)
      #expect(emptyBytes.isEmpty)
      expectNoDefault(in: full)
    }
  }
}

extension WireMessage {
  func wireBytes() throws -> [UInt8] { Array(buffer: try wireBuffer()) }
}

/// A sample that forgets a field would test nothing of it.
private func expectNoDefault(in message: some WireMessage) {
  for field in Mirror(reflecting: message).children {
    let isDefault =
      switch field.value {
      case let value as String: value.isEmpty
      case let value as [UInt8]: value.isEmpty
      case let value as [String]: value.isEmpty
      case let value as [[UInt8]]: value.isEmpty
      case let value as Float: value == 0
      case let value as UInt32: value == 0
      case let value as UInt64: value == 0
      case let value as Int64: value == 0
      case let value as Bool: !value
      case let value as Retention: value == .unspecified
      // An empty list of messages, or nil.
      default: Mirror(reflecting: field.value).children.isEmpty
      }
    #expect(!isDefault, "\(type(of: message)).\(field.label ?? "") is not set")
  }
}

let digest = (0..<32).map { UInt8($0) }
let awkward: [UInt8] = [0, 1, 0x7F, 0x80, 0xFF, 0]
let words = "né\u{301} 語 👩‍👩‍👧 \u{FEFF}\u{10FFFF}"

let salts = Salts(
  request: digest, messages: [digest, [], awkward], content: digest, tokens: digest, activation: digest,
  retrieved: digest)
let finished = Finished(
  executionStatement: awkward, content: awkward, tokenIDs: awkward, activationList: digest,
  finishReason: "stop", promptTokens: 1, completionTokens: .max, manifestDigest: digest)
