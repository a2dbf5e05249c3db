extension NeighbourRanking {
  /// The classes nearest to a query, nearest first, as places in the array that the index was made from: by (dot product
  /// descending, commitment, id), as in FORMAT section 7.
  ///
  /// - Parameter count: how many at most; fewer where there are fewer.
  /// - Throws: a query of another width.
  public func nearest(_ query: [Int8], count: Int) throws(CreditError) -> [Int] {
    try index.check(query: query)
    computeDots(query)
    let ranked = ranked(least: .min) { UInt32(truncatingIfNeeded: $0) }
    return ranked.keys.prefix(max(0, count)).map { index.order[Int(UInt32(truncatingIfNeeded: $0))] }
  }
}
