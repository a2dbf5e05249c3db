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
  let kernels: UnsafePointer<exact_kernels>
  private let layers: [LayerView]
  private let output: MatrixView

  var shape: ModelShape { model.shape }
  /// Most tokens of a batch.
  var tokensMax: Int { memory.tokens }

  /// - Parameters:
  ///   - tokens: most tokens of a batch.
  ///   - rows: most rows that a batch is asked for.
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
  }

  /// Runs a batch and hands out the rows that it asks for, in its order, in blocks.
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
    var wanted = places.rows(of: batch).filter { failures[$0.segment] == nil }[...]
    while !wanted.isEmpty {
      let block = Array(wanted.prefix(memory.logitRows))
      wanted = wanted.dropFirst(block.count)
      computeLogits(block, failures)
      try consume(RowBlock(block, without: failures, of: self))
    }
    return failures
  }

  /// Final norm and logits of some rows, into the first places of `normed` and `logits`.
  private func computeLogits(_ rows: [Places.Row], _ failures: PassFailures) {
    let (vectors, shape) = (memory.vectors, shape)
    let weight = model.outputNorm.base
    pool.team { worker in
      worker.share(rows.count) { range in
        for i in range {
          let row = rows[i]
          failures.note(
            kernels.pointee.rms_norm(
              vectors.hidden + row.token * shape.width, weight, shape.width, shape.normEpsilon,
              vectors.normed.x + i * shape.width), segment: row.segment, .finalHidden, layer: nil)
          failures.note(vectors.normed.quantize(kernels, token: i), segment: row.segment, .finalHidden, layer: nil)
        }
      }
      worker.share(output.groups) { groups in
        output.multiply(
          vectors.normed.input(from: 0), tokens: rows.count, groups: groups, into: vectors.logits,
          stride: vectors.paddedVocabulary)
        for (i, row) in rows.enumerated() {
          let part = vectors.logits + i * vectors.paddedVocabulary + 16 * groups.lowerBound
          let status = exact_all_finite(part, 16 * groups.count) != 0 ? EXACT_OK : EXACT_NOT_FINITE
          failures.note(Int32(status), segment: row.segment, .logits, layer: nil)
        }
      }
    }
  }
}

/// Rows that were computed together.
struct RowBlock {
  /// What predicts one token.
  struct Row {
    /// Index in the batch.
    let segment: Int
    /// Of the last token that the row has seen.
    let position: Int
    /// Final normed hidden state, `width` floats; valid until the block has been consumed, like `logits`.
    let hidden: UnsafeBufferPointer<Float>
    /// One for each token of the vocabulary.
    let logits: UnsafeBufferPointer<Float>
  }

  let rows: [Row]

  fileprivate init(_ computed: [ForwardPass.Places.Row], without failures: PassFailures, of pass: ForwardPass) {
    let (vectors, shape) = (pass.memory.vectors, pass.shape)
    rows = computed.enumerated().compactMap { index, row in
      guard failures[row.segment] == nil else { return nil }
      return Row(
        segment: row.segment, position: row.position,
        hidden: UnsafeBufferPointer(start: vectors.normed.x + index * shape.width, count: shape.width),
        logits: UnsafeBufferPointer(start: vectors.logits + index * vectors.paddedVocabulary, count: shape.vocabulary))
    }
  }
}
