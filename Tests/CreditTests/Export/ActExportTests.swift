import Codec
import Cryptography
import Testing

@testable import Credit

/// The exports of a ledger with every event.
@Suite struct ActExportTests {
  @Test func beancountHasAnAccountOfEachKind() throws {
    let text = try ExportFixture.write(.beancount, ActFixture.full().entries)
    let lines = text.split(separator: "\n").map(String.init)
    for line in [
      "2025-09-04 * \"payout\" \"payout:first\"", "  Liabilities:Paid:Xada  -1400 NANO",
      "2025-09-05 balance Liabilities:Settled:Xada 600 ~ 0 NANO",
      "2025-09-05 balance Liabilities:Held:Xeve 0 ~ 0 NANO", "2025-09-05 balance Liabilities:Escrow:Xada 0 ~ 0 NANO",
    ] { #expect(lines.contains(line), "\(line)") }
  }

  @Test func csvHasTheChainOfEveryEntry() throws {
    let ledger = try ActFixture.full()
    let rows = try ExportFixture.write(.csv, ledger.entries).split(separator: "\r\n")
    #expect(rows.first?.hasSuffix(",key,detail,chain") == true)
    #expect(rows.count == 1 + ledger.book.postingCount)
    #expect(rows.last?.hasSuffix(",\(ledger.book.head.hex)") == true)
  }

  @Test func everyActIsAnActivityOfProvenance() throws {
    let json = try JSON(parsing: Array(ExportFixture.write(.provJSON, ActFixture.full().entries).utf8))
    let events = (json["activity"]?.objectValue ?? []).compactMap { $0.value["colophon:event"]?.stringValue }
    #expect(events.count == 8 && Set(events).count == 6)
    let evidence = "colophon:statement-\(ActFixture.evidence.hex)"
    #expect(json["entity"]?[evidence] != nil)
  }

  @Test func theBillOfMaterialsSaysWhatWasPaidOut() throws {
    let json = try JSON(parsing: Array(ExportFixture.write(.cycloneDX, ActFixture.full().entries).utf8))
    let properties = json["metadata"]?["properties"]?.arrayValue ?? []
    #expect(properties.contains(["name": "colophon:paid_out_nano:ada", "value": "1400"]))
  }
}
