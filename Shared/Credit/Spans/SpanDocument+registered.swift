public import Cryptography

extension RegisteredClasses {
  /// The classes that have a text, as a span index holds them: what each has is its leader's.
  ///
  /// - Parameter tokens: by the SHA-256 of each text, as ``SpanTokens`` makes them.
  public func spanDocuments(_ tokens: [Digest32: [UInt32]]) -> [SpanDocument] {
    leaders.map { leader in
      SpanDocument(
        owner: leader.holding.contributor, commitment: leader.holding.committed, id: leader.id,
        tokens: tokens[leader.id] ?? [])
    }
  }

  /// The holdings of the classes, by the ids of their leaders.
  public var leading: [Digest32: Registry.Holding] {
    Dictionary(leaders.map { ($0.id, $0.holding) }) { first, _ in first }
  }
}
