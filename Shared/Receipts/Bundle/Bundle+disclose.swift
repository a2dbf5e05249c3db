extension Bundle {
  /// The same bundle with the openings of these messages of the prompt alone, counted from 0 (FORMAT section 5,
  /// Disclosure). Statements and proofs stay: they hide what they commit to, but for how many messages and tokens there are
  /// and the size of each opening.
  ///
  /// Errors: ``ReceiptError/field(_:why:)`` for a message that this bundle does not open.
  public func disclosing(messages: Set<Int>) throws(ReceiptError) -> Bundle {
    var disclosed = self
    disclosed.openings = [:]
    for index in messages.sorted() {
      let field = CommittedField.message(index)
      guard let opening = openings[field] else {
        throw .field("bundle.openings.\(field)", why: "is not there: this bundle does not open that message")
      }
      disclosed.openings[field] = opening
    }
    return disclosed
  }
}
