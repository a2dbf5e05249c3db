import Credit
import Receipts
import ServiceKit
import Testing
import Wire

@testable import AttributionService

@Suite struct MethodTests {
  @Test func whatIsMeteredGoesToWhoRanIt() async throws {
    try await withOffice { office in
      office.policy = try AttributionPolicy(
        id: "metered",
        roles: [
          PolicyRole(role: "machines", basisPoints: 4_000, method: .metered(Metered(perToken: 2, perMillisecond: 1))),
          PolicyRole(role: "lineage", basisPoints: 6_000, method: .lineage),
        ])
      let service = try await office.open()
      let answer = try await service.attribute(Office.request(1, price: 1_000))
      let predicate = try AttributionPredicate(SignedStatement(answer.attributionStatement).statement.predicate)
      #expect(predicate.shares.first { $0.contributor == Office.operatorID }?.amountNano == 400)
    }
  }

  @Test func aPolicyThatNobodyComputesIsRefusedAtTheStart() throws {
    let office = try Office()
    defer { office.remove() }
    let path = try office.file(#"{"id":"p","roles":[{"basis_points":10000,"method":"feedback/1","role":"all"}]}"#)
    let error = #expect(throws: SettingsError.self) { try Office.settings(["--policy", path]) }
    #expect("\(error.map { "\($0)" } ?? "")".contains("does not compute for answers yet"))
  }

  /// Each of them is needed: the texts, the log that says whose they are, and the encoder.
  @Test func aPolicyOfNearestRecordsNeedsTextsALogAndAnEncoder() throws {
    let office = try Office()
    defer { office.remove() }
    let method = #""method":"knn-shapley/1","near_bp":9500,"negatives":"dropped","neighbours":5,"shift":8"#
    let path = try office.file(#"{"id":"p","roles":[{"basis_points":10000,\#(method),"role":"all"}]}"#)
    let all = [
      "--collections", office.folder, "--storage-url", "http://127.0.0.1:1", "--inference-url", "http://127.0.0.1:2",
    ]
    #expect(try Office.settings(["--policy", path] + all).policy.nearest?.method == "knn-shapley/1")
    for at in stride(from: 0, to: all.count, by: 2) {
      let fewer = Array(all[..<at] + all[(at + 2)...])
      let error = #expect(throws: SettingsError.self) { try Office.settings(["--policy", path] + fewer) }
      #expect("\(error.map { "\($0)" } ?? "")".contains("--collections (the registered texts)"))
    }
  }
}
