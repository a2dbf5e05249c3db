internal import Cryptography
internal import RPC
internal import Receipts
internal import Wire

/// The receipt that a later attribution is about: it says that its attribution is pending, and binds this execution and price.
struct LaterReceipt: Sendable {
  let digest: Digest32
  /// In the log: what was registered behind it changes nobody's credit for it.
  let index: UInt64

  /// Nil for an early attribution. Errors: `invalid_argument` that says what is wrong.
  init?(_ input: AttributeRequest, _ id: ReceiptID) throws(RPCError) {
    guard !input.receiptStatement.isEmpty else {
      guard input.receiptIndex == 0 else { throw Self.refuse("receipt_index stands without its statement") }
      return nil
    }
    let signed: SignedStatement
    let receipt: ReceiptPredicate
    do {
      signed = try SignedStatement(input.receiptStatement)
      guard signed.statement.kind == .receipt else {
        throw ReceiptError.field("its kind", why: "is \(signed.statement.kind), it must be receipt")
      }
      receipt = try ReceiptPredicate(signed.statement.predicate)
    } catch { throw Self.refuse("\(error)") }
    guard receipt.receiptID == id, signed.statement.subject.utf8.elementsEqual(id.description.utf8) else {
      throw Self.refuse("is about receipt \(receipt.receiptID), not \(id)")
    }
    guard receipt.isAttributionPending else { throw Self.refuse("does not say that its attribution is pending") }
    guard receipt.statements?.execution == SHA256.hash(input.executionStatement),
      signed.statement.subjectDigest == receipt.subjectDigest
    else { throw Self.refuse("binds another execution") }
    guard receipt.priceNano == input.priceNano else {
      throw Self.refuse("states a price of \(receipt.priceNano), not \(input.priceNano)")
    }
    digest = signed.digest
    index = input.receiptIndex
  }

  /// Refuses a registry of a log that the receipt has not seen.
  func require(_ registry: RegistrySnapshot?) throws(RPCError) {
    guard let size = registry?.size, size > index else { return }
    throw RPCError(
      .invalidArgument, "a registry of \(size) entries is named, and the receipt is entry \(index)")
  }

  private static func refuse(_ why: String) -> RPCError { RPCError(.invalidArgument, "receipt_statement: \(why)") }
}
