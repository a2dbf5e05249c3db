/// The sets of a prompt's documents in the order in which they are valued: the first document changes least often, so that
/// prompts which follow each other begin alike, and a part of the work costs little more than its share.
public struct DocumentSets: Sendable, Equatable {
  /// Documents of the prompt.
  public let documents: Int
  /// Places in the order, from 0 to below 2^documents.
  public let turns: Range<Int>

  /// - Precondition: at most 12 documents: of more, sets are drawn (`SampledContextShapley`).
  /// - Parameter turns: nil for all of them; what lies beyond the last is left out.
  public init(of documents: Int, turns: Range<Int>? = nil) {
    self.documents = documents
    self.turns = (turns ?? 0..<1 << documents).clamped(to: 0..<1 << documents)
  }

  public var isAll: Bool { turns.count == 1 << documents }

  /// The set at one place: bit i says that document i is given.
  public func set(at turn: Int) -> Int { (0..<documents).reduce(0) { $0 | (turn >> $1 & 1) << (documents - 1 - $1) } }

  /// All values in the order of sets, from all of them in the order of turns.
  public static func bySet(_ values: [Int64]) -> [Int64] {
    let sets = DocumentSets(of: values.count.trailingZeroBitCount)
    var ordered = values
    for turn in values.indices { ordered[sets.set(at: turn)] = values[turn] }
    return ordered
  }
}
