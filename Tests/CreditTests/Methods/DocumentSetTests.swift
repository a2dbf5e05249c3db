import Credit
import Cryptography
import TestKit
import Testing

@Suite struct DocumentSetTests {
  @Test func aSetIsItsDocumentsItsBytesAndNothingElse() throws {
    var random = SplitMix64(state: 1)
    for count in [0, 1, 7, 63, 64, 65, 200, 256] {
      let documents = Array((0..<256).shuffled(using: &random).prefix(count)).sorted()
      let set = DocumentSet(documents)
      #expect(set.documents == documents && set.bytes.count == 32)
      #expect((0..<256).allSatisfy { set.contains($0) == documents.contains($0) })
      #expect(DocumentSet(set.bytes) == set)
      for document in documents { #expect(set.bytes[document / 8] >> (7 - document % 8) & 1 == 1) }
    }
    #expect(DocumentSet(0b101) == DocumentSet([0, 2]) && DocumentSet(0) == DocumentSet())
    #expect(DocumentSet([0]).bytes == [0x80] + [UInt8](repeating: 0, count: 31))
    for count in [0, 31, 33, 64] { #expect(DocumentSet([UInt8](repeating: 1, count: count)) == nil) }
  }

  @Test func setsAreOrderedSoThatTheFirstDocumentChangesLeastOften() {
    let ordered = [[], [255], [64], [63], [1, 200], [1, 2], [0], [0, 255], [0, 1]].map { DocumentSet($0) }
    for (at, set) in ordered.enumerated() {
      for (other, after) in ordered.enumerated() { #expect((set < after) == (at < other), "\(at) \(other)") }
    }
  }

  @Test(arguments: [(13, 1), (14, 60), (130, 4), (256, 2)])
  func thePermutationsPassThroughTheirCoalitionsAndNoOthers(_ count: Int, _ permutations: Int) throws {
    let sample = try SampledContextShapley(documents: count, permutations: permutations, seed: SHA256.hash([7]))
    let coalitions = sample.coalitions
    #expect(coalitions == coalitions.sorted() && Set(coalitions).count == coalitions.count)
    #expect(coalitions.first == DocumentSet() && coalitions.last == DocumentSet(0..<count))
    #expect(coalitions.count <= 2 + permutations * (count - 1))
    var asked: Set<DocumentSet> = []
    let value: (DocumentSet) -> Int64 = { set in set.documents.reduce(-6_000_000) { $0 + Int64($1 * $1) } }
    let weights = try sample.weights { documents in
      asked.insert(DocumentSet(documents))
      return value(DocumentSet(documents))
    }
    #expect(asked == Set(coalitions))
    #expect(try sample.weights(values: coalitions.map(value)) == weights)
    #expect(throws: CreditError.self) { try sample.weights(values: coalitions.dropLast().map(value)) }
    #expect(throws: CreditError.self) { try sample.weights(values: coalitions.map { _ in 1 }) }
  }

  @Test func asManyPermutationsAreDrawnAsCoalitionsCanBeValuedFor() {
    #expect(SampledContextShapley.permutations(8, documents: 256) == 8)
    #expect(SampledContextShapley.permutations(65_536, documents: 256) == 1024)
    #expect(SampledContextShapley.permutations(65_536, documents: 13) == 20_164)
    for count in 13...256 {
      let most = SampledContextShapley.permutations(65_536, documents: count)
      #expect(2 + most * (count - 1) <= 1 << 18)
    }
  }
}
