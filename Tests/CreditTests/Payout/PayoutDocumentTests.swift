import Codec
import Cryptography
import Testing

@testable import Credit

@Suite struct PayoutDocumentTests {
  private static let token = "eip155:84532/erc20:0x036CbD53842c5426634e7929541eC2318f3dCF7e"
  private static let payer = "0x857b06519E91e3A54538791bDbb0E22373e36b66"
  private static let payee = "0x209693Bc6afc0C5328bA36FaF03C514EF312287C"

  private func entry(_ terms: PayoutTerms, _ reference: String) throws -> LedgerEntry {
    let payout = LedgerAct.Payout(
      day: 20_335, minimumNano: 0, terms: terms,
      payees: [LedgerAct.Payout.Payee(contributor: "ada", reference: reference)])
    return LedgerEntry(
      number: 9, key: "payout:p1", unixMs: 1_757_000_000_123, event: .payout, origin: nil,
      detail: try LedgerDetail(unixMs: 1_757_000_000_123, act: .pay(payout)).text,
      postings: try LedgerRules.payout([share("ada", 5_000_000_000)]))
  }

  private func payment(_ entry: LedgerEntry) throws -> JSON {
    let text = try PayoutDocument(entry).text
    #expect(try PayoutDocument(entry).text == text)
    let json = try JSON(parsing: Array(text.utf8))
    #expect(json["payout"] == "p1" && json["total_nano"] == "5000000000" && json["until"] == "2025-09-04")
    return try #require(json["payments"]?[0])
  }

  @Test func x402AsksForOnePaymentThatCanBeMadeOnce() throws {
    let terms = try PayoutTerms(format: .x402, asset: Self.token, scale: 6, from: Self.payer)
    let payment = try payment(entry(terms, "eip155:84532:\(Self.payee)"))
    let requirements = try #require(payment["paymentRequirements"])
    #expect(
      requirements == [
        "scheme": "upto", "network": "eip155:84532", "amount": "5000000",
        "asset": "0x036CbD53842c5426634e7929541eC2318f3dCF7e", "payTo": .string(Self.payee),
        "maxTimeoutSeconds": 2_592_000,
      ])
    let payload = try #require(payment["paymentPayload"])
    #expect(payload["x402Version"] == 2 && payload["accepted"] == requirements)
    let permit = try #require(payload["payload"]?["permit2Authorization"])
    #expect(permit["permitted"]?["amount"] == "5000000" && permit["from"] == .string(Self.payer))
    #expect(permit["witness"]?["to"] == .string(Self.payee) && permit["deadline"] == "1759592000")
    let nonce = SHA256.hash(Array("payout:p1 ada".utf8)).hex
    #expect(permit["nonce"] == .string("0x\(nonce)") && payload["payload"]?["signature"] == nil)
  }

  @Test func openPaymentsAsksForAnIncomingAndAnOutgoingPayment() throws {
    let terms = try PayoutTerms(format: .openPayments, asset: "EUR", scale: 2, from: "$payer.example")
    let payment = try payment(entry(terms, "https://wallet.example/ada"))
    let amount: JSON = ["value": "500", "assetCode": "EUR", "assetScale": 2]
    let (incoming, outgoing) = (payment["incomingPayment"], payment["outgoingPayment"])
    #expect(incoming?["walletAddress"] == "https://wallet.example/ada" && incoming?["incomingAmount"] == amount)
    #expect(outgoing?["walletAddress"] == "https://payer.example/.well-known/pay" && outgoing?["debitAmount"] == amount)
    #expect(outgoing?["metadata"] == incoming?["metadata"] && outgoing?["metadata"]?["payout"] == "p1")
  }

  @Test func whatIsNoPayoutHasNoDocument() throws {
    for entry in try ActFixture.full().entries where entry.event != .payout {
      #expect(throws: CreditError.self) { try PayoutDocument(entry) }
    }
    var nameless = try entry(ActFixture.terms(), "https://wallet.example/ada")
    nameless.key = "payout:two words"
    #expect(throws: CreditError.self) { try PayoutDocument(nameless) }
  }

  @Test(arguments: [
    ("x402", token, 10, payer), ("x402", token, -1, payer), ("x402", "USDC", 6, payer), ("x402", token, 6, "0x12"),
    ("x402", "eip155:0/erc20:\(payer)", 6, payer), ("x402", "eip155:1/slip44:60", 6, payer),
    ("x402", token + "0", 6, payer), ("open-payments", "", 2, "$payer.example"),
    ("open-payments", "E U", 2, "$payer.example"), ("open-payments", "EUR", 2, "http://payer.example"),
    ("open-payments", "EUR", 2, "https://payer"), ("open-payments", "EUR", 2, "https://payer.example/?a=b"),
  ])
  func otherTermsAreRefused(_ format: String, _ asset: String, _ scale: Int, _ from: String) throws {
    let format = try #require(PayoutTerms.Format(rawValue: format))
    #expect(throws: CreditError.self) { try PayoutTerms(format: format, asset: asset, scale: scale, from: from) }
  }

  @Test func moneyGoesToReferencesOfItsFormatAndNetworkOnly() throws {
    let x402 = try PayoutTerms(format: .x402, asset: Self.token, scale: 6, from: Self.payer)
    #expect(x402.pays(to: "eip155:84532:\(Self.payee)") && x402.unitNano == 1_000)
    for other in ["eip155:1:\(Self.payee)", Self.payee, "https://wallet.example/ada", "eip155:84532:0x1", ""] {
      #expect(!x402.pays(to: other))
    }
    let open = try ActFixture.terms()
    #expect(open.pays(to: "$wallet.example/ada") && open.pays(to: "https://wallet.example") && open.unitNano == 1)
    for other in ["eip155:84532:\(Self.payee)", "$", "wallet.example", "https://w.example/a b", "https://w.example/#a"]
    {
      #expect(!open.pays(to: other))
    }
  }
}
