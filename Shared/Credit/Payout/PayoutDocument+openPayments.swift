internal import Codec

extension PayoutDocument {
  /// Open Payments, resource server API 1.3: the body of `POST /incoming-payments` at the payee's resource server, which makes
  /// what is to be received, and that of `POST /outgoing-payments` at the payer's. The second lacks `incomingPayment`, the
  /// URL that the first one answers with, and the payer's grant is asked for beside it.
  ///
  /// The metadata name payout and payee, so that one that was made already can be found before it is made again.
  func openPayments(_ line: Line) -> JSON {
    guard let payee = WalletAddress.url(line.reference), let payer = WalletAddress.url(payout.terms.from) else {
      return .object(about(line))
    }
    let amount: JSON = [
      "value": value(line), "assetCode": .string(payout.terms.asset), "assetScale": .integer(payout.terms.scale),
    ]
    let metadata: JSON = [
      "payout": .string(id), "contributor": .string(line.contributor), "idempotency_key": .string(line.nonce),
    ]
    return .object(
      about(line) + [
        JSONMember(
          "incomingPayment", ["walletAddress": .string(payee), "incomingAmount": amount, "metadata": metadata]),
        JSONMember(
          "outgoingPayment", ["walletAddress": .string(payer), "debitAmount": amount, "metadata": metadata]),
      ])
  }
}
