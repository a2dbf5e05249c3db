import Codec
import Testing

@testable import Credit

@Suite struct PayoutPolicyTests {
  private static let roles = #""roles":[{"basis_points":10000,"method":"operator/1","role":"operator"}]"#

  private func policy(_ text: String) throws -> AttributionPolicy {
    try AttributionPolicy(json: JSON(parsing: Array(text.utf8)))
  }

  @Test func escrowAndMinimumReadBackAndAreAbsentWhereTheyAreZero() throws {
    let plain = try policy(#"{"id":"p",\#(Self.roles)}"#)
    #expect(plain.escrowDays == 0 && plain.minimumPayoutNano == 0)
    #expect(String(decoding: try JCS.encode(plain.json), as: UTF8.self) == #"{"id":"p",\#(Self.roles)}"#)
    let text = #"{"escrow_days":14,"id":"p","minimum_payout_nano":"4611686018427387904",\#(Self.roles)}"#
    let full = try policy(text)
    #expect(full.escrowDays == 14 && full.minimumPayoutNano == 1 << 62)
    #expect(String(decoding: try JCS.encode(full.json), as: UTF8.self) == text)
    #expect(try plain.digest() != full.digest())
  }

  @Test(arguments: [
    #""escrow_days":0"#, #""escrow_days":-1"#, #""escrow_days":3651"#, #""escrow_days":"14""#, #""escrow_days":1.0"#,
    #""escrow_days":null"#, #""escrow_days":1,"escrow_days":1"#, #""minimum_payout_nano":"0""#,
    #""minimum_payout_nano":1"#, #""minimum_payout_nano":"01""#, #""minimum_payout_nano":"-1""#,
    #""minimum_payout_nano":"4611686018427387905""#, #""minimum_payout_nano":null"#, #""minimum_payout":"1""#,
  ])
  func anotherValueIsRefused(_ member: String) {
    #expect(throws: (any Error).self) { try policy(#"{"id":"p",\#(Self.roles),\#(member)}"#) }
  }

  @Test func aPolicyThatIsMadeIsChecked() {
    for days in [-1, 3_651] {
      #expect(throws: CreditError.self) {
        try AttributionPolicy(id: "p", roles: AttributionPolicy.standard.roles, escrowDays: days)
      }
    }
    #expect(throws: CreditError.priceTooLarge(nano: (1 << 62) + 1, limit: 1 << 62)) {
      try AttributionPolicy(id: "p", roles: AttributionPolicy.standard.roles, minimumPayoutNano: (1 << 62) + 1)
    }
  }
}
