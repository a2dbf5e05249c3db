public import Cryptography

/// What a commitment commits to. The raw value is the opening's name in a bundle; messages are `message/<index>`.
public enum CommittedField: Hashable, Comparable, Sendable, CustomStringConvertible {
  // By name, which is their order: what goes through several of them does so in the same way each time.

  /// The list of all activation digests; its salt is that of the chain (FORMAT section 2).
  case activation
  case content
  case message(Int)
  /// Which registered records are near to the answer.
  case nearest
  case request
  /// Documents of collections, which are not in the request's bytes.
  case retrieved
  /// The answer's log-probability given each subset of the documents.
  case scores
  /// Which words of the answer stand in registered texts.
  case spans
  /// The chunks as sent; the salt is that of the stream chain.
  case stream
  case tokens
  /// The body as sent, without its receipt.
  case wire

  /// Whether an execution is done again from it: not what was sent, nor what its credit is made of.
  public var isForReexecution: Bool {
    switch self {
    case .request, .retrieved, .message, .content, .tokens, .activation: true
    case .wire, .stream, .scores, .spans, .nearest: false
    }
  }

  public init?(_ name: String) {
    switch name {
    case "request": self = .request
    case "retrieved": self = .retrieved
    case "content": self = .content
    case "tokens": self = .tokens
    case "activation": self = .activation
    case "wire": self = .wire
    case "stream": self = .stream
    case "scores": self = .scores
    case "spans": self = .spans
    case "nearest": self = .nearest
    default:
      guard let index = Int(name.dropFirst(8)), index >= 0, name.hasSameBytes(as: "message/\(index)") else {
        return nil
      }
      self = .message(index)
    }
  }

  public var description: String {
    switch self {
    case .request: "request"
    case .retrieved: "retrieved"
    case .message(let index): "message/\(index)"
    case .content: "content"
    case .tokens: "tokens"
    case .activation: "activation"
    case .wire: "wire"
    case .stream: "stream"
    case .scores: "scores"
    case .spans: "spans"
    case .nearest: "nearest"
    }
  }

  /// The domain of the commitment; nil for the two whose digest is the head of a chain.
  var tag: DomainTag? {
    switch self {
    case .request: .commitmentRequest
    case .retrieved: .commitmentRetrieved
    case .message: .commitmentMessage
    case .content: .commitmentContent
    case .tokens: .commitmentTokens
    case .wire: .commitmentWire
    case .scores: .commitmentScores
    case .spans: .commitmentSpans
    case .nearest: .commitmentNearest
    case .activation, .stream: nil
    }
  }
}

/// A salt and the data that it hides: `salt32, u64 big-endian length, data` as a blob (FORMAT section 1).
public struct Opening: Sendable, Equatable {
  public static let saltBytes = 32
  public static let bytesMax = 16 << 20

  public let salt: [UInt8]
  public let data: [UInt8]

  /// Errors: a salt that is not 32 bytes.
  public init(salt: [UInt8], data: [UInt8]) throws(ReceiptError) {
    guard salt.count == Self.saltBytes else {
      throw .field("salt", why: "must be \(Self.saltBytes) bytes, not \(salt.count)")
    }
    self.salt = salt
    self.data = data
  }

  public init(blob: [UInt8]) throws(ReceiptError) {
    guard blob.count <= Self.bytesMax else {
      throw .limit(name: "opening bytes", limit: Self.bytesMax, got: blob.count)
    }
    let header = Self.saltBytes + 8
    guard blob.count >= header else { throw .field("opening", why: "is shorter than its salt and length") }
    let length = blob[Self.saltBytes..<header].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length == UInt64(blob.count - header) else { throw .field("opening", why: "states another length") }
    salt = Array(blob[..<Self.saltBytes])
    data = Array(blob[header...])
  }

  public var blob: [UInt8] { salt + BigEndian.bytes(UInt64(data.count)) + data }

  /// The commitment that this opens. Errors: the field's digest is the head of a chain, not a commitment.
  public func commitment(for field: CommittedField) throws(ReceiptError) -> Digest32 {
    guard let tag = field.tag else { throw .field("\(field)", why: "is bound by a chain, not by a commitment") }
    return Commitment.make(tag, salt: salt, data: data)
  }
}

/// `H(tag, 0x00, salt32, u64 length, data)` (FORMAT section 1).
public enum Commitment {
  public static func make(_ tag: DomainTag, salt: [UInt8], data: [UInt8]) -> Digest32 {
    SHA256.hash(tag.prefix + salt + BigEndian.bytes(UInt64(data.count)) + data)
  }
}
