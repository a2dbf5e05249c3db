internal import NIOCore
internal import Wire

/// One enveloped message: a byte of flags, a big-endian 32-bit length, the bytes (Connect streaming and gRPC alike).
struct Envelope: Equatable {
  static let headerBytes = 5
  static let compressedFlag: UInt8 = 0x01
  /// Connect's last envelope; its payload is JSON.
  static let endFlag: UInt8 = 0x02

  var flags: UInt8
  var payload: ByteBuffer

  var isCompressed: Bool { flags & Self.compressedFlag != 0 }
  var isEnd: Bool { flags & Self.endFlag != 0 }

  /// The envelope's bytes on the wire.
  var bytes: ByteBuffer {
    var out = ByteBuffer()
    out.reserveCapacity(Self.headerBytes + payload.readableBytes)
    out.writeInteger(flags)
    out.writeInteger(UInt32(clamping: payload.readableBytes))
    out.writeImmutableBuffer(payload)
    return out
  }

  /// Takes the next whole envelope out of `buffer`, or returns nil until more bytes have come.
  /// A length above `limit` is refused before its bytes are waited for.
  static func read(from buffer: inout ByteBuffer, limit: Int) throws(RPCError) -> Envelope? {
    let at = buffer.readerIndex
    guard let flags = buffer.getInteger(at: at, as: UInt8.self),
      let length = buffer.getInteger(at: at + 1, as: UInt32.self)
    else { return nil }
    guard Int(length) <= limit else {
      throw RPCError(.resourceExhausted, "a message of \(length) bytes passes the limit of \(limit) bytes")
    }
    guard buffer.readableBytes >= headerBytes + Int(length) else { return nil }
    buffer.moveReaderIndex(forwardBy: headerBytes)
    guard let payload = buffer.readSlice(length: Int(length)) else { return nil }
    return Envelope(flags: flags, payload: payload)
  }

  /// The one envelope that a request of a unary or server-streaming call holds, its payload decompressed.
  static func only(in body: ByteBuffer, encoding: String?, limit: Int) throws(RPCError) -> ByteBuffer {
    var rest = body
    guard let envelope = try read(from: &rest, limit: limit) else {
      throw RPCError(.invalidArgument, "the request holds no complete enveloped message")
    }
    guard rest.readableBytes == 0 else {
      throw RPCError(.invalidArgument, "the request holds \(rest.readableBytes) bytes after its only message")
    }
    guard envelope.flags & ~compressedFlag == 0 else {
      throw RPCError(.invalidArgument, "the envelope has unknown flags \(envelope.flags)")
    }
    return try envelope.message(encoding: encoding, limit: limit)
  }

  /// The payload, decompressed where its flag says so.
  func message(encoding: String?, limit: Int) throws(RPCError) -> ByteBuffer {
    guard isCompressed else { return payload }
    guard encoding == "gzip" else {
      throw RPCError(.invalidArgument, "an envelope is marked compressed, but no encoding was announced for it")
    }
    return try Gzip.decompress(payload, limit: limit)
  }

  /// An envelope around `message`, compressed where that is agreed and worth it.
  static func wrapping(_ message: ByteBuffer, gzip: Bool) throws(RPCError) -> Envelope {
    guard gzip, message.readableBytes > Gzip.worthwhileBytes else { return Envelope(flags: 0, payload: message) }
    return Envelope(flags: compressedFlag, payload: try Gzip.compress(message))
  }
}
