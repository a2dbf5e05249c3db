import CKernels
import TestKit

/// A paged cache of one kv head with its plain keys and values, [position][width] each.
struct TestCache {
  let width: Int
  let keys: [Float]
  let values: [Float]
  private var pages: [[Float]]

  /// What lies past the last position is not a number: it must not matter.
  init(_ random: inout SplitMix64, positions: Int, width: Int, scale: Float = 1) {
    self.width = width
    keys = random.floats(positions * width, scale: scale)
    values = random.floats(positions * width, scale: scale)
    pages = Array(repeating: Array(repeating: .nan, count: 128 * width), count: (positions + 63) / 64)
    for p in 0..<positions {
      keys.withUnsafeBufferPointer { keys in
        // swift-format-ignore: NeverForceUnwrap
        exact_store_key(keys.baseAddress! + p * width, width, p % 64, &pages[p / 64])
      }
      for i in 0..<width { pages[p / 64][(64 + p % 64) * width + i] = values[p * width + i] }
    }
  }

  /// Runs `body` with the cache; the pages before `firstPage` are absent.
  func with<T>(firstPage: Int = 0, _ body: (UnsafePointer<exact_kv>) -> T) -> T {
    let memory = UnsafeMutableBufferPointer<Float>.allocate(capacity: pages.count * 128 * width)
    defer { memory.deallocate() }
    _ = memory.initialize(from: pages.joined())
    // swift-format-ignore: NeverForceUnwrap
    let table = pages.indices.map { page -> UnsafePointer<Float>? in
      page < firstPage ? nil : UnsafePointer(memory.baseAddress! + page * 128 * width)
    }
    return table.withUnsafeBufferPointer { table in
      // swift-format-ignore: NeverForceUnwrap
      var kv = exact_kv(pages: table.baseAddress!, keys: 0, values: 64 * width, width: width)
      return body(&kv)
    }
  }
}
