/// What a scheduler takes on at once.
public struct ServingLimits: Sendable, Equatable {
  /// Requests that may wait; one more is refused.
  public var waitingMax: Int
  /// Sequences (each choice of a request is one) that are computed side by side.
  public var sequencesMax: Int
  /// Tokens of one pass. More make prompts faster, and the steps of those that are answering slower.
  public var stepTokensMax: Int
  /// Positions whose keys and values are kept for all sequences together.
  public var cacheTokensMax: Int

  public init(
    waitingMax: Int = 256, sequencesMax: Int = 64, stepTokensMax: Int = 256, cacheTokensMax: Int = 32_768
  ) {
    self.waitingMax = waitingMax
    self.sequencesMax = sequencesMax
    self.stepTokensMax = stepTokensMax
    self.cacheTokensMax = cacheTokensMax
  }

  public static let waitingRange = 0...100_000
  public static let sequencesRange = 1...1024
  public static let stepTokensRange = 16...4096
  public static let cacheTokensRange = 64...16_777_216
}
