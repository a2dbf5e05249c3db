internal import Credit
internal import Cryptography

/// A registered collection with those of its records whose texts are here.
struct IndexedCollection: Sendable {
  let holding: Registry.Holding
  /// In the order of the asset's contents.
  let records: [Digest32]
  private let index: NeighbourIndex

  /// - Parameter vector: of each record. Errors: vectors of several widths.
  init(_ holding: Registry.Holding, _ records: [Digest32], vector: (Digest32) -> [Int8]) throws(CreditError) {
    self.holding = holding
    self.records = records
    index = try NeighbourIndex(
      records.map {
        NeighbourClass(owner: holding.contributor, commitment: holding.committed, id: $0, vector: vector($0))
      })
  }

  /// The nearest records first; of equally near ones that with the smaller digest.
  func nearest(_ query: [Int8], count: Int) throws(CreditError) -> [Digest32] {
    try NeighbourRanking(index).nearest(query, count: count).map { records[$0] }
  }
}

/// The texts of the folder that can be documents, by their records.
struct CollectionLibrary: Sendable {
  /// Records in the folder: their vectors are in memory.
  static let countMax = 1 << 18

  let texts: [Digest32: String]
  /// Texts that are longer than a document may be.
  let longCount: Int

  /// What of an asset is here.
  func records(of asset: Asset) -> [Digest32] { asset.contents.filter { texts[$0] != nil } }
}
