internal import NIOCore

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// The JSON of Connect's last envelope: how the stream ended.
struct EndOfStream: Codable {
  var error: RPCErrorBody?

  init(_ failure: RPCError?) { error = failure.map(RPCErrorBody.init) }

  var envelope: Envelope {
    get throws { Envelope(flags: Envelope.endFlag, payload: ByteBuffer(bytes: try JSONEncoder().encode(self))) }
  }

  /// The error that ended the stream, nil after success.
  static func failure(in payload: ByteBuffer) throws(RPCError) -> RPCError? {
    guard let end = try? JSONDecoder().decode(EndOfStream.self, from: Data(payload.readableBytesView)) else {
      throw RPCError(.internal, "the peer's end-of-stream message is not readable")
    }
    guard let body = end.error else { return nil }
    return body.error ?? RPCError(.unknown, "the peer ended the stream with an unknown error code")
  }
}
