import Codec
import Testing

@testable import Credit

@Suite struct ExportTests {
  @Test func beancountReversesTheSignsAndAssertsEveryBalance() throws {
    let text = try ExportFixture.write(.beancount, ExportFixture.ledger(), names: ["=ada": ExportFixture.hostile])
    let lines = text.split(separator: "\n").map(String.init)
    #expect(lines.contains("2025-09-04 * \"pending\" \"r1\""))
    #expect(lines.contains("  Assets:Payer:Xlocal  2305843009213693954 NANO"))
    #expect(lines.contains("  Liabilities:Settled:Xhttps-3A-2F-2Fb-2Eexample-2Fx  -2 NANO"))
    #expect(lines.contains("2025-09-06 balance Liabilities:Pending:X-3Dada -1 ~ 0 NANO"))
    #expect(lines.contains("2025-09-04 open Liabilities:Pending:X-3Dada NANO"))
    #expect(
      lines.contains(#"  name: "a\"b\\\\c\\u{a}d\\u{202e}e,=f\\u{d}\\u{a}2026-01-01 open Assets:Mine""#))
    #expect(!lines.contains { $0.hasPrefix("2026-01-01") })
  }

  @Test func noCellEndsItsLineOrRunsInASpreadsheet() throws {
    let text = try ExportFixture.write(.csv, ExportFixture.ledger(), names: ["=ada": "=" + ExportFixture.hostile])
    let rows = text.split(separator: "\r\n")
    #expect(rows.count == 1 + 3 + 2 + 4)
    #expect(rows[2].hasPrefix("1,1,2025-09-04T15:33:20.123Z,r1,pending,pending,'=ada,\"'=a\"\"b\\\\c\\u{a}d"))
    #expect(rows[1].hasPrefix("1,0,2025-09-04T15:33:20.123Z,r1,pending,payer,local,,-2305843009213693954,,,"))
    #expect(rows.dropFirst().allSatisfy { $0.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x202e } })
  }

  @Test(arguments: [
    ("plain", "plain"), ("two words", "\"two words\""), ("a,b", "\"a,b\""), ("a\"b", "\"a\"\"b\""), ("'x", "''x"),
    ("-1", "'-1"), ("@x", "'@x"), ("\u{ff1d}x", "'\u{ff1d}x"), ("\tx", "\\u{9}x"), ("\u{2028}", "\\u{2028}"),
    ("\u{0}", "\\u{0}"), ("é", "é"), ("", ""),
  ])
  func aCellHasOneForm(_ text: String, _ cell: String) { #expect(ExportText.cell(text) == cell) }

  @Test func noTwoIDsHaveOneName() {
    let ids = ["a-b", "a.b", "a-2Db", "a/b", "A-B", "a", "-61", "a-2D-b"]
    let names = ids.map(ExportText.name)
    #expect(Set(names).count == ids.count)
    #expect(
      names.allSatisfy {
        $0.utf8.allSatisfy {
          $0 == 0x2d || Character(Unicode.Scalar($0)).isLetter || Character(Unicode.Scalar($0)).isNumber
        }
      })
  }

  @Test func provenanceAddsUpToTheLedger() throws {
    let json = try parse(.provJSON)
    var sums: [String: Int64] = [:]
    for relation in json["wasAttributedTo"]?.objectValue ?? [] {
      let agent = relation.value["prov:agent"]?.stringValue ?? ""
      let state = relation.value["colophon:state"]?.stringValue ?? ""
      sums["\(state) \(agent)", default: 0] +=
        Int64(relation.value["colophon:amount_nano"]?["$"]?.stringValue ?? "") ?? 0
    }
    #expect(sums["settlement colophon:party--3Dada"] == 1 << 61)
    #expect(sums["pending colophon:party--3Dada"] == Int64(1 << 61) + 1)
    #expect(json["agent"]?["colophon:party--3Dada"]?["prov:label"]?.stringValue == ExportFixture.hostile)
    #expect(json["activity"]?.objectValue?.count == 2)
  }

  @Test func aProvenanceThatIsTooLargeIsRefused() throws {
    var writer = ProvWriter(names: [:], entryCountMax: 2)
    let entries = try ExportFixture.ledger()
    for entry in entries[..<2] { _ = try writer.add(entry) }
    #expect(throws: CreditError.self) { try writer.add(entries[2]) }
    #expect(writer.book.entryCount == 2)
  }

  @Test func theBillOfMaterialsAddsUpToTheLedger() throws {
    let json = try parse(.cycloneDX)
    let properties = (json["components"]?.arrayValue ?? []).flatMap { $0["properties"]?.arrayValue ?? [] }
    var sums: [String: Int64] = [:]
    for property in properties {
      sums[property["name"]?.stringValue ?? "", default: 0] += Int64(property["value"]?.stringValue ?? "") ?? 0
    }
    #expect(
      sums == [
        "colophon:pending_nano:=ada": 1, "colophon:settled_nano:=ada": 1 << 61,
        "colophon:pending_nano:https://b.example/x": 0, "colophon:settled_nano:https://b.example/x": 2,
      ])
  }

  @Test(arguments: LedgerFormat.allCases) func anEmptyLedgerIsAFileToo(_ format: LedgerFormat) throws {
    #expect(try !ExportFixture.write(format, []).isEmpty)
  }

  private func parse(_ format: LedgerFormat) throws -> JSON {
    try JSON(
      parsing: Array(
        ExportFixture.write(format, ExportFixture.ledger(), names: ["=ada": ExportFixture.hostile]).utf8))
  }
}
