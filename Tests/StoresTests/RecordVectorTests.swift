import Cryptography
import Testing

@testable import Stores

@Suite struct RecordVectorTests {
  private func record(_ number: Int) -> Digest32 { SHA256.hash(Array("\(number)".utf8)) }

  @Test(arguments: Backend.allCases) func vectorsAreKeptByRecordAndEncoder(_ backend: Backend) async throws {
    try await withLedger(backend) { fixture, ledger in
      let store = RecordVectorStore(ledger)
      let (one, other) = (SHA256.hash([1]), SHA256.hash([2]))
      #expect(try await store.vectors(of: [record(0)], by: one).isEmpty)
      #expect(try await store.vectors(of: [], by: one).isEmpty)
      try await store.keep([], by: one)
      try await store.keep([(record(0), [1, -128]), (record(1), [127, 0])], by: one)
      try await store.keep([(record(0), [9, 9])], by: other)
      // What is kept stays: the same record has the same vector, by the same encoder.
      try await store.keep([(record(0), [5, 5]), (record(2), [3])], by: one)
      let again = RecordVectorStore(try await fixture.open())
      let asked = (0..<RecordVectorStore.countMax + 2).map { record($0) }
      #expect(
        try await again.vectors(of: asked, by: one) == [
          record(0): [1, -128], record(1): [127, 0], record(2): [3],
        ])
      #expect(try await again.vectors(of: asked.reversed(), by: other) == [record(0): [9, 9]])
    }
  }
}
