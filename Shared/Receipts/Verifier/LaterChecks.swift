internal import Cryptography

extension BundleVerifier {
  /// The part of `binding` that is about an attribution which came after the receipt, and the custody of its scores: a receipt
  /// that binds its attribution, or says nothing, has no place for another.
  func bindLater(_ evidence: Evidence) throws {
    let id = evidence.receiptPredicate.receiptID
    guard evidence.attribution?.predicate.scores?.approximate == nil else {
      throw Refusal("attribution: its scores are drawn, and the receipt that binds it was there before the draw")
    }
    if let attribution = evidence.laterAttribution {
      guard evidence.receiptPredicate.isAttributionPending else {
        throw Refusal("attribution: a later one, and the receipt does not say that it is pending")
      }
      // A receipt says so beside an execution only. Receipt id, price and manifest are held against the execution's, as those of an early one.
      try require(attribution.signed, isAbout: id.description, evidence.receipt.digest)
      if let drawn = attribution.predicate.scores?.approximate, let reveal = evidence.reveal {
        guard drawn.reveal == reveal.signed.digest else { throw Refusal("reveal: the scores were drawn by another") }
      }
    }
    if let custody = evidence.laterCustody {
      guard evidence.laterAttribution != nil else { throw Refusal("custody: a later one, and no later attribution") }
      try require(custody.signed, isAbout: id.description, evidence.receipt.digest)
      guard custody.predicate.receiptID == id else { throw Refusal("custody: names another receipt id") }
    }
  }
}

extension Evidence {
  /// Whether a draw has a meaning for this receipt: for its verification, or for the scores of its documents.
  var needsDraw: Bool {
    if case .sample = receiptPredicate.verification { return true }
    return laterAttribution?.predicate.scores?.approximate != nil
  }
}
