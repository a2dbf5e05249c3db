/// Some of at most 256 documents of a prompt. Sets are ordered so that the first document changes least often, absent before
/// given: prompts that follow each other begin alike.
public struct DocumentSet: Hashable, Comparable, Sendable {
  public static let documentCountMax = 256
  public static let byteCount = 32

  /// Document i is bit 63 - i mod 64 of the word i / 64.
  private var words = SIMD4<UInt64>.zero

  public init() {}

  /// - Precondition: each is from 0 to below 256.
  public init(_ documents: some Sequence<Int>) { for document in documents { insert(document) } }

  /// Document i where bit i is set.
  public init(_ bits: Int) { self.init((0..<Int.bitWidth).filter { bits >> $0 & 1 == 1 }) }

  public mutating func insert(_ document: Int) { words[document >> 6] |= Self.bit(document) }

  public func contains(_ document: Int) -> Bool { words[document >> 6] & Self.bit(document) != 0 }

  /// Ascending.
  public var documents: [Int] { (0..<Self.documentCountMax).filter(contains) }

  private static func bit(_ document: Int) -> UInt64 { 1 << (63 - UInt64(document & 63)) }

  public static func < (a: DocumentSet, b: DocumentSet) -> Bool {
    for at in 0..<4 where a.words[at] != b.words[at] { return a.words[at] < b.words[at] }
    return false
  }

  /// 32 bytes: document i is bit 7 - i mod 8 of the byte i / 8.
  public var bytes: [UInt8] {
    (0..<Self.byteCount).map { UInt8(truncatingIfNeeded: words[$0 >> 3] >> UInt64(56 - 8 * ($0 & 7))) }
  }

  /// Nil for other than 32 bytes.
  public init?(_ bytes: some Collection<UInt8>) {
    guard bytes.count == Self.byteCount else { return nil }
    for (at, byte) in bytes.enumerated() { words[at >> 3] |= UInt64(byte) << UInt64(56 - 8 * (at & 7)) }
  }
}
