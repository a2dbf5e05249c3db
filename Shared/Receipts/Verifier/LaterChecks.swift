internal import Cryptography

extension BundleVerifier {
  /// The part of `binding` that is about an attribution which came after the receipt, and the custody of its scores: a receipt
  /// that binds its attribution, or says nothing, has no place for another.
  func bindLater(_ evidence: Evidence) throws {
    let id = evidence.receiptPredicate.receiptID
    if let attribution = evidence.laterAttribution {
      guard evidence.receiptPredicate.isAttributionPending else {
        throw Refusal("attribution: a later one, and the receipt does not say that it is pending")
      }
      guard evidence.execution != nil else { throw Refusal("attribution: nothing was executed") }
      // Receipt id, price and manifest are held against the execution's, as those of an early one.
      try require(attribution.signed, isAbout: id.description, evidence.receipt.digest)
    }
    if let custody = evidence.laterCustody {
      guard evidence.laterAttribution != nil else { throw Refusal("custody: a later one, and no later attribution") }
      try require(custody.signed, isAbout: id.description, evidence.receipt.digest)
      guard custody.predicate.receiptID == id else { throw Refusal("custody: names another receipt id") }
    }
  }
}
