import CKernels

/// The transformer over a batch (Touvron et al., 2023: RMS norm before each sublayer, rotary embedding, grouped-query
/// attention, a gated feed-forward layer; Gemma's norms and windows where a layer has them).
///
/// All workers walk through the layers together and meet at barriers. Every loop between two barriers is split over
/// output rows, heads or tokens, whose results do not depend on one another, so neither the number of workers nor who
/// did what can change a bit; and no loop mixes tokens of different sequences.
///
/// Not `Sendable`: one caller at a time.
final class ForwardPass {
  /// Up to as many tokens, each worker norms for itself instead of waiting for another.
  static let fewTokens = 2

  let model: Model
  let pool: ThreadPool
  let memory: PassMemory
  let scores: ScoreMemory
  let largest: LargestMemory
  let kernels: UnsafePointer<exact_kernels>
  private let layers: [LayerView]
  let output: MatrixView

  var shape: ModelShape { model.shape }
  /// Most tokens of a batch.
  var tokensMax: Int { memory.tokens }

  /// - Parameters:
  ///   - tokens: most tokens of a batch.
  ///   - rows: most rows of which a batch is asked for all logits.
  /// - Throws: `outOfMemory`.
  init(model: Model, pool: ThreadPool, tokens: Int, rows: Int) throws(ModelError) {
    guard let kernels = model.kernel.table else {
      throw .kernelUnavailable(model.kernel, available: KernelChoice.available)
    }
    self.model = model
    self.pool = pool
    self.kernels = kernels
    layers = model.layers.enumerated().map { LayerView($1, index: $0, kernels: kernels) }
    output = model.output.view(kernels)
    memory = try PassMemory(model.shape, tokens: tokens, rows: rows, workers: pool.threads)
    scores = try ScoreMemory(model.shape, workers: pool.threads)
    largest = try LargestMemory(rows: tokens, workers: pool.threads)
  }

  /// Runs a batch and hands out the rows that it asks for, in blocks, those of a sequence together and in order.
  ///
  /// - Parameter consume: gets each block, on the calling thread. What it throws ends the pass; keys and values are
  ///   all stored by then.
  /// - Returns: the sequences that failed. Their rows are not handed out.
  func run(_ batch: Batch, _ consume: (RowBlock) throws -> Void) rethrows -> PassFailures {
    precondition(batch.tokens.count <= tokensMax, "a batch is larger than its pass")
    let places = Places(batch, kvHeads: shape.kvHeads, workers: pool.threads)
    let failures = PassFailures(segments: batch.segments.count)
    pool.team { worker in
      let step = LayerStep(self, worker, batch, places, failures)
      step.embed()
      for layer in layers {
        step.attend(layer)
        step.feedForward(layer)
      }
    }
    let wanted = places.rows(of: batch).filter { failures[$0.segment] == nil }
    let picked = wanted.filter { batch.segments[$0.segment].onlyLargest }
    if !picked.isEmpty { try consume(findLargest(picked, failures)) }
    var others = wanted.filter { !batch.segments[$0.segment].onlyLargest }[...]
    while !others.isEmpty {
      let block = Array(others.prefix(memory.logitRows))
      others = others.dropFirst(block.count)
      try consume(computeLogits(block, failures))
    }
    return failures
  }
}
