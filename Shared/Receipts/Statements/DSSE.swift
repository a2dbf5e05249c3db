/// A Dead Simple Signing Envelope (secure-systems-lab/dsse, envelope.md and protocol.md) around an in-toto Statement.
enum DSSE {
  static let payloadType = "application/vnd.in-toto+json"

  /// PAE: the bytes that are signed. They begin as no COSE structure does, so one key may sign both.
  static func preAuthenticated(_ payload: [UInt8]) -> [UInt8] {
    Array("DSSEv1 \(payloadType.utf8.count) \(payloadType) \(payload.count) ".utf8) + payload
  }
}
