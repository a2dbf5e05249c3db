/// Where the suffixes of a text begin, in their order, by comparing each with each.
public func sortedSuffixes(_ text: [UInt16]) -> [Int] {
  text.indices.sorted { text[$0...].lexicographicallyPrecedes(text[$1...]) }
}
