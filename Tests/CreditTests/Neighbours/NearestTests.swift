import Cryptography
import TestKit
import Testing

@testable import Credit

@Suite struct NearestTests {
  @Test("the nearest classes are those that sorting finds, ties by commitment and id, on every kernel")
  func sorted() throws {
    var random = SplitMix64(state: 41)
    for count in [1, 2, 15, 16, 17, 300] {
      let game = NeighbourGame.random(count, neighbours: 1, &random)
      for kernel in DotKernel.available {
        let ranking = try NeighbourRanking(NeighbourIndex(game.classes, kernel: kernel))
        for asked in [0, 1, 5, count, count + 3] {
          #expect(
            try ranking.nearest(NeighbourGame.query, count: asked) == Array(game.ranked.prefix(asked)),
            "\(kernel), \(asked) of \(count)")
        }
      }
    }
  }

  @Test("vectors of the greatest products are told apart, and another width is refused")
  func wide() throws {
    let vectors: [[Int8]] = [[127, 127], [-127, -127], [127, 126], [0, 0]]
    let classes = vectors.enumerated().map { at, vector in
      NeighbourClass(owner: "ada", commitment: 7, id: SHA256.hash([UInt8(at)]), vector: vector)
    }
    let ranking = try NeighbourRanking(NeighbourIndex(classes))
    #expect(try ranking.nearest([127, 127], count: 4) == [0, 2, 3, 1])
    #expect(try ranking.nearest([-127, -127], count: 2) == [1, 3])
    #expect(throws: CreditError.self) { try ranking.nearest([1], count: 1) }
  }
}
