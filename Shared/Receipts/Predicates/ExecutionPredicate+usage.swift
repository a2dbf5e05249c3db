public import Credit

extension ExecutionPredicate {
  /// What `metered/1` counts: tokens in and out, and the milliseconds from start to end.
  public func count(by operatorID: String) -> Metered.Count {
    Metered.Count(
      contributor: operatorID, tokens: UInt64(max(0, promptTokens)) + UInt64(max(0, completionTokens)),
      milliseconds: endedUnixMs > startedUnixMs ? endedUnixMs - startedUnixMs : 0)
  }
}
