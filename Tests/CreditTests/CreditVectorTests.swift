import Codec
import Credit
import Cryptography
import Foundation
import Testing

/// Tests/Vectors/credit, which a second implementation with exact fractions computed.
@Suite struct CreditVectorTests {
  @Test func apportionmentsAgree() throws {
    let cases = try vectors("apportionment.json", atLeast: 70)
    for item in cases {
      let weights = try pairs(item["weights"]).map {
        Weighted(contributor: $0.0, weight: try #require(Int128($0.1)))
      }
      #expect(
        try Apportionment.apportion(try total(item, "total"), weights: weights) == shares(item),
        "\(item["name"]?.stringValue ?? "")")
    }
  }

  @Test func lineagesAgree() throws {
    for item in try vectors("lineage.json", atLeast: 6) {
      let lineage = try Lineage(json: try #require(item["lineage"]))
      let expected = try #require(item["node_weights"]?.arrayValue).map(\.stringValue)
      #expect(lineage.nodeWeights.map { String($0) } == expected)
      #expect(try Apportionment.apportion(try total(item, "total"), weights: lineage.weights) == shares(item))
    }
  }

  @Test func sharesAgree() throws {
    for item in try vectors("shares.json", atLeast: 8) {
      let policy = try AttributionPolicy(json: try #require(item["policy"]))
      #expect(SHA256.hash(try JCS.encode(policy.json)).hex == item["policy_sha256"]?.stringValue)
      let lineage = try #require(item["lineage"])
      let computed = try computeShares(
        policy: policy, lineage: lineage.isNull ? nil : Lineage(json: lineage),
        operator: try #require(item["operator"]?.stringValue), price: total(item, "price"))
      #expect(computed == (try shares(item)), "\(item["name"]?.stringValue ?? "")")
      if policy.id == AttributionPolicy.standard.id { #expect(policy == .standard) }
    }
  }

  private func vectors(_ name: String, atLeast count: Int) throws -> [JSON] {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let data = try Data(contentsOf: folder.appending(path: "Vectors/credit/\(name)"))
    let cases = try #require(JSON(parsing: Array(data)).arrayValue)
    #expect(cases.count >= count)
    return cases
  }

  private func pairs(_ json: JSON?) throws -> [(String, String)] {
    try #require(json?.arrayValue).map { (try #require($0[0]?.stringValue), try #require($0[1]?.stringValue)) }
  }

  private func shares(_ item: JSON) throws -> [Share] {
    try pairs(item["shares"]).map { share($0.0, try #require(UInt64($0.1))) }
  }

  private func total(_ item: JSON, _ name: String) throws -> UInt64 { try #require(item[name]?.decimalValue) }
}
