/// When and how often a call that failed to reach its peer is sent again. Only idempotent procedures are.
public struct RetryPolicy: Sendable, Equatable {
  /// Sends in all, the first included.
  public var attemptsMax: Int
  /// The most that the first pause takes; each later one may take twice the one before.
  public var firstPause: Duration
  public var pauseMax: Duration

  public init(
    attemptsMax: Int = 4, firstPause: Duration = .milliseconds(50), pauseMax: Duration = .milliseconds(1000)
  ) {
    self.attemptsMax = attemptsMax
    self.firstPause = firstPause
    self.pauseMax = pauseMax
  }

  /// Each call is sent once.
  public static let never = RetryPolicy(attemptsMax: 1)

  /// A pause drawn evenly from zero to its ceiling ("full jitter"), so that callers that failed together come back apart.
  func pause(after attempt: Int) -> Duration {
    let ceiling = min(pauseMax, firstPause * (1 << min(max(0, attempt - 1), 16)))
    return ceiling * Double.random(in: 0...1)
  }
}
