internal import Cryptography
internal import Logging
internal import Receipts
internal import Wire

/// The salts of one request: fresh for each field that is committed to (FORMAT section 1).
struct RequestSalts: Sendable {
  let request: [UInt8]
  let messages: [[UInt8]]
  let content: [UInt8]
  let tokens: [UInt8]
  let activation: [UInt8]
  /// Of the body, or of the chain over a stream.
  let delivery: [UInt8]
  /// Nil where the request asks for no collection.
  let retrieved: [UInt8]?

  init(messageCount: Int, isRetrieving: Bool = false, random: (Int) throws -> [UInt8]) rethrows {
    func salt() throws -> [UInt8] { try random(Opening.saltBytes) }
    request = try salt()
    messages = try (0..<messageCount).map { _ in try salt() }
    content = try salt()
    tokens = try salt()
    activation = try salt()
    delivery = try salt()
    retrieved = isRetrieving ? try salt() : nil
  }

  /// All of them one behind the other, as the outbox holds them.
  var bytes: [UInt8] {
    request + messages.flatMap { $0 } + content + tokens + activation + delivery + (retrieved ?? [])
  }

  /// What inference needs: all but that of the delivery, which it does not sign.
  var wire: Salts {
    Salts(
      request: request, messages: messages, content: content, tokens: tokens, activation: activation,
      retrieved: retrieved ?? [])
  }
}
