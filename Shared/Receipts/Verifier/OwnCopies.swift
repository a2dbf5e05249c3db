internal import Codec

/// What the caller kept of the exchange is what the bundle opens.
extension BundleVerifier {
  /// My request is the body that was sent, or the same JSON: who talks through a client library has the values, seldom the
  /// bytes. Numbers are compared as they are spelt, since what `1.0` means is for the reader of a request to say. What is no
  /// JSON was never a request.
  func compareOwnRequest(_ evidence: Evidence) throws {
    guard let ownRequest, let asked = evidence.openings[.request]?.data else { return }
    let limits = JSONLimits(byteCountMax: ChatRequest.bodyBytesMax)
    let (own, other) = (try? JSON(parsing: ownRequest, limits: limits), try? JSON(parsing: asked, limits: limits))
    guard let own, let other, Self.sorted(own) == Self.sorted(other) else {
      throw Refusal("my request: is not the one that was asked")
    }
  }

  /// The value with the members of each object in one order.
  private static func sorted(_ json: JSON) -> JSON {
    switch json {
    case .array(let items): .array(items.map(sorted))
    case .object(let members):
      .object(
        members.map { JSONMember($0.name, sorted($0.value)) }
          .sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) })
    default: json
    }
  }

  /// My copy of the answer is the body, or the text of one of the choices.
  func compareOwnResponse(_ evidence: Evidence, sent texts: [[UInt8]]) throws {
    guard let ownResponse else { return }
    if texts.contains(ownResponse) { return }
    // Of a stream that broke, the client may have received less than was written to the socket.
    if evidence.openings[.stream] != nil, evidence.receiptPredicate.outcome != .answered,
      texts.contains(where: { $0.starts(with: ownResponse) })
    {
      return
    }
    guard let wire = evidence.openings[.wire]?.data else { throw Refusal("my copy: is not the committed text") }
    let stripped = try? JSON.bytes(ownResponse, withoutLastMember: "receipt")
    guard ownResponse == wire || stripped == wire else {
      throw Refusal("my copy: is neither the committed body nor its text")
    }
  }
}
