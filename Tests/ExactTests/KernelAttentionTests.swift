import CKernels
import Exact
import TestKit
import Testing

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

@Suite struct KernelAttentionTests {
  /// EXACT1 section 3, from the plain keys and values.
  static func reference(_ cache: TestCache, _ query: ArraySlice<Float>, visible: Range<Int>, scale: Float) -> [Float] {
    let width = cache.width
    let query = Array(query)
    var scores = visible.map { p in
      var lanes = [Float](repeating: 0, count: 16)
      for i in 0..<width { lanes[i % 16].addProduct(query[i], cache.keys[p * width + i]) }
      return KernelVectorTests.tree(lanes) * scale
    }
    let largest = scores.reduce(-.infinity) { max($0, $1) }
    var lanes = [Float](repeating: 0, count: 16)
    for (index, p) in visible.enumerated() {
      scores[index] = exact_expf(scores[index] - largest)
      lanes[p % 16] += scores[index]
    }
    let sum = KernelVectorTests.tree(lanes)
    var out = [Float](repeating: 0, count: width)
    for chunk in visible.lowerBound / 64...(visible.upperBound - 1) / 64 {
      for i in 0..<width {
        var acc: Float = 0
        for p in visible.clamped(to: chunk * 64..<chunk * 64 + 64) {
          acc.addProduct(scores[p - visible.lowerBound] / sum, cache.values[p * width + i])
        }
        out[i] += acc
      }
    }
    return out
  }

  struct Call {
    var tokens: Int
    var heads: Int
    var first: Int
    var window = 0
    var scale: Float = 0.125

    func visible(_ t: Int) -> Range<Int> { (window == 0 ? 0 : max(0, first + t + 1 - window))..<first + t + 1 }
  }

  /// Status and output; strides are wider than the rows, and what lies between them must stay as it was.
  static func run(_ form: KernelForm, _ call: Call, _ cache: TestCache, _ query: [Float]) -> (Int32, [Float]) {
    let row = call.heads * cache.width
    let stride = row + 3
    var spread = [Float](repeating: .nan, count: call.tokens * stride)
    for t in 0..<call.tokens { for i in 0..<row { spread[t * stride + i] = query[t * row + i] } }
    let space = exact_attention_scratch(call.tokens, call.heads, call.first, call.window)
    var scores = [Float](repeating: .nan, count: space + 1)
    scores[space] = 42
    var out = [Float](repeating: 7, count: call.tokens * stride)
    let status = cache.with(firstPage: call.visible(0).lowerBound / 64) { kv in
      form.kernels.attention(
        kv, spread, stride, call.tokens, call.heads, call.first, call.window, call.scale, &scores, &out, stride)
    }
    #expect(scores[space] == 42, "\(form) wrote past its scratch")
    var packed: [Float] = []
    for t in 0..<call.tokens {
      packed += out[t * stride..<t * stride + row]
      #expect(out[t * stride + row..<(t + 1) * stride] == [7, 7, 7])
    }
    return (status, packed)
  }

  static func check(_ call: Call, width: Int, queryScale: Float = 2, keyScale: Float = 1) {
    var random = SplitMix64(state: UInt64(call.first * 1_000 + call.tokens * 10 + width))
    let cache = TestCache(&random, positions: call.first + call.tokens, width: width, scale: keyScale)
    let query = random.floats(call.tokens * call.heads * width, scale: queryScale)
    var expected: [Float] = []
    for t in 0..<call.tokens {
      for h in 0..<call.heads {
        let at = (t * call.heads + h) * width
        expected += reference(cache, query[at..<at + width], visible: call.visible(t), scale: call.scale)
      }
    }
    for form in KernelForm.all {
      let (status, out) = run(form, call, cache, query)
      #expect(status == 0)
      #expect(bits(out) == bits(expected), "\(form), width \(width), \(call)")
    }
  }

  @Test("every form of attention gives the bits of the definition", arguments: [16, 48, 64, 80, 128])
  func definition(width: Int) {
    for first in [0, 1, 14, 15, 16, 62, 63, 64, 129, 256] {
      for tokens in [1, 2, 3, 9] { Self.check(Call(tokens: tokens, heads: 3, first: first), width: width) }
    }
  }

  @Test(
    "a sliding window hides what is before it, by absolute lanes and chunks", arguments: [1, 5, 16, 63, 64, 65, 200])
  func window(window: Int) {
    for first in [0, 3, 63, 64, 65, 257, 400] {
      for tokens in [1, 2, 7, 37] {
        Self.check(Call(tokens: tokens, heads: 3, first: first, window: window), width: 64)
      }
    }
  }

  @Test("any number of heads shares a kv head, and any number of tokens a call")
  func blocking() {
    for heads in [1, 2, 4, 7, 25, 51] { Self.check(Call(tokens: 5, heads: heads, first: 70), width: 32) }
    for tokens in 1...67 { Self.check(Call(tokens: tokens, heads: 1, first: 11), width: 16) }
    Self.check(Call(tokens: 67, heads: 3, first: 3_000), width: 16)
  }

  @Test("tiny and huge scores keep the bits: weights that vanish, subnormal ones, and sums that round")
  func extremes() {
    for queryScale: Float in [0, 1e-38, 1e-20, 60, 300, 1e4, 1e15] {
      for keyScale: Float in [1e-30, 1, 40, 1e10] {
        Self.check(Call(tokens: 3, heads: 3, first: 130), width: 64, queryScale: queryScale, keyScale: keyScale)
      }
    }
  }

  @Test("a call for many tokens has the bits of a call for each")
  func splits() {
    var random = SplitMix64(state: 12)
    let cache = TestCache(&random, positions: 150, width: 64)
    let query = random.floats(50 * 3 * 64, scale: 2)
    for form in KernelForm.all {
      for window in [0, 33] {
        let whole = Self.run(form, Call(tokens: 50, heads: 3, first: 100, window: window), cache, query).1
        for t in 0..<50 {
          let one = Self.run(
            form, Call(tokens: 1, heads: 3, first: 100 + t, window: window), cache,
            Array(query[t * 192..<t * 192 + 192]))
          #expect(bits(one.1) == bits(Array(whole[t * 192..<t * 192 + 192])))
        }
      }
    }
  }

  @Test("a score that is not finite is an error wherever it is visible, and nothing where it is not")
  func nonFinite() {
    var random = SplitMix64(state: 13)
    let cache = TestCache(&random, positions: 100, width: 64)
    for value in [Float.infinity, .nan, 3e38] {
      for (token, head) in [(0, 0), (0, 2), (8, 1), (18, 2)] {
        var query = random.floats(19 * 3 * 64)
        for i in 0..<64 where value == 3e38 || i == 5 { query[(token * 3 + head) * 64 + i] = value }
        for form in KernelForm.all {
          #expect(
            Self.run(form, Call(tokens: 19, heads: 3, first: 81, scale: 8), cache, query).0 == Int32(EXACT_NOT_FINITE),
            "\(form)")
        }
      }
    }
  }
}
