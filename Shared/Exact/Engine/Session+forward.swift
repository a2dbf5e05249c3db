import CKernels

/// The transformer (Touvron et al., 2023: RMS norm before each sublayer, rotary embedding, grouped-query attention,
/// SwiGLU). Every loop is split over output rows, heads or tokens, whose results do not depend on one another.
extension Session {
  /// Runs tokens at `position` through all layers; their residual stream is then in `scratch.hidden`.
  func forward(_ tokens: ArraySlice<UInt32>, _ scratch: Scratch) throws(ModelError) {
    let count = tokens.count
    for (index, token) in tokens.enumerated() {
      model.embedding.unpack(row: Int(token), into: scratch.hidden.base + index * model.shape.width)
    }
    for (index, layer) in model.layers.enumerated() {
      try attend(layer, index, count, scratch)
      try feedForward(layer, index, count, scratch)
    }
  }

  private func attend(_ layer: ModelLayer, _ index: Int, _ count: Int, _ scratch: Scratch) throws(ModelError) {
    let (shape, kernels, start) = (model.shape, model.kernels, position)
    try normalise(scratch.hidden, layer.attentionNorm, count, scratch, "the attention norm", index)
    project(layer, count, scratch)
    each(count) { t in
      let query = scratch.queries.base + t * shape.width
      let key = scratch.keys.base + t * scratch.paddedKV
      model.rope.rotate(kernels, query, heads: shape.heads, position: start + t)
      model.rope.rotate(kernels, key, heads: shape.kvHeads, position: start + t)
      cache.store(layer: index, position: start + t, key: key, value: scratch.values.base + t * scratch.paddedKV)
    }
    let scale = 1 / Float(shape.headWidth).squareRoot()
    let (group, kvHeads) = (shape.heads / shape.kvHeads, shape.kvHeads)
    let (part, space) = (8, exact_attention_scratch(8, group, start + count, 0))
    pool.parallel(over: (count + part - 1) / part * kvHeads) { items in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: space) { scores in
        guard let scores = scores.baseAddress else { return }
        for item in items {
          let (t, head) = (item / kvHeads * part, item % kvHeads)
          let offset = t * shape.width + head * group * shape.headWidth
          failures.note(
            cache.withPages(layer: index, head: head) { kv in
              kernels.attention(
                kv, scratch.queries.base + offset, shape.width, min(part, count - t), group, start + t, 0, scale,
                scores,
                scratch.attended.x.base + offset, shape.width)
            })
        }
      }
    }
    try requireFinite("the attention scores", index)
    each(count) { t in failures.note(scratch.attended.quantize(kernels, token: t)) }
    try requireFinite("the attention output", index)
    multiply(layer.attentionOutput, scratch.attended.view(), count, into: scratch.branch.base, yStride: shape.width)
    each(count) { t in
      kernels.add(scratch.hidden.base + t * shape.width, scratch.branch.base + t * shape.width, shape.width)
    }
  }

  /// Queries, keys and values in one loop over the output groups of all three.
  private func project(_ layer: ModelLayer, _ count: Int, _ scratch: Scratch) {
    let parts = [
      (layer.query, scratch.queries.base, model.shape.width), (layer.key, scratch.keys.base, scratch.paddedKV),
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
        kernels.swiglu(gate + offset, scratch.up.base + offset, blocks.count * 32)
        failures.note(scratch.gate.quantize(kernels, token: t, blocks: blocks))
      }
    }
    try requireFinite("the feed-forward activation", index)
    multiply(layer.down, scratch.gate.view(), count, into: scratch.branch.base, yStride: shape.width)
    each(count) { t in
      kernels.add(scratch.hidden.base + t * shape.width, scratch.branch.base + t * shape.width, shape.width)
    }
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
