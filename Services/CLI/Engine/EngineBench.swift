import Exact

/// One test of the engine and how long each counted run of it took.
struct BenchTest {
  let name: String
  let tokens: Int
  /// Seconds of each run, in order.
  let seconds: [Double]
}

/// Times a loaded model. A test keeps its session, so that no counted run pays for fresh memory.
struct EngineBench {
  let model: Model
  let pool: ThreadPool
  /// Tokens of one pass.
  let chunk: Int

  static let promptOfAnswers = 32

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

  /// Generates `count` tokens after a short prompt, then checks them in one teacher-forced pass; both make the activation
  /// chain. Taking in the prompt is counted in the check and not in the generation: the check has no other way.
  func verify(_ count: Int, repeats: Int) throws -> [BenchTest] {
    let prompt = tokens(Self.promptOfAnswers)
    let session = try Session(model: model, pool: pool, contextLimit: prompt.count + count)
    var (generating, checking): ([Double], [Double]) = ([], [])
    for run in 0...repeats {
      var made = try Link()
      try session.rewind(to: 0)
      try session.append(prompt, rowsFrom: prompt.count - 1, chunk: chunk) { try made.take($1, $2) }
      let generate = try time {
        while made.tokens.count < count {
          try session.append([made.last], rowsFrom: session.position, chunk: 1) { try made.take($1, $2) }
        }
      }
      var again = try Link()
      try session.rewind(to: 0)
      let check = try time {
        try session.append(prompt + made.tokens.dropLast(), rowsFrom: prompt.count - 1, chunk: chunk) {
          try again.take($1, $2)
        }
      }
      guard made.tokens == again.tokens, made.chain.head == again.chain.head else {
        throw Failure("the check came to another chain than the generation: exact/1 does not hold here", status: 70)
      }
      if run > 0 {
        generating.append(generate)
        checking.append(check)
      }
    }
    return [
      BenchTest(name: "generate\(count)", tokens: count, seconds: generating),
      BenchTest(name: "verify\(count)", tokens: count, seconds: checking),
    ]
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

/// An answer and its activation chain, as both an executor and its checker make them.
private struct Link {
  var tokens: [UInt32] = []
  var chain: ActivationChain
  var last: UInt32 { tokens[tokens.count - 1] }

  init() throws { chain = try ActivationChain(salt: [UInt8](repeating: 0, count: ActivationChain.saltBytes)) }

  mutating func take(_ hidden: UnsafeBufferPointer<Float>, _ logits: UnsafeBufferPointer<Float>) throws {
    let token = try Sampler.greedy(logits)
    tokens.append(token)
    chain.append(hidden: hidden, token: token, logit: logits[Int(token)])
  }
}
