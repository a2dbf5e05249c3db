import CKernels

/// Memory for keys and values in pages of 64 positions, which sequences take, share and give back.
///
/// A page holds, for every layer and key-value head, `[4 tiles of 16 positions][head width][16]` keys and then
/// `[64][head width]` values, all f32. A page that is full never changes again, so any number of sequences that begin
/// with the same tokens may hold it. Memory is taken from the system when a page is first written.
///
/// Not `Sendable`: one thread counts the references. Workers of a pass write disjoint positions.
final class KVPages {
  static let positions = Int(EXACT_KV_CHUNK)

  let count: Int
  private(set) var free: Int
  private let memory: AlignedMemory<Float>
  private let pageFloats: Int
  private var references: [Int32]
  private var freeList: [Int32]

  /// Pages that `positions` positions need.
  static func pages(for positions: Int) -> Int { (positions + Self.positions - 1) / Self.positions }

  /// Bytes of one page.
  static func pageBytes(_ shape: ModelShape) -> Int {
    shape.layers * shape.kvWidth * 2 * positions * MemoryLayout<Float>.size
  }

  init(_ shape: ModelShape, pages: Int) throws(ModelError) {
    count = pages
    free = pages
    pageFloats = Self.pageBytes(shape) / MemoryLayout<Float>.size
    let (floats, overflow) = pages.multipliedReportingOverflow(by: pageFloats)
    memory = try AlignedMemory(overflow ? .max : floats, "keys and values of \(pages * Self.positions) positions")
    references = [Int32](repeating: 0, count: pages)
    freeList = (0..<Int32(pages)).reversed()
  }

  func base(_ page: Int32) -> UnsafeMutablePointer<Float> { memory.base + Int(page) * pageFloats }

  // MARK: References

  /// A page that nobody holds, now held once; nil when there is none.
  func take() -> Int32? {
    guard let page = freeList.popLast() else { return nil }
    references[Int(page)] = 1
    free -= 1
    return page
  }

  func retain(_ page: Int32) {
    precondition(references[Int(page)] > 0, "a page that nobody holds cannot be shared")
    references[Int(page)] += 1
  }

  /// Whether more than one holds the page.
  func isShared(_ page: Int32) -> Bool { references[Int(page)] > 1 }

  func release(_ page: Int32) {
    precondition(references[Int(page)] > 0, "a page was given back twice")
    references[Int(page)] -= 1
    if references[Int(page)] == 0 {
      freeList.append(page)
      free += 1
    }
  }
}

/// Where in a page a layer and head are.
struct KVLayout {
  private let kvHeads: Int
  /// Floats from the keys of a head to its values.
  let values: Int

  init(_ shape: ModelShape) {
    kvHeads = shape.kvHeads
    values = shape.headWidth * KVPages.positions
  }

  /// Floats from the start of a page to the keys of one layer and head.
  func keys(layer: Int, head: Int) -> Int { (layer * kvHeads + head) * 2 * values }
}
