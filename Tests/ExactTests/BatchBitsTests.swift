import TestKit
import Testing

@testable import Exact
@testable import ExactReference

@Suite struct BatchBitsTests {
  @Test(
    "no bit of a sequence depends on kernels, threads, how it is cut or who else is in its passes",
    arguments: PackedMatrix.types)
  func grid(type: GGUFTensorType) throws {
    let file = try TemporaryFile(ModelFixture.synthetic(type).bytes())
    let tokens = ModelFixture.tokens(70, vocabulary: 200)
    let scalar = try file.use { try Model.load(path: $0, kernel: .scalar, threads: 2) }
    let expected = try Rows(scalar, tokens, chunk: 1)
    for (form, kernel) in KernelChoice.available.enumerated() {
      let model = try file.use { try Model.load(path: $0, kernel: kernel, threads: 2) }
      for threads in [1, 2, 3] {
        for (turn, company) in Company.all.enumerated() where Self.runs(type, kernel, form, threads, turn) {
          let rows = try company.rows(model, tokens, threads: threads)
          #expect(rows == expected, "\(type), \(kernel), \(threads) threads, \(company)")
        }
      }
    }
  }

  /// A long run has each company with each number of threads. In a short one the cuts and the kinds of neighbours go round
  /// with threads, forms and types, so that all meet. The scalar form is slow, and no other code than that of the others cuts
  /// and batches it: it has few.
  private static func runs(
    _ type: GGUFTensorType, _ kernel: KernelChoice, _ form: Int, _ threads: Int, _ turn: Int
  ) -> Bool {
    if TestSize.isLong { return kernel != .scalar || [threads, 2 * threads + 2].contains(turn) }
    let round = PackedMatrix.types.firstIndex(of: type) ?? 0
    guard kernel != .scalar || threads == 1 + round % 3 else { return false }
    return turn / 3 == (threads + form) % 3 && turn % 3 == (threads + round) % 3
  }

  @Test("a sequence that meets a number that is not finite fails alone")
  func failure() throws {
    var writer = ModelFixture.synthetic(.f32, tied: false)
    // Token 7 is so large that its norm overflows; the others are as they were.
    let index = try #require(writer.tensors.firstIndex { $0.name == "token_embd.weight" })
    for column in 0..<64 {
      writer.tensors[index].bytes.replaceSubrange(
        4 * (7 * 64 + column)..<4 * (7 * 64 + column) + 4, with: [0xff, 0xff, 0x7f, 0x7f])
    }
    let file = try TemporaryFile(writer.bytes())
    let model = try file.use { try Model.load(path: $0, threads: 1) }
    let tokens = ModelFixture.tokens(20, vocabulary: 200).map { $0 == 7 ? 8 : $0 }
    let expected = try Rows(model, tokens)
    let pages = try KVPages(model.shape, pages: 2)
    let pass = try ForwardPass(model: model, pool: ThreadPool(threads: 2), tokens: 64, rows: 64)
    let (good, bad) = (KVSequence(pages, contextLimit: 64), KVSequence(pages, contextLimit: 64))
    #expect(good.reserve(20) && bad.reserve(3))
    var batch = Batch()
    batch.add([1, 7, 2], of: bad, position: 0, rows: 3)
    batch.add(tokens, of: good, position: 0, rows: 20)
    var rows = Rows()
    let failures = pass.run(batch) { block in
      for row in block.rows {
        #expect(row.segment == 1)
        rows.positions.append(row.position)
        rows.hidden += bits(row.hidden)
        rows.logits += bits(row.prediction.logits)
      }
    }
    #expect(failures[0] == .nonFinite(stage: "the attention norm", layer: 0) && failures[1] == nil)
    #expect(rows == expected)
  }
}
