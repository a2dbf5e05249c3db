internal import Codec

extension PayoutDocument {
  /// How long an authorization may be used, from the second of the payout.
  private static let timeoutSeconds: UInt64 = 30 * 86_400
  /// `x402UptoPermit2Proxy`, which has one address on all networks.
  private static let proxy = "0x4020A4f3b7b90ccA423B9fabCc0CE57C6C240002"

  /// x402 version 2, scheme `upto` on EVM networks (x402 specifications, `scheme_upto_evm.md`): the `PaymentRequirements` of
  /// the payee, and the `PaymentPayload` that pays them. What the payer's wallet adds is not there: `signature`, the
  /// facilitator that it chooses (`extra.facilitatorAddress` and `witness.facilitator`), and the token's `name` and `version`.
  ///
  /// The nonce is a function of the payout and the payee, and Permit2 takes a nonce of one payer once: a file that is handed
  /// in twice pays once.
  func x402(_ line: Line) -> JSON {
    guard let token = EVMName.token(payout.terms.asset), let payee = EVMName.account(line.reference) else {
      return .object(about(line))
    }
    let seconds = unixMs / 1_000
    let requirements: JSON = [
      "scheme": "upto", "network": .string(token.chain), "amount": value(line), "asset": .string(token.address),
      "payTo": .string(payee.address), "maxTimeoutSeconds": .integer(Self.timeoutSeconds),
    ]
    let payload: JSON = [
      "x402Version": 2,
      "resource": [
        "url": .string("urn:colophon:payout:\(id)"), "description": "Credit for AI answers",
        "mimeType": "application/json",
      ],
      "accepted": requirements,
      "payload": [
        "permit2Authorization": [
          "permitted": ["token": .string(token.address), "amount": value(line)], "from": .string(payout.terms.from),
          "spender": .string(Self.proxy), "nonce": .string("0x\(line.nonce)"),
          "deadline": .decimal(seconds + Self.timeoutSeconds),
          "witness": ["to": .string(payee.address), "validAfter": .decimal(seconds)],
        ]
      ],
    ]
    return .object(
      about(line) + [JSONMember("paymentRequirements", requirements), JSONMember("paymentPayload", payload)])
  }
}
