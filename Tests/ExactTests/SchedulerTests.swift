import Cryptography
import Exact
import Foundation
import Testing

@testable import ExactReference

@Suite struct SchedulerTests {
  static func prompt(_ length: Int, _ seed: Int) -> [UInt32] {
    ModelFixture.tokens(length, vocabulary: 200, seed: UInt64(seed))
  }

  static func scheduler(
    _ model: ChatModel, threads: Int = 2, _ limits: ServingLimits = ServingLimits(), contextLimit: Int = 256
  ) throws -> Scheduler {
    try Scheduler(
      model: model.model, pool: ThreadPool(threads: threads), contextLimit: contextLimit, limits: limits)
  }

  /// Greedy and sampled requests of many lengths.
  static func mixture(_ count: Int, stopAfter: (Int) -> Int? = { _ in nil }) -> [Served] {
    (0..<count).map { index in
      let sampling = SamplingParameters(
        temperature: index % 3 == 0 ? 0 : 1.3, topK: index % 2 == 0 ? 0 : 40, topP: 0.98, seed: UInt64(index))
      return Served(
        prompt(3 + 11 * index % 97, index), sampling, maxTokens: 20 + 7 * (index % 5), stopAfter: stopAfter(index))
    }
  }

  @Test(
    "answers and their activation chains are the same alone and among others, on every form of the kernels",
    arguments: KernelChoice.available)
  func neighbours(kernel: KernelChoice) throws {
    let model = try SyntheticChat.load(kernel)
    let reference = try SyntheticChat.load(.scalar)
    let requests = Self.mixture(16)
    for threads in [1, 2, 3] {
      let scheduler = try Self.scheduler(model, threads: threads)
      let again = requests.map { Served($0.prompt, $0.decoding.sampling, maxTokens: $0.decoding.maxTokens) }
      for request in again { try request.submit(to: scheduler, model) }
      for request in again {
        let alone = try request.alone(reference)
        let decoders = try request.decoders()
        #expect(decoders.map(\.tokens) == [alone.tokens] && decoders.map(\.text) == [alone.text])
        #expect(ActivationChain(joining: decoders) == alone.chain, "\(kernel), \(threads) threads")
      }
      // Independence that was bought by serialising would be none.
      #expect(scheduler.report.batchMean > 4, "\(scheduler.report)")
    }
  }

  @Test("a neighbour that is cancelled keeps what it had, and disturbs nobody")
  func cancelled() throws {
    let model = try SyntheticChat.load()
    let scheduler = try Self.scheduler(model)
    let requests = Self.mixture(12) { $0 % 2 == 0 ? 1 + $0 : nil }
    for request in requests { try request.submit(to: scheduler, model) }
    for (index, request) in requests.enumerated() {
      let (answer, alone) = (try #require(try request.answers().first), try request.alone(model))
      if answer.end == .cancelled {
        #expect(index % 2 == 0 && alone.tokens.starts(with: answer.tokens))
      } else {
        #expect(answer.tokens == alone.tokens && answer.text == alone.text)
      }
    }
  }

  @Test("sequences that are set back for want of pages give the same answers")
  func preemption() throws {
    let model = try SyntheticChat.load()
    let limits = ServingLimits(sequencesMax: 8, stepTokensMax: 64, cacheTokensMax: 256)
    let scheduler = try Self.scheduler(model, limits)
    let requests = (0..<8).map { Served(Self.prompt(30, $0), .greedy, maxTokens: 120) }
    for request in requests { try request.submit(to: scheduler, model) }
    for request in requests { #expect(try request.answers() == request.expected(model)) }
    #expect(scheduler.report.preemptions > 0)
  }

  @Test("requests of one key share what they begin with, others do not, and no bit depends on it")
  func sharing() throws {
    let model = try SyntheticChat.load()
    let scheduler = try Self.scheduler(model)
    let start = Self.prompt(150, 1)
    let first = Served(start + [5], .greedy, maxTokens: 4, key: [1])
    try first.submit(to: scheduler, model)
    #expect(try first.answers() == first.expected(model))
    #expect(scheduler.report.promptTokensShared == 0)
    let stranger = Served(start + [6], .greedy, maxTokens: 4, key: [2])
    let nobody = Served(start + [6], .greedy, maxTokens: 4)
    for request in [stranger, nobody] {
      try request.submit(to: scheduler, model)
      #expect(try request.answers() == request.expected(model))
    }
    #expect(scheduler.report.promptTokensShared == 0)
    let friend = Served(start + [6], .greedy, maxTokens: 4, key: [1])
    try friend.submit(to: scheduler, model)
    #expect(try friend.answers() == friend.expected(model))
    #expect(scheduler.report.promptTokensShared == 128)
  }

  @Test("the choices of a request are those of each alone, and their chain is in order of index")
  func choices() throws {
    let model = try SyntheticChat.load()
    let scheduler = try Self.scheduler(model)
    let sampling = SamplingParameters(temperature: 1, seed: 3)
    let request = Served(Self.prompt(70, 4), sampling, maxTokens: 12, choices: 3)
    try request.submit(to: scheduler, model)
    let decoders = try request.decoders()
    #expect(try request.expected(model).map(\.tokens) == decoders.map(\.tokens))
    #expect(Set(decoders.map(\.tokens)).count == 3)
    let chain = ActivationChain(joining: decoders)
    #expect(chain.digests.count == decoders.reduce(0) { $0 + $1.tokens.count })
    #expect(chain.digests.starts(with: try request.alone(model).chain.digests))
    #expect(scheduler.report.promptTokensShared == 2 * 64)
  }

  @Test("no more choices run side by side than the limit says, those counted that follow a first one")
  func sideBySide() throws {
    let model = try SyntheticChat.load()
    let scheduler = try Self.scheduler(model, ServingLimits(sequencesMax: 4))
    let sampling = SamplingParameters(temperature: 1, seed: 3)
    let requests = (0..<6).map { Served(Self.prompt(5, $0), sampling, maxTokens: 40, choices: 3) }
    for request in requests { try request.submit(to: scheduler, model) }
    var most = 0
    while scheduler.report.running + scheduler.report.waiting > 0 { most = max(most, scheduler.report.running) }
    #expect((1...4).contains(most))
    for request in requests { #expect(try request.answers() == request.expected(model)) }
  }

  @Test("what would wait too long is refused with how many wait")
  func full() throws {
    let model = try SyntheticChat.load()
    let scheduler = try Self.scheduler(model, ServingLimits(waitingMax: 1, sequencesMax: 1))
    var accepted: [Served] = []
    var refusal: ServingFull?
    for seed in 0..<50 where refusal == nil {
      let request = Served(Self.prompt(60, seed), .greedy, maxTokens: 190)
      do throws(any Error) {
        try request.submit(to: scheduler, model)
        accepted.append(request)
      } catch {
        refusal = error as? ServingFull
      }
    }
    #expect(refusal?.waiting == 1)
    for request in accepted { #expect(try request.answers() == request.expected(model)) }
  }

  @Test("room for less than one context is refused, and so is a context that the model does not have")
  func limits() throws {
    let model = try SyntheticChat.load()
    #expect(throws: ModelError.badCacheLimit(128, contextLimit: 256)) {
      try Self.scheduler(model, ServingLimits(cacheTokensMax: 128))
    }
    #expect(throws: ModelError.badContextLimit(257, modelLimit: 256)) {
      try Self.scheduler(model, contextLimit: 257)
    }
  }

  @Test("what a scheduler has accepted ends as cancelled when it goes")
  func gone() throws {
    let model = try SyntheticChat.load()
    let requests = (0..<6).map { Served(Self.prompt(60, $0), .greedy, maxTokens: 190) }
    do {
      let scheduler = try Self.scheduler(model, ServingLimits(sequencesMax: 2))
      for request in requests { try request.submit(to: scheduler, model) }
    }
    for request in requests {
      let answer = try #require(try request.answers().first)
      #expect(answer.end == .cancelled || answer.tokens.count == 190)
    }
  }
}
