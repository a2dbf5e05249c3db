public import NIOCore

/// A Swift value of one message of `Proto/`, to and from protobuf bytes.
///
/// Bytes that arrive are hostile: they are validated under `WireLimits` before libprotobuf-c sees them. Unknown fields
/// are dropped. The bytes are for the wire only and never signed: two encoders may write one message differently.
public protocol WireMessage: Sendable {
  static func decode(_ bytes: UnsafeRawBufferPointer, limits: WireLimits) throws(WireError) -> Self

  /// Appends the protobuf bytes. Throws `WireError.invalidText` for text that holds U+0000, and then appends nothing.
  func encode(into buffer: inout ByteBuffer) throws(WireError)
}

extension WireMessage {
  /// Decodes all readable bytes of `buffer`.
  public init(wire buffer: ByteBuffer, limits: WireLimits = WireLimits()) throws(WireError) {
    self = try buffer.withUnsafeReadableBytes { bytes in Self.decoded(bytes, limits) }.get()
  }

  /// Decodes all of `bytes`.
  public init(wire bytes: [UInt8], limits: WireLimits = WireLimits()) throws(WireError) {
    self = try bytes.withUnsafeBytes { bytes in Self.decoded(bytes, limits) }.get()
  }

  /// The protobuf bytes in a buffer of their own.
  public func wireBuffer() throws(WireError) -> ByteBuffer {
    var buffer = ByteBuffer()
    try encode(into: &buffer)
    return buffer
  }

  private static func decoded(_ bytes: UnsafeRawBufferPointer, _ limits: WireLimits) -> Result<Self, WireError> {
    Result { () throws(WireError) -> Self in try decode(bytes, limits: limits) }
  }
}
