internal import Codec

/// A real parameter: its binary32 bits and the literal as received (FORMAT section 1). Payloads hold no float.
public struct Real: Sendable, Equatable {
  static let literalBytesMax = 64

  public let value: Float
  public let literal: String

  public init(_ value: Float, literal: String) {
    self.value = value
    self.literal = literal
  }

  /// Reads a JSON number literal, rounding once to binary32; nil when it is no such literal or not finite.
  public init?(literal: String) {
    // Float reads more than JSON writes, such as hexadecimal, "inf" and a leading "+".
    guard literal.utf8.count <= Self.literalBytesMax,
      (try? JSON(parsing: Array(literal.utf8)))?.numberLiteral == literal,
      let value = Float(literal), value.isFinite
    else { return nil }
    self.init(value, literal: literal)
  }

  var json: JSON { ["bits": .string(Self.hex(value.bitPattern)), "as": .string(literal)] }

  private static func hex(_ bits: UInt32) -> String {
    let digits = String(bits, radix: 16)
    return String(repeating: "0", count: 8 - digits.utf8.count) + digits
  }

  init(_ json: JSON, _ path: String) throws(ReceiptError) {
    var fields = try Fields(json, path)
    let hex = try fields.string("bits")
    literal = try fields.string("as")
    try fields.end()
    // UInt32 reads a sign and capitals too: bits have one spelling.
    guard let bits = UInt32(hex, radix: 16), Self.hex(bits).hasSameBytes(as: hex) else {
      throw .field("\(path).bits", why: "must be 8 lower-case hexadecimal digits")
    }
    value = Float(bitPattern: bits)
    guard let read = Real(literal: literal), read.value.bitPattern == bits else {
      throw .field("\(path).as", why: "\"\(literal)\" does not round to the bits beside it")
    }
  }
}
