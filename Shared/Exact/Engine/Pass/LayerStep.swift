import CKernels

/// One worker's walk through the layers of one pass. Everything it touches is an address or outlives the pass.
struct LayerStep {
  let worker: Worker
  let tokens: [UInt32]
  let places: ForwardPass.Places
  let failures: PassFailures
  let embedding: PackedMatrix
  let shape: ModelShape
  let vectors: PassVectors
  let kernels: UnsafePointer<exact_kernels>
  let layout: KVLayout
  let scores: UnsafeMutablePointer<Float>
  /// Tokens of the batch.
  let count: Int

  init(
    _ pass: ForwardPass, _ worker: Worker, _ batch: Batch, _ places: ForwardPass.Places, _ failures: PassFailures
  ) {
    embedding = pass.model.embedding
    self.worker = worker
    tokens = batch.tokens
    self.places = places
    self.failures = failures
    shape = pass.shape
    vectors = pass.memory.vectors
    kernels = pass.kernels
    layout = KVLayout(pass.shape)
    scores = pass.scores.scores(of: worker.index)
    count = batch.tokens.count
  }

  /// The residual stream's beginning: rows of the embedding.
  func embed() {
    worker.share(count) { range in
      for t in range {
        let hidden = vectors.hidden + t * shape.width
        embedding.unpack(row: Int(tokens[t]), into: hidden)
        if let scale = shape.embeddingScale { kernels.pointee.scale(hidden, shape.width, scale) }
      }
    }
  }

  // MARK: Steps

  /// Normed and quantised input of the next products.
  func normed(_ weight: UnsafePointer<Float>, _ stage: PassStage, _ layer: Int) -> exact_activation {
    func norm(_ t: Int, into buffer: ActivationVectors, at place: Int) {
      let status = kernels.pointee.rms_norm(
        vectors.hidden + t * shape.width, weight, shape.width, shape.normEpsilon, buffer.x + place * shape.width)
      failures.note(status, segment: places.segment[t], stage, layer: layer)
      failures.note(buffer.quantize(kernels, token: place), segment: places.segment[t], stage, layer: layer)
    }
    guard count > ForwardPass.fewTokens else {
      let first = worker.index * ForwardPass.fewTokens
      for t in 0..<count { norm(t, into: vectors.ownNormed, at: first + t) }
      return vectors.ownNormed.input(from: first)
    }
    worker.share(count) { for t in $0 { norm(t, into: vectors.normed, at: t) } }
    return vectors.normed.input(from: 0)
  }

  /// Adds a product to the residual stream, normed before where the layer has a norm for it.
  func addProduct(_ matrix: MatrixView, _ input: exact_activation, postNorm: UnsafePointer<Float>?) {
    let width = shape.width
    worker.share(matrix.groups) { groups in
      matrix.multiply(input, tokens: count, groups: groups, into: vectors.branch, stride: width)
      guard postNorm == nil else { return }
      for t in 0..<count {
        let offset = t * width + 16 * groups.lowerBound
        kernels.pointee.add(vectors.hidden + offset, vectors.branch + offset, 16 * groups.count)
      }
    }
    guard let postNorm else { return }
    worker.share(count) { range in
      for t in range {
        let branch = vectors.branch + t * width
        // A branch that is not finite makes the residual stream so, and the next norm says it.
        _ = kernels.pointee.rms_norm(branch, postNorm, width, shape.normEpsilon, branch)
        kernels.pointee.add(vectors.hidden + t * width, branch, width)
      }
    }
  }

  // MARK: Feed-forward

  func feedForward(_ layer: LayerView) {
    let input = normed(layer.ffnNorm, .feedForwardNorm, layer.index)
    let (gate, up, ffnWidth) = (vectors.gate, vectors.up, shape.ffnWidth)
    // A block of 32 outputs is two groups of 16: gate, up, activation and the quantisation for `down` need no barrier
    // between.
    worker.share(ffnWidth / 32) { blocks in
      let groups = 2 * blocks.lowerBound..<2 * blocks.upperBound
      layer.gate.multiply(input, tokens: count, groups: groups, into: gate.x, stride: ffnWidth)
      layer.up.multiply(input, tokens: count, groups: groups, into: up, stride: ffnWidth)
      let elements = 32 * blocks.lowerBound..<32 * blocks.upperBound
      for t in 0..<count {
        let offset = t * ffnWidth + elements.lowerBound
        switch shape.activation {
        case .silu: kernels.pointee.swiglu(gate.x + offset, up + offset, elements.count)
        case .gelu: kernels.pointee.geglu(gate.x + offset, up + offset, elements.count)
        }
        failures.note(
          gate.quantize(kernels, token: t, elements: elements), segment: places.segment[t], .feedForward,
          layer: layer.index)
      }
    }
    addProduct(layer.down, gate.input(from: 0), postNorm: layer.ffnPostNorm)
  }
}
