extension AttributionPolicy {
  /// Whether it may share the price of a request of this time, in milliseconds since 1970: that of the receipt's id.
  public func isEffective(unixMs: UInt64) -> Bool { effectiveFrom.map { UnixDay(unixMs: unixMs) >= $0 } ?? true }

  /// Errors: ``CreditError/notEffective(policy:from:day:)``.
  public func requireEffective(unixMs: UInt64) throws(CreditError) {
    guard let effectiveFrom, !isEffective(unixMs: unixMs) else { return }
    throw .notEffective(policy: id, from: effectiveFrom.text, day: UnixDay(unixMs: unixMs).text)
  }

  /// Requires that this policy can take the place of `current` in a service that runs: it says from when, under a name of its
  /// own, and looks for the same texts, which a service prepares once.
  ///
  /// Errors: ``CreditError/notNext(policy:why:)``.
  public func requireNext(after current: AttributionPolicy) throws(CreditError) {
    guard let effectiveFrom else { throw .notNext(policy: id, why: "has no effective_from") }
    guard id != current.id else { throw .notNext(policy: id, why: "has the id of the policy before it") }
    if let earlier = current.effectiveFrom, earlier >= effectiveFrom {
      throw .notNext(policy: id, why: "is effective from \(effectiveFrom.text), not after \(earlier.text)")
    }
    guard near == current.near, spans == current.spans, nearest == current.nearest else {
      throw .notNext(
        policy: id, why: "looks for near copies, spans or nearest records otherwise than the policy before it")
    }
  }
}
