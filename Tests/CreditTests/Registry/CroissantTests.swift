import Cryptography
import Testing

@testable import Credit

@Suite struct CroissantTests {
  private static let hex = String(repeating: "0f", count: 32)
  /// After the example of the Croissant 1.1 specification.
  static let text = #"""
    {"@context": {"@language": "en", "@vocab": "https://schema.org/", "cr": "http://mlcommons.org/croissant/",
      "sc": "https://schema.org/", "conformsTo": "dct:conformsTo"},
     "@type": "sc:Dataset", "conformsTo": "http://mlcommons.org/croissant/1.1", "name": "PASS",
     "description": "PASS is a large-scale image dataset", "license": "https://creativecommons.org/licenses/by/4.0/",
     "creator": [{"@type": "sc:Person", "name": "Yuki M. Asano"}, "Christian Rupprecht"],
     "distribution": [
      {"@type": "cr:FileObject", "@id": "metadata.csv", "name": "metadata.csv", "contentUrl": "https://example.org/m.csv",
       "encodingFormat": "text/csv", "sha256": "\#(hex)"},
      {"@type": "cr:FileObject", "@id": "pass0", "contentUrl": "https://example.org/PASS.0.tar", "sha256":
       "\#(String(repeating: "AB", count: 32))"},
      {"@type": "cr:FileObject", "@id": "inner", "containedIn": {"@id": "pass0"}},
      {"@type": "cr:FileSet", "@id": "images", "containedIn": {"@id": "pass0"}, "includes": "*.jpg"}],
     "recordSet": []}
    """#

  @Test func nameLicenceCreatorsAndDigestsAreRead() throws {
    let read = try Croissant(parsing: Array(Self.text.utf8))
    #expect(read.name == "PASS" && read.licence == "https://creativecommons.org/licenses/by/4.0/")
    #expect(read.creators == ["Yuki M. Asano", "Christian Rupprecht"])
    #expect(read.files.map(\.name) == ["metadata.csv", "pass0"])
    let asset = try read.asset(id: "pass", kind: .dataset)
    #expect(asset.contents.map(\.hex) == [Self.hex, String(repeating: "ab", count: 32)])
  }

  @Test(arguments: [
    (#""sc:Dataset""#, #"["schema:Thing", "https://schema.org/Dataset"]"#), ("croissant/1.1", "croissant/1.0"),
    (#""https://creativecommons.org/licenses/by/4.0/""#, #"{"@type": "CreativeWork", "url": "u"}"#),
    (#""conformsTo": "http"#, #""dct:conformsTo": "http"#),
  ])
  func otherSpellingsOfTheSameAreRead(_ part: String, _ other: String) throws {
    let changed = Self.text.replacing(part, with: other)
    #expect(changed != Self.text)
    #expect(try Croissant(parsing: Array(changed.utf8)).files.count == 2)
  }

  @Test(arguments: [
    ("sc:Dataset", "sc:Book"), ("croissant/1.1", "croissant/2.0"), (#""name": "PASS","#, ""),
    (#""name": "PASS""#, #""name": "a\nb""#), (#""name": "PASS""#, #""name": ["PASS"]"#),
    (#""https://creativecommons.org/licenses/by/4.0/""#, #"["a", "b"]"#),
    (#""https://creativecommons.org/licenses/by/4.0/""#, #""""#), (#""license""#, #""licence""#),
    (hex, "0f"), (#""sha256": "\#(hex)""#, #""md5": "\#(hex)""#),
    ("cr:FileObject\", \"@id\": \"pass0", "cr:Blob\", \"@id\": \"pass0"),
    (#""distribution""#, #""distributions""#), (#""recordSet": []}"#, #""recordSet": []"#),
    (#""recordSet": []"#, #""name": "again""#), (#""Christian Rupprecht""#, #""""#),
  ])
  func whatIsMissingOrAmbiguousIsRefused(_ part: String, _ other: String) throws {
    let changed = Self.text.replacing(part, with: other)
    #expect(changed != Self.text)
    #expect(throws: CreditError.self) { try Croissant(parsing: Array(changed.utf8)) }
  }

  @Test func limitsAreNamed() throws {
    let large = [UInt8](repeating: 0x20, count: DatasetMetadata.byteCountMax + 1)
    #expect(throws: CreditError.tooMany(what: "bytes of Croissant metadata", count: large.count, limit: 4 << 20)) {
      try Croissant(parsing: large)
    }
    let many = String(repeating: #"{"@type":"cr:FileSet"},"#, count: 4_097) + "{}"
    let text = Self.text.replacing(#""distribution": ["#, with: #""distribution": [\#(many),"#)
    #expect(throws: CreditError.tooMany(what: "items of croissant.distribution", count: 4_102, limit: 4_096)) {
      try Croissant(parsing: Array(text.utf8))
    }
    let crowd = String(repeating: #""a","#, count: 256)
    #expect(throws: CreditError.tooMany(what: "creators", count: 258, limit: 256)) {
      try Croissant(parsing: Array(Self.text.replacing(#""creator": ["#, with: #""creator": [\#(crowd)"#).utf8))
    }
    let deep = String(repeating: "[", count: 40) + String(repeating: "]", count: 40)
    #expect(throws: CreditError.self) {
      try Croissant(parsing: Array(Self.text.replacing(#""recordSet": []"#, with: #""recordSet": \#(deep)"#).utf8))
    }
  }
}
