import Codec
import Credit
import Cryptography
import Receipts

/// A receipt drawn small: what its statements say, for people. It checks nothing.
struct ReceiptTable {
  let rows: [(String, String)]

  init(_ bundle: Receipts.Bundle) throws {
    func statement(_ kind: StatementKind) throws -> Statement? {
      try bundle.statements[kind].map { try SignedStatement($0).statement }
    }
    var rows = [("receipt", bundle.receiptID.description)]
    if let receipt = try statement(.receipt).map({ try ReceiptPredicate($0.predicate) }) {
      rows.append(
        ("outcome", "\(receipt.outcome), sequence \(receipt.sequence), price \(receipt.priceNano) nano-units"))
    }
    if let signed = try statement(.execution) {
      let execution = try ExecutionPredicate(signed.predicate)
      rows.append(("model", "\(execution.model), \(execution.profile), manifest \(execution.manifest.hex.prefix(16))…"))
      rows.append(
        ("tokens", "\(execution.promptTokens) in, \(execution.completionTokens) out, \(execution.finishReason)"))
      rows.append(("executed by", signed.issuer))
    }
    if let policy = try statement(.receipt).flatMap({ try ReceiptPredicate($0.predicate).verification }) {
      rows.append(("verification", policy.text))
    }
    if let signed = try statement(.verdict)
      ?? bundle.registered[.verdict].map({ try SignedStatement($0.statement).statement })
    {
      let verdict = try VerdictPredicate(signed.predicate)
      rows.append(("verified by", "\(signed.issuer): \(verdict.method) \(verdict.result.rawValue)"))
    }
    for later in bundle.superseding {
      let signed = try SignedStatement(later.statement).statement
      let verdict = try VerdictPredicate(signed.predicate)
      rows.append(("superseded", "\(verdict.result.rawValue) by \(signed.issuer): \(verdict.supersedes?.reason ?? "")"))
    }
    if let signed = try statement(.custody) {
      rows.append(("kept by", "\(signed.issuer): \(try CustodyPredicate(signed.predicate).blobs.count) blobs"))
    }
    if let signed = try statement(.attribution)
      ?? bundle.registered[.attribution].map({ try SignedStatement($0.statement).statement })
    {
      for share in try AttributionPredicate(signed.predicate).shares.sorted(by: { $0.amountNano > $1.amountNano }) {
        rows.append(("credit", "\(String(share.amountNano).leftPadded(to: 9)) \(share.contributor)"))
      }
    }
    rows.append(("log", "tree of \(bundle.asOf) entries"))
    self.rows = rows
  }

  var text: String {
    let width = (rows.map { $0.1.count }.max() ?? 0) + 14
    let line = "+" + String(repeating: "-", count: width + 2) + "+"
    let body = rows.map { "| \(($0.0.padded(to: 12) + "  " + $0.1).padded(to: width)) |" }
    return ([line] + body + [line]).joined(separator: "\n")
  }
}

extension String {
  func leftPadded(to width: Int) -> String { String(repeating: " ", count: max(0, width - count)) + self }
}
