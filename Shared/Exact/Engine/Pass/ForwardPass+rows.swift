import CKernels

/// From the hidden states of some rows to what they predict.
extension ForwardPass {
  /// All logits of rows for which there is room.
  func computeLogits(_ rows: [Places.Row], _ failures: PassFailures) -> RowBlock {
    let (vectors, shape) = (memory.vectors, shape)
    let padded = vectors.paddedVocabulary
    pool.team { worker in
      normHidden(worker, rows, failures)
      worker.share(output.groups) { groups in
        output.multiply(
          vectors.normed.input(from: 0), tokens: rows.count, groups: groups, into: vectors.logits, stride: padded)
        for (i, row) in rows.enumerated() {
          let part = vectors.logits + i * padded + 16 * groups.lowerBound
          let status = exact_all_finite(part, 16 * groups.count) != 0 ? EXACT_OK : EXACT_NOT_FINITE
          failures.note(Int32(status), segment: row.segment, .logits, layer: nil)
        }
      }
    }
    return block(rows, failures) {
      .logits(UnsafeBufferPointer(start: vectors.logits + $0 * padded, count: shape.vocabulary))
    }
  }

  /// The largest logit of each row.
  func findLargest(_ rows: [Places.Row], _ failures: PassFailures) -> RowBlock {
    pool.team { worker in
      normHidden(worker, rows, failures)
      largest.found(by: worker.index).update(repeating: .none, count: rows.count)
      worker.share(output.groups) { groups in
        for first in stride(from: groups.lowerBound, to: groups.upperBound, by: LargestMemory.groups) {
          let part = first..<min(first + LargestMemory.groups, groups.upperBound)
          for start in stride(from: 0, to: rows.count, by: LargestMemory.tokens) {
            look(worker, at: part, of: start..<min(start + LargestMemory.tokens, rows.count), rows, failures)
          }
        }
      }
    }
    return block(rows, failures) {
      let found = largest.largest(of: $0)
      return .picked(token: found.token, logit: found.logit)
    }
  }

  /// A piece of the logits: some groups of the output, for some of the rows.
  private func look(
    _ worker: Worker, at part: Range<Int>, of tokens: Range<Int>, _ rows: [Places.Row], _ failures: PassFailures
  ) {
    let (found, logits) = (largest.found(by: worker.index), largest.logits(of: worker.index))
    let first = 16 * part.lowerBound
    // What pads the last group is nobody's logit.
    let count = min(16 * part.upperBound, shape.vocabulary) - first
    output.part(part).multiply(
      memory.vectors.normed.input(from: tokens.lowerBound), tokens: tokens.count, groups: 0..<part.count, into: logits,
      stride: LargestMemory.stride)
    for i in tokens {
      let row = logits + (i - tokens.lowerBound) * LargestMemory.stride
      var index = 0
      let status = kernels.pointee.argmax(row, count, &index)
      failures.note(status, segment: rows[i].segment, .logits, layer: nil)
      found[i].join(.init(logit: row[index], token: UInt32(first + index)))
    }
  }

  /// The final norm of some rows, into the first places of `normed`.
  private func normHidden(_ worker: Worker, _ rows: [Places.Row], _ failures: PassFailures) {
    let (vectors, shape, weight) = (memory.vectors, shape, model.outputNorm.base)
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
  }

  /// The rows of sequences that have not failed.
  private func block(_ rows: [Places.Row], _ failures: PassFailures, _ prediction: (Int) -> Prediction) -> RowBlock {
    let (normed, width) = (memory.vectors.normed, shape.width)
    return RowBlock(
      rows: rows.enumerated().compactMap { index, row in
        guard failures[row.segment] == nil else { return nil }
        return RowBlock.Row(
          segment: row.segment, position: row.position,
          hidden: UnsafeBufferPointer(start: normed.x + index * width, count: width), prediction: prediction(index))
      })
  }
}
