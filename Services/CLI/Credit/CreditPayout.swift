import ArgumentParser
import Codec
import Credit
import Foundation
import RPC
import Wire

struct CreditPayout: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "payout",
    abstract: "Pay out what is due: post it in the ledger, then write the file that asks for the payments.",
    discussion: """
      Paid is what contributors have settled, once the escrow of the receipt's policy has ended: a receipt of day D (UTC, by
      its id) under N days of escrow can be paid from the beginning of day D + N on. What open disputes hold is not paid,
      and nothing below the policy's minimum_payout_nano. Who has registered no payout reference of the format, and
      "unattributed", is not paid: the amount stays settled.

      x402           version 2, scheme "upto" on EVM networks: the payment requirements of each payee and a payload without
                     its signature. References are CAIP-10 (eip155:8453:0x...), --asset is CAIP-19
                     (eip155:8453/erc20:0x...), --from is an address.
      open-payments  resource server 1.3: for each payee the bodies of an incoming and of an outgoing payment. References
                     and --from are wallet addresses (https://... or $...), --asset is a code such as EUR.

      Nothing is paid here: a wallet does that. The ledger comes first and the file after it: asked for again under the
      same --id, or with --rewrite ID, the same file is written, byte for byte, and nothing is posted.
      """)

  @Option(help: "\(PayoutTerms.Format.allCases.map(\.rawValue).joined(separator: " or ")).") var format: String?
  @Option(help: "In what is paid.") var asset: String?
  @Option(help: "Decimals of the asset's smallest unit, 0 to 9. [default: x402 6, open-payments 2]") var scale: Int?
  @Option(help: "Who pays.") var from: String?
  @Option(help: "Pay what is out of escrow at the beginning of this day (UTC, YYYY-MM-DD), today by default.")
  var until: String?
  @Option(help: "The payout's name: 1 to 64 of a-z A-Z 0-9 . _ -; the day by default.") var id: String?
  @Option(help: "Write the file of this payout again, and post nothing.") var rewrite: String?
  @Option(help: "The file to write.") var out: String
  @Flag(help: "Print JSON.") var json = false
  @OptionGroup var data: DataOption

  func run() async throws {
    try await Failure.report {
      if let rewrite { return try await write(again: rewrite) }
      let order = try order()
      let answer = try await LedgerReader.with(data) { try await $0.call(AttributionProcedures.payOut, order) }
      let entry = try answer.entry.first.map(LedgerReader.entry)
      if let entry { try write(entry) }
      Console.out(json ? Self.json(order.payoutID, entry, answer).text : text(order.payoutID, entry, answer))
    }
  }

  private func order() throws -> PayOutRequest {
    guard let format, let asset, let from else {
      throw Failure(
        "--format, --asset and --from say how a payout is paid; all are needed, except with --rewrite", status: 64)
    }
    guard let known = PayoutTerms.Format(rawValue: format) else {
      let all = PayoutTerms.Format.allCases.map(\.rawValue).joined(separator: ", ")
      throw Failure("--format must be one of \(all), not \"\(format)\"", status: 64)
    }
    let today = UnixDay(unixMs: UInt64(max(0, Date().timeIntervalSince1970 * 1_000)))
    guard let day = until.map({ UnixDay($0) }) ?? today else {
      throw Failure("--until must be a day of the calendar, as 2026-01-31, not \"\(until ?? "")\"", status: 64)
    }
    let scale = scale ?? (known == .x402 ? 6 : 2)
    do { _ = try PayoutTerms(format: known, asset: asset, scale: scale, from: from) } catch {
      throw Failure("\(error)", status: 64)
    }
    return PayOutRequest(
      payoutID: id ?? day.text, day: UInt64(max(0, day.number)), format: format, asset: asset, scale: UInt64(scale),
      from: from)
  }

  private func write(again id: String) async throws {
    let answer = try await LedgerReader.with(data) {
      try await $0.call(AttributionProcedures.getPayout, GetPayoutRequest(payoutID: id))
    }
    guard let entry = try answer.entry.first.map(LedgerReader.entry) else {
      throw Failure("no payout \"\(id)\" was posted", status: 66)
    }
    try write(entry)
    let again = PayOutResponse(entry: answer.entry)
    Console.out(json ? Self.json(id, entry, again).text : text(id, entry, again))
  }

  private func write(_ entry: LedgerEntry) throws {
    let text: String
    do { text = try PayoutDocument(entry).text } catch { throw Failure("\(error)", status: 76) }
    try Files.write(Array(text.utf8), to: URL(fileURLWithPath: out))
  }

  private static func total(_ entry: LedgerEntry?) -> (count: Int, nano: Int64) {
    let paid = (entry?.postings ?? []).filter { $0.amountNano > 0 }
    return (paid.count, paid.reduce(0) { $0 + $1.amountNano })
  }

  private func text(_ id: String, _ entry: LedgerEntry?, _ answer: PayOutResponse) -> String {
    let (count, nano) = Self.total(entry)
    let first =
      entry == nil
      ? "nothing is payable: no entry, no file"
      : "payout \(id): \(nano) nano-units to \(count) \(answer.newlyPosted ? "posted" : "posted before"), written to \(out)"
    return ([first] + answer.unpaid.map { "not paid: \($0.contributor) \($0.amountNano) (\($0.reason))" })
      .joined(separator: "\n")
  }

  private static func json(_ id: String, _ entry: LedgerEntry?, _ answer: PayOutResponse) -> JSON {
    let (count, nano) = total(entry)
    return [
      "payout": .string(id), "entry": entry.map { .integer($0.number) } ?? .null,
      "newly_posted": .bool(answer.newlyPosted), "payees": .integer(count), "total_nano": .decimal(nano),
      "unpaid": .array(
        answer.unpaid.map {
          [
            "contributor": .string($0.contributor), "amount_nano": .decimal($0.amountNano),
            "reason": .string($0.reason),
          ]
        }),
    ]
  }
}
