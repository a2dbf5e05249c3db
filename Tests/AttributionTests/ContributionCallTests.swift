import Credit
import Cryptography
import RPC
import Receipts
import Stores
import Testing
import Wire

@testable import AttributionService

@Suite struct ContributionCallTests {
  @Test func contributionsComeBackAsTheyWereFollowed() async throws {
    try await withOffice { office in
      let service = try await office.open()
      let signed = try RegistryReader.sign(
        .commitment(SHA256.hash([1])), issuer: "i", issuedAt: 1, with: Office.key("ada"))
      let item = LoggedContribution(index: 3, statement: signed.bytes)
      #expect(try await service.follow(FollowLogRequest(start: 0, end: 5, contributions: [item])).logSize == 5)
      let page = try await office.open().list(ListContributionsRequest())
      #expect(page == ListContributionsResponse(logSize: 5, contributions: [item]))
    }
  }

  @Test func gapsAndStrangeStatementsAreRefusedWithTheirCode() async throws {
    try await withOffice { office in
      let service = try await office.open()
      let junk = LoggedContribution(index: 0, statement: [1])
      let many = [LoggedContribution](repeating: junk, count: ContributionStore.pageCountMax + 1)
      let wrong: [(RPCCode, FollowLogRequest)] = [
        (.failedPrecondition, FollowLogRequest(start: 1, end: 2)),
        (.invalidArgument, FollowLogRequest(start: 2, end: 1)),
        (.invalidArgument, FollowLogRequest(start: 0, end: 1, contributions: [junk])),
        (.invalidArgument, FollowLogRequest(start: 0, end: 1, contributions: many)),
      ]
      for (code, request) in wrong {
        #expect(try await refusal { try await service.follow(request) }?.code == code)
      }
    }
  }

  @Test func theLedgerIsListedToItsEnd() async throws {
    try await withOffice { office in
      let service = try await office.open()
      _ = try await service.attribute(Office.request(1))
      _ = try await service.settle(Office.settlement(1))
      let page = try await service.entries(ListEntriesRequest())
      #expect(page.entries.map(\.event) == ["pending", "settlement"])
      #expect(page.entries[1].logIndex == 1 && page.entries[0].lines.map(\.line) == [1, 2, 3, 4])
      let rest = try await service.entries(
        ListEntriesRequest(afterEntry: page.entries[0].number, afterLine: 3))
      #expect(rest.entries.first?.lines.map(\.line) == [4])
      let last = try #require(page.entries.last)
      let end = ListEntriesRequest(afterEntry: last.number, afterLine: UInt64(last.lines.count))
      #expect(try await service.entries(end).entries.isEmpty)
    }
  }
}
