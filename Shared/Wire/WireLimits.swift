/// Ceilings of one decoded message, checked before its bytes cost memory.
public struct WireLimits: Sendable, Equatable {
  /// Bytes of the encoded message.
  public var maxBytes = 4 << 20
  /// Fields of the message and of all messages in it, the elements of lists counted one by one.
  public var maxFields = 1 << 17
  /// Messages within messages; the outermost counts as one.
  public var maxDepth = 16
  /// Bytes of memory that libprotobuf-c may take for one decode.
  public var maxMemory = 32 << 20

  public init() {}
}
