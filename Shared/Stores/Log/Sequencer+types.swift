extension Sequencer {
  /// Bounds of what waits and of what is committed at once.
  public struct Limits: Sendable {
    public var queueMax = 4096
    public var batchMax = 1024
    /// Statements of one commit, in bytes; a single larger one is taken alone.
    public var batchBytesMax = 8 << 20

    public init() {}
  }

  /// One commit, for metrics.
  public struct Commit: Sendable {
    /// Appends that were answered together.
    public let appends: Int
    /// By how much the tree grew.
    public let newEntries: UInt64
    public let progress: LogProgress
    public let duration: Duration
  }
}
