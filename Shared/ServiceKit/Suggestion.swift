/// The name that someone who mistyped most likely meant.
enum Suggestion {
  /// The nearest of `names` within a third of the word's length, or nil.
  static func nearest(to word: String, among names: [String]) -> String? {
    let ranked = names.map { (name: $0, distance: distance(word, $0)) }.min { $0.distance < $1.distance }
    guard let ranked, ranked.distance <= max(2, word.count / 3) else { return nil }
    return ranked.name
  }

  /// Levenshtein's edit distance.
  static func distance(_ left: String, _ right: String) -> Int {
    let columns = Array(right.utf8)
    var row = Array(0...columns.count)
    for (at, byte) in left.utf8.prefix(256).enumerated() {
      var diagonal = row[0]
      row[0] = at + 1
      for column in columns.indices {
        let substituted = diagonal + (columns[column] == byte ? 0 : 1)
        diagonal = row[column + 1]
        row[column + 1] = min(substituted, row[column] + 1, diagonal + 1)
      }
    }
    return row[columns.count]
  }
}
