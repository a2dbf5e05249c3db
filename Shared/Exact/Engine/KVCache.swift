import CKernels

/// Keys and values of one sequence in f32, for every layer and key-value head.
struct KVCache {
  private let keys: AlignedMemory<Float>  // [layer][kv head][tile of 16 positions][head width][16]
  private let values: AlignedMemory<Float>  // [layer][kv head][position][head width]
  private let shape: ModelShape
  private let positions: Int

  /// Bytes of a cache, before page rounding. Pages are taken as positions are filled.
  static func byteCount(_ shape: ModelShape, limit: Int) -> Int {
    shape.layers * shape.kvWidth * 2 * padded(limit) * MemoryLayout<Float>.size
  }

  private static func padded(_ limit: Int) -> Int { (limit + 63) / 64 * 64 }

  init(_ shape: ModelShape, limit: Int) throws(ModelError) {
    self.shape = shape
    positions = Self.padded(limit)
    let count = shape.layers * shape.kvWidth * positions
    keys = try AlignedMemory(count, "the keys of \(limit) positions", isSparse: true)
    values = try AlignedMemory(count, "the values of \(limit) positions", isSparse: true)
  }

  func keys(layer: Int, head: Int) -> UnsafeMutablePointer<Float> { keys.base + start(layer, head) }

  func values(layer: Int, head: Int) -> UnsafeMutablePointer<Float> { values.base + start(layer, head) }

  /// Stores one position's keys and values, [kv head][head width] each.
  func store(layer: Int, position: Int, key: UnsafePointer<Float>, value: UnsafePointer<Float>) {
    for head in 0..<shape.kvHeads {
      let offset = head * shape.headWidth
      exact_store_key(key + offset, shape.headWidth, position, keys(layer: layer, head: head))
      (values(layer: layer, head: head) + position * shape.headWidth)
        .update(from: value + offset, count: shape.headWidth)
    }
  }

  /// The cache of one kv head as pages of 64 positions.
  func withPages(layer: Int, head: Int, _ body: (UnsafePointer<exact_kv>) -> Int32) -> Int32 {
    let page = 64 * shape.headWidth
    let first = keys(layer: layer, head: head)
    let pages = (0..<positions / 64).map { UnsafePointer<Float>?(first + $0 * page) }
    let values = (Int(bitPattern: values.base) - Int(bitPattern: keys.base)) / MemoryLayout<Float>.size
    return pages.withUnsafeBufferPointer { pages in
      guard let base = pages.baseAddress else { return Int32(EXACT_OK) }
      var kv = exact_kv(pages: base, keys: 0, values: Int(values), width: shape.headWidth)
      return body(&kv)
    }
  }

  private func start(_ layer: Int, _ head: Int) -> Int {
    (layer * shape.kvHeads + head) * positions * shape.headWidth
  }
}
