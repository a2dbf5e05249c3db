import CKernels

/// The transformer: norms before each sublayer, rotary embedding, grouped-query attention, gated feed-forward layers;
/// and what Gemma 3 adds, where a layer has it. Every loop is split over output rows, heads or tokens, whose results do not depend on one another.
extension Session {
  /// Runs tokens at `position` through all layers; their residual stream is then in `scratch.hidden`.
  func forward(_ tokens: ArraySlice<UInt32>, _ scratch: Scratch) throws(ModelError) {
    let count = tokens.count
    for (index, token) in tokens.enumerated() {
      let hidden = scratch.hidden.base + index * model.shape.width
      model.embedding.unpack(row: Int(token), into: hidden)
      if let factor = model.shape.embeddingScale { model.kernels.scale(hidden, model.shape.width, factor) }
    }
    for (index, layer) in model.layers.enumerated() {
      try attend(layer, index, count, scratch)
      try feedForward(layer, index, count, scratch)
    }
  }

  private func attend(_ layer: ModelLayer, _ index: Int, _ count: Int, _ scratch: Scratch) throws(ModelError) {
    let (shape, kernels, start) = (model.shape, model.kernels, position)
    guard layer.window == 0 || start + count <= layer.window else {
      throw .contextExceeded(position: start, tokens: count, limit: layer.window)
    }
    try normalise(scratch.hidden, layer.attentionNorm, count, scratch, "the attention norm", index)
    project(layer, count, scratch)
    each(count) { t in
      let query = scratch.queries.base + t * shape.queryWidth
      let key = scratch.keys.base + t * scratch.paddedKV
      normaliseHeads(query, layer.queryNorm, heads: shape.heads)
      normaliseHeads(key, layer.keyNorm, heads: shape.kvHeads)
      layer.rope.rotate(kernels, query, heads: shape.heads, position: start + t)
      layer.rope.rotate(kernels, key, heads: shape.kvHeads, position: start + t)
      cache.store(layer: index, position: start + t, key: key, value: scratch.values.base + t * scratch.paddedKV)
    }
    pool.parallel(over: count * shape.heads) { items in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: start + count + 16) { scores in
        guard let scores = scores.baseAddress else { return }
        for item in items {
          let (t, head) = (item / shape.heads, item % shape.heads)
          let kvHead = head / (shape.heads / shape.kvHeads)
          let offset = t * shape.queryWidth + head * shape.headWidth
          failures.note(
            kernels.attention(
              scratch.queries.base + offset, cache.keys(layer: index, head: kvHead),
              cache.values(layer: index, head: kvHead), start + t + 1, shape.headWidth, shape.attentionScale,
              scores,
              scratch.attended.x.base + offset))
        }
      }
    }
    try requireFinite("the attention scores", index)
    each(count) { t in failures.note(scratch.attended.quantize(kernels, token: t)) }
    try requireFinite("the attention output", index)
    multiply(layer.attentionOutput, scratch.attended.view(), count, into: scratch.branch.base, yStride: shape.width)
    try addBranch(layer.attentionPostNorm, count, scratch, "the norm after attention", index)
  }

  /// Queries, keys and values in one loop over the output groups of all three.
  private func project(_ layer: ModelLayer, _ count: Int, _ scratch: Scratch) {
    let parts = [
      (layer.query, scratch.queries.base, model.shape.queryWidth), (layer.key, scratch.keys.base, scratch.paddedKV),
      (layer.value, scratch.values.base, scratch.paddedKV),
    ]
    let input = scratch.normed.view()
    pool.parallel(over: parts.reduce(0) { $0 + $1.0.groups }) { range in
      var first = 0
      for (matrix, y, stride) in parts {
        let groups = range.clamped(to: first..<first + matrix.groups)
        if !groups.isEmpty {
          matrix.multiply(
            model.kernels, input, tokens: count, groups: groups.lowerBound - first..<groups.upperBound - first,
            into: y, yStride: stride)
        }
        first += matrix.groups
      }
    }
  }

  private func feedForward(_ layer: ModelLayer, _ index: Int, _ count: Int, _ scratch: Scratch) throws(ModelError) {
    let (shape, kernels) = (model.shape, model.kernels)
    try normalise(scratch.hidden, layer.ffnNorm, count, scratch, "the feed-forward norm", index)
    let input = scratch.normed.view()
    // A block of 32 outputs is two groups of 16: gate, up, SwiGLU and the quantisation for `down` without a barrier
    // between.
    pool.parallel(over: shape.ffnWidth / 32) { blocks in
      let groups = 2 * blocks.lowerBound..<2 * blocks.upperBound
      let gate = scratch.gate.x.base
      layer.gate.multiply(kernels, input, tokens: count, groups: groups, into: gate, yStride: shape.ffnWidth)
      layer.up.multiply(kernels, input, tokens: count, groups: groups, into: scratch.up.base, yStride: shape.ffnWidth)
      for t in 0..<count {
        let offset = t * shape.ffnWidth + blocks.lowerBound * 32
        switch shape.activation {
        case .silu: kernels.swiglu(gate + offset, scratch.up.base + offset, blocks.count * 32)
        case .gelu: kernels.geglu(gate + offset, scratch.up.base + offset, blocks.count * 32)
        }
        failures.note(scratch.gate.quantize(kernels, token: t, blocks: blocks))
      }
    }
    try requireFinite("the feed-forward activation", index)
    multiply(layer.down, scratch.gate.view(), count, into: scratch.branch.base, yStride: shape.width)
    try addBranch(layer.ffnPostNorm, count, scratch, "the norm after the feed-forward layer", index)
  }

  /// Computes and hands out the rows of `positions`, which lie in the chunk that begins at `chunkStart`.
  func emitRows(
    _ positions: Range<Int>, chunkStart: Int, _ scratch: Scratch,
    _ row: (Int, UnsafeBufferPointer<Float>, UnsafeBufferPointer<Float>) throws -> Void
  ) throws {
    let (shape, kernels) = (model.shape, model.kernels)
    var next = positions.lowerBound
    while next < positions.upperBound {
      let count = min(Scratch.logitRows, positions.upperBound - next)
      let first = next - chunkStart
      each(count) { t in
        failures.note(
          kernels.rms_norm(
            scratch.hidden.base + (first + t) * shape.width, model.outputNorm.base, shape.width, shape.normEpsilon,
            scratch.normed.x.base + t * shape.width))
        failures.note(scratch.normed.quantize(kernels, token: t))
      }
      try requireFinite("the final hidden state", nil)
      multiply(
        model.output, scratch.normed.view(), count, into: scratch.logits.base, yStride: scratch.paddedVocabulary)
      for t in 0..<count {
        let hidden = UnsafeBufferPointer(start: scratch.normed.x.base + t * shape.width, count: shape.width)
        let logits = UnsafeBufferPointer(
          start: scratch.logits.base + t * scratch.paddedVocabulary, count: shape.vocabulary)
        guard exact_all_finite(scratch.logits.base + t * scratch.paddedVocabulary, shape.vocabulary) != 0 else {
          throw ModelError.nonFinite(stage: "the logits", layer: nil)
        }
        try row(next + t, hidden, logits)
      }
      next += count
    }
  }

  // MARK: Steps

  /// Normed and quantised input of the next product.
  private func normalise(
    _ hidden: AlignedMemory<Float>, _ weight: AlignedMemory<Float>, _ count: Int, _ scratch: Scratch, _ stage: String,
    _ layer: Int
  ) throws(ModelError) {
    let (shape, kernels, normed) = (model.shape, model.kernels, scratch.normed)
    each(count) { t in
      failures.note(
        kernels.rms_norm(
          hidden.base + t * shape.width, weight.base, shape.width, shape.normEpsilon, normed.x.base + t * shape.width))
      failures.note(normed.quantize(kernels, token: t))
    }
    try requireFinite(stage, layer)
  }

  /// RMS norm of each head in place, where the layer has one.
  private func normaliseHeads(_ x: UnsafeMutablePointer<Float>, _ weight: AlignedMemory<Float>?, heads: Int) {
    guard let weight else { return }
    let width = model.shape.headWidth
    for head in 0..<heads {
      failures.note(
        model.kernels.rms_norm(x + head * width, weight.base, width, model.shape.normEpsilon, x + head * width))
    }
  }

  /// The residual stream takes in what a sublayer gave, normed where the layer has a norm for it.
  private func addBranch(
    _ weight: AlignedMemory<Float>?, _ count: Int, _ scratch: Scratch, _ stage: String, _ layer: Int
  ) throws(ModelError) {
    let (shape, kernels) = (model.shape, model.kernels)
    each(count) { t in
      let branch = scratch.branch.base + t * shape.width
      if let weight {
        failures.note(kernels.rms_norm(branch, weight.base, shape.width, shape.normEpsilon, branch))
      }
      kernels.add(scratch.hidden.base + t * shape.width, branch, shape.width)
    }
    try requireFinite(stage, layer)
  }

  private func multiply(
    _ matrix: PackedMatrix, _ input: exact_activation, _ count: Int, into y: UnsafeMutablePointer<Float>, yStride: Int
  ) {
    pool.parallel(over: matrix.groups) { groups in
      matrix.multiply(model.kernels, input, tokens: count, groups: groups, into: y, yStride: yStride)
    }
  }

  /// A loop over tokens; a single token is not worth a barrier.
  private func each(_ count: Int, _ body: (Int) -> Void) {
    if count == 1 { return body(0) }
    pool.parallel(over: count) { for t in $0 { body(t) } }
  }

  private func requireFinite(_ stage: String, _ layer: Int?) throws(ModelError) {
    guard failures.any else { return }
    failures.reset()
    throw .nonFinite(stage: stage, layer: layer)
  }
}
