import Testing

@testable import Credit

@Suite struct DataProvenanceTests {
  /// By the schema of the Data & Trust Alliance, version 1.0.0.
  private static let alliance = #"""
    {"source": {"version": "1.0.0", "title": "River levels", "id": "7f1c", "issuer": [{"name": "Water Office",
      "address": ["Quay 1"]}, {"name": "Weather Office"}], "description": "Hourly levels of 40 rivers"},
     "provenance": {"origin-geography": [{"country": "FI"}], "date": "2026-01-10",
      "generation-method": [{"code": "sensor"}]},
     "use": {"license": "CC-BY-4.0"}}
    """#
  /// By the OASIS draft of May 2026.
  private static let oasis = #"""
    {"$schema": "https://docs.oasis-open.org/dps/prov-meta/v1.0/schema/data-provenance.json",
     "set": {"category": "training-data", "schema-version": "1.0", "label": "x"},
     "source": {"name": "River levels", "issuer": [{"legal-name": "Water Office"}], "about": {"content": "c"}},
     "provenance": {"origin-geography": [{"country": "Finland"}], "date": "2026-01-10"},
     "use": {"license": ["Apache-2.0"], "consents": []}}
    """#

  @Test func bothVersionsSayNameLicenceAndIssuers() throws {
    let first = try DataProvenance(parsing: Array(Self.alliance.utf8))
    #expect(first.name == "River levels" && first.licence == "CC-BY-4.0")
    #expect(first.issuers == ["Water Office", "Weather Office"])
    let second = try DataProvenance(parsing: Array(Self.oasis.utf8))
    #expect(second.name == "River levels" && second.licence == "Apache-2.0" && second.issuers == ["Water Office"])
  }

  @Test(arguments: [
    (alliance, #""title""#, #""name""#), (alliance, #""use""#, #""uses""#),
    (alliance, #""provenance": {"#, #""lineage": {"#),
    (alliance, #""CC-BY-4.0""#, #"["CC-BY-4.0", "MIT"]"#), (alliance, #""CC-BY-4.0""#, "[]"),
    (alliance, #""CC-BY-4.0""#, #""""#), (alliance, #""River levels""#, #""River\nlevels""#),
    (alliance, #""Weather Office""#, "7"), (alliance, #""use": {"#, #""use": {"x": 1, "x": 2, "#),
    (oasis, #""name""#, #""title""#), (oasis, #""legal-name""#, #""name""#), (oasis, #""Apache-2.0""#, "null"),
    (oasis, #"[{"legal-name": "Water Office"}]"#, "[]"), (oasis, #"}}"#, "}"),
  ])
  func whatIsMissingOrAmbiguousIsRefused(_ text: String, _ part: String, _ other: String) throws {
    let changed = text.replacing(part, with: other)
    #expect(changed != text)
    #expect(throws: CreditError.self) { try DataProvenance(parsing: Array(changed.utf8)) }
  }
}
