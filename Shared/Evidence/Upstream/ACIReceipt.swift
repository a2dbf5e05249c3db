internal import Codec
internal import Cryptography
internal import Receipts

/// A receipt of Attested Confidential Inference, version `aci/1` (github.com/Dstack-TEE/private-ai-gateway, spec/aci.md sections 7
/// and 9.3), as Phala's gateways answer at `/v1/aci/receipts/{id}`: a log of what happened to one request, signed by a key of the
/// attested workload.
struct ACIReceipt {
  /// What the gateway says of whom it forwarded to: the last of its `upstream.verified` events.
  struct Upstream {
    let isVerified: Bool
    let isRequired: Bool
    /// Of a verified one: the session in which its evidence stands, 64 hexadecimal digits.
    let session: String?
  }

  static let bytesMax = 64 << 10
  static let eventsMax = 64
  static let version = "aci/1"
  private static let textBytesMax = 1024

  let receiptID, keyID: String
  let model: String?
  /// SHA-256 of the JCS form of the keyset in which `keyID` names the signer.
  let keyset: Digest32
  /// Seconds since 1970, by the gateway's own clock.
  let servedAt: UInt64
  let request, response: Digest32
  /// Of the body that was forwarded; nil where none was.
  let forwarded: Digest32?
  /// Nil for a gateway that runs the model itself.
  let upstream: Upstream?
  /// The JCS form of the document without its signature.
  private let signed: [UInt8]
  private let signature: [UInt8]

  init(_ bytes: [UInt8]) throws {
    let json = try JSON(parsing: bytes, limits: JSONLimits(byteCountMax: Self.bytesMax, depthMax: 16))
    guard let members = json.objectValue, json["api_version"]?.stringValue == Self.version else {
      throw Self.bad("its api_version is not \(Self.version)")
    }
    receiptID = try Self.text(json, "receipt_id")
    keyID = try Self.text(json, "key_id")
    _ = (try Self.text(json, "endpoint"), try Self.text(json, "method"))
    model = try json["model"].flatMap { $0.isNull ? nil : $0 } == nil ? nil : Self.text(json, "model")
    keyset = try Self.digest(json["workload_keyset_digest"], "workload_keyset_digest")
    guard let time = json["served_at"]?.intValue, time >= 0 else { throw Self.bad("its served_at is no time") }
    servedAt = UInt64(time)
    guard let text = json["signature"]?.stringValue, let signature = Hex.decode(text), signature.count == 64,
      Hex.encode(signature).utf8.elementsEqual(text.utf8)
    else { throw Self.bad("its signature is not 64 bytes in lower-case hexadecimal") }
    self.signature = signature
    // Numbers that are no integers have no place in this format, and no form here that could be compared.
    signed = try JCS.encode(.object(members.filter { !$0.name.utf8.elementsEqual("signature".utf8) }))

    guard let events = json["event_log"]?.arrayValue, (1...Self.eventsMax).contains(events.count),
      events.allSatisfy({ $0["type"]?.stringValue != nil })
    else { throw Self.bad("its event_log is no list of 1 to \(Self.eventsMax) events with a type") }
    guard events[0]["type"]?.stringValue == "request.received" else {
      throw Self.bad("its event_log does not begin with request.received")
    }
    guard let request = try Self.body(events, "request.received"),
      let response = try Self.body(events, "response.returned")
    else { throw Self.bad("its event_log lacks request.received or response.returned") }
    (self.request, self.response) = (request, response)
    forwarded = try Self.body(events, "request.forwarded")
    upstream = try events.last { $0["type"]?.stringValue == "upstream.verified" }.map(Self.upstream)
  }

  func isSigned(by key: VerifyingKey) -> Bool { key.isValid(signature: signature, for: signed) }

  /// The hash of a body, by the one event of that type; nil where there is none.
  private static func body(_ events: [JSON], _ type: String) throws(AppraisalError) -> Digest32? {
    let found = events.filter { $0["type"]?.stringValue == type }
    guard found.count <= 1 else { throw bad("its event_log has \(type) \(found.count) times") }
    guard let event = found.first else { return nil }
    return try digest(event["body_hash"], "the body_hash of \(type)")
  }

  private static func upstream(_ event: JSON) throws(AppraisalError) -> Upstream {
    guard let result = event["result"]?.stringValue, ["verified", "failed"].contains(result),
      let isRequired = event["required"]?.boolValue
    else { throw bad("upstream.verified says neither verified nor failed, or not whether it was required") }
    guard result == "verified" else { return Upstream(isVerified: false, isRequired: isRequired, session: nil) }
    guard let session = event["session_id"]?.stringValue, let bytes = Hex.decode(session), bytes.count == 32,
      Hex.encode(bytes).utf8.elementsEqual(session.utf8)
    else { throw bad("upstream.verified names no session of 64 lower-case hexadecimal digits") }
    return Upstream(isVerified: true, isRequired: isRequired, session: session)
  }

  private static func text(_ json: JSON, _ name: String) throws(AppraisalError) -> String {
    guard let text = json[name]?.stringValue, (1...textBytesMax).contains(text.utf8.count) else {
      throw bad("its \(name) is no text of 1 to \(textBytesMax) bytes")
    }
    return text
  }

  private static func digest(_ json: JSON?, _ name: String) throws(AppraisalError) -> Digest32 {
    guard let digest = json?.stringValue.flatMap({ Digest32(named: $0) }) else {
      throw bad("\(name) is no sha256: with 64 lower-case hexadecimal digits")
    }
    return digest
  }

  private static func bad(_ why: String) -> AppraisalError { .format("the ACI receipt", why: why) }
}
