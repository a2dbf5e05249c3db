import Exact

/// One test of the engine and how long each counted run of it took.
struct BenchTest {
  let name: String
  let tokens: Int
  /// Seconds of each run, in order.
  let seconds: [Double]
}

/// Times a loaded model.
struct EngineBench {
  let model: Model
  let pool: ThreadPool
  /// Tokens of one pass of a prefill.
  let chunk: Int

  /// A prompt of `count` tokens, and the logits of its last row.
  func prefill(_ count: Int, repeats: Int) throws -> BenchTest {
    let session = try Session(model: model, pool: pool, contextLimit: count)
    let prompt = tokens(count)
    let seconds = try time(repeats) {
      try session.rewind(to: 0)
      try session.append(prompt, rowsFrom: count - 1, chunk: chunk) { _, _, _ in }
    }
    return BenchTest(name: "pp\(count)", tokens: count, seconds: seconds)
  }

  /// `count` tokens one at a time, greedily, from an empty context.
  func decode(_ count: Int, repeats: Int) throws -> BenchTest {
    let session = try Session(model: model, pool: pool, contextLimit: count)
    let seconds = try time(repeats) {
      try session.rewind(to: 0)
      var token = tokens(1)[0]
      for _ in 0..<count {
        try session.append([token], rowsFrom: session.position, chunk: 1) { _, _, logits in
          token = try Sampler.greedy(logits)
        }
      }
    }
    return BenchTest(name: "tg\(count)", tokens: count, seconds: seconds)
  }

  /// The token that follows a short prompt.
  func firstToken() throws -> UInt32 {
    let prompt = tokens(5)
    let session = try Session(model: model, pool: pool, contextLimit: prompt.count)
    var token: UInt32 = 0
    try session.append(prompt, rowsFrom: prompt.count - 1, chunk: prompt.count) { token = try Sampler.greedy($2) }
    return token
  }

  /// Tokens without meaning, the same in every run.
  func tokens(_ count: Int, seed: UInt64 = 42) -> [UInt32] {
    var state = seed
    return (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt32((state >> 33) % UInt64(model.shape.vocabulary))
    }
  }

  /// Seconds of each of `repeats` runs, after one that is not counted.
  private func time(_ repeats: Int, _ work: () throws -> Void) throws -> [Double] {
    try work()
    return try (0..<repeats).map { _ in try time(work) }
  }

  func time(_ work: () throws -> Void) throws -> Double {
    let clock = ContinuousClock()
    return try clock.measure(work).seconds
  }
}
