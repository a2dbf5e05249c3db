import CKernels

extension LayerStep {
  func attend(_ layer: LayerView) {
    project(layer, normed(layer.attentionNorm, .attentionNorm, layer.index))
    let group = shape.heads / shape.kvHeads
    let headsOfPiece = places.splitsHeads ? 1 : group
    // Blocks of 32 that end where the heads of a piece end are quantised with them.
    let quantizesPieces = headsOfPiece * shape.headWidth % 32 == 0
    if !places.isFused {
      worker.share(count * shape.kvHeads) { items in
        for item in items { place(item / shape.kvHeads, head: item % shape.kvHeads, layer) }
      }
    }
    let perToken = shape.kvHeads * (group / headsOfPiece)
    worker.share(places.pieces.count * perToken) { items in
      for item in items {
        let piece = places.pieces[item / perToken]
        let first = item % perToken * headsOfPiece
        if places.isFused { place(piece.token, head: first / group, layer) }
        attend(piece, heads: first..<first + headsOfPiece, layer)
        guard quantizesPieces else { continue }
        let elements = first * shape.headWidth..<(first + headsOfPiece) * shape.headWidth
        for t in piece.token..<piece.token + piece.count { quantize(t, elements, layer) }
      }
    }
    if !quantizesPieces {
      worker.share(count) { for t in $0 { quantize(t, 0..<shape.queryWidth, layer) } }
    }
    addProduct(layer.attentionOutput, vectors.attended.input(from: 0), postNorm: layer.attentionPostNorm)
  }

  /// Queries, keys and values in one loop over the output groups of all three.
  private func project(_ layer: LayerView, _ input: exact_activation) {
    let ends = (
      layer.query.groups, layer.query.groups + layer.key.groups,
      layer.query.groups + layer.key.groups + layer.value.groups
    )
    func multiply(
      _ matrix: MatrixView, from first: Int, _ range: Range<Int>, into y: UnsafeMutablePointer<Float>, stride: Int
    ) {
      let groups = range.clamped(to: first..<first + matrix.groups)
      guard !groups.isEmpty else { return }
      matrix.multiply(
        input, tokens: count, groups: groups.lowerBound - first..<groups.upperBound - first, into: y, stride: stride)
    }
    worker.share(ends.2) { range in
      multiply(layer.query, from: 0, range, into: vectors.queries, stride: shape.queryWidth)
      multiply(layer.key, from: ends.0, range, into: vectors.keys, stride: vectors.paddedKV)
      multiply(layer.value, from: ends.1, range, into: vectors.values, stride: vectors.paddedKV)
    }
  }

  /// Norms and rotates what one token has for a key-value head, and stores its key and value.
  private func place(_ t: Int, head: Int, _ layer: LayerView) {
    let (width, position, segment) = (shape.headWidth, places.position[t], places.segment[t])
    let group = shape.heads / shape.kvHeads
    let query = vectors.queries + t * shape.queryWidth + head * group * width
    let key = vectors.keys + t * vectors.paddedKV + head * width
    let value = vectors.values + t * vectors.paddedKV + head * width
    if let norm = layer.queryNorm {
      for index in 0..<group { self.norm(headAt: query + index * width, norm, segment, layer) }
    }
    if let norm = layer.keyNorm { self.norm(headAt: key, norm, segment, layer) }
    layer.rope._withUnsafeGuaranteedRef {
      $0.rotate(kernels.pointee, query, heads: group, position: position)
      $0.rotate(kernels.pointee, key, heads: 1, position: position)
    }
    let (keys, place) = (places.page[t] + layout.keys(layer: layer.index, head: head), position % KVPages.positions)
    exact_store_key(key, width, place, keys)
    (keys + layout.values + place * width).update(from: value, count: width)
  }

  private func norm(
    headAt x: UnsafeMutablePointer<Float>, _ weight: UnsafePointer<Float>, _ segment: Int, _ layer: LayerView
  ) {
    failures.note(
      kernels.pointee.rms_norm(x, weight, shape.headWidth, shape.normEpsilon, x), segment: segment, .scores,
      layer: layer.index)
  }

  /// Some heads, which share a key-value head, of some tokens of one sequence.
  private func attend(_ piece: ForwardPass.Places.Piece, heads: Range<Int>, _ layer: LayerView) {
    let keys = layout.keys(layer: layer.index, head: heads.lowerBound / (shape.heads / shape.kvHeads))
    var kv = exact_kv(
      pages: places.tables[piece.segment], keys: keys, values: keys + layout.values, width: shape.headWidth)
    let offset = piece.token * shape.queryWidth + heads.lowerBound * shape.headWidth
    let status = kernels.pointee.attention(
      &kv, vectors.queries + offset, shape.queryWidth, piece.count, heads.count, piece.position, layer.window,
      shape.attentionScale, scores, vectors.attended.x + offset, shape.queryWidth)
    failures.note(status, segment: piece.segment, .scores, layer: layer.index)
  }

  private func quantize(_ t: Int, _ elements: Range<Int>, _ layer: LayerView) {
    failures.note(
      vectors.attended.quantize(kernels, token: t, elements: elements), segment: places.segment[t], .attentionOutput,
      layer: layer.index)
  }
}
