extension AttributionPolicy {
  /// How spans of answers are looked for, by the first role that says so; nil: never.
  public var spans: SpanParameters? {
    for role in roles { if case .span(let parameters) = role.method { return parameters } }
    return nil
  }
}

extension SpanParameters {
  /// When two registered texts are one class.
  public var near: NearTexts {
    get throws(CreditError) { try NearTexts(shingle: shingle, words: words, nearBasisPoints: nearBasisPoints) }
  }
}
