import Exact
import TestKit
import Testing

@testable import ExactReference

/// The bits of the real model: a sample of the combinations that the synthetic models go through in full, in which every
/// pair of values meets.
@Suite struct BatchModelTests {
  struct Sample: CustomStringConvertible, Sendable {
    let kernel: Int
    let threads: Int
    let company: Company

    var description: String { "kernel \(kernel), \(threads) threads, \(company)" }
  }

  /// Orthogonal: of any two of threads, chunks and neighbours each pair occurs once, and kernels go round.
  static let samples: [Sample] = (0..<9).map { index in
    let (row, column) = (index / 3, index % 3)
    return Sample(
      kernel: index, threads: 1 + row,
      company: Company(chunk: [1, 7, 64][column], neighbours: Company.Neighbours.allCases[(row + column) % 3]))
  }

  /// Around the end of a page of keys, and over several; a long run has more of each.
  static let contexts = TestSize.pick([1, 33, 257], long: [1, 31, 32, 33, 257, 2048])

  @Test("no bit of the real model's last rows depends on kernels, threads, cuts or company", arguments: contexts)
  func sample(context: Int) throws {
    let path = try ModelFixture.realModelPath()
    let tokens = ModelFixture.tokens(context, vocabulary: 49_152, seed: UInt64(context))
    let rowsFrom = max(0, context - 3)
    // The scalar form is the definition; where it would take minutes, the narrowest form that is equal to it elsewhere.
    let definition = context <= 33 ? KernelChoice.scalar : KernelChoice.available.dropFirst().first ?? .scalar
    let expected = try Rows(Model.load(path: path, kernel: definition, threads: 2), tokens, threads: 2, from: rowsFrom)
    #expect(expected.positions == Array(rowsFrom..<context))
    let forms = KernelChoice.available.filter { $0 != .scalar }
    var models: [KernelChoice: Model] = [:]
    // Of many tokens a short run has a third: each value of each, once.
    for (turn, sample) in Self.samples.enumerated() where TestSize.isLong || context < 257 || turn % 4 == 0 {
      let kernel = forms.isEmpty ? .scalar : forms[sample.kernel % forms.count]
      let model = try models[kernel] ?? Model.load(path: path, kernel: kernel, threads: 2)
      models[kernel] = model
      let rows = try sample.company.rows(model, tokens, threads: sample.threads, rowsFrom: rowsFrom)
      #expect(rows == expected, "\(kernel), \(context) tokens, \(sample)")
    }
  }
}
