import CKernels
import Foundation
import Testing

@testable import Exact
@testable import ExactReference

@Suite struct TokenLogprobsTests {
  private func logprobs(_ logits: [Float], chosen: UInt32, top: Int) throws -> TokenLogprobs {
    try logits.withUnsafeBufferPointer { try TokenLogprobs($0, chosen: chosen, top: top) }
  }

  /// EXACT1.md, "Log-probabilities", without any shortcut.
  private func definition(_ logits: [Float], _ token: Int) -> Float {
    let most = logits.max() ?? 0
    var lanes = [Float](repeating: 0, count: 16)
    for (index, logit) in logits.enumerated() { lanes[index % 16] += exact_expf(logit - most) }
    for width in [8, 4, 2, 1] { for lane in 0..<width { lanes[lane] += lanes[lane + width] } }
    return (logits[token] - most) + exact_logf(1 / lanes[0])
  }

  @Test("log-probabilities are those of the definition and close to the real ones", arguments: [1, 15, 200, 49152])
  func values(count: Int) throws {
    let logits = SamplerReference.logits(count, seed: 11)
    let found = try logprobs(logits, chosen: UInt32(count / 2), top: 5)
    #expect(found.chosen.logprob.bitPattern == definition(logits, count / 2).bitPattern)
    let sum = logits.map { exp(Double($0)) }.reduce(0, +)
    #expect(abs(Double(found.chosen.logprob) - (Double(logits[count / 2]) - log(sum))) < 1e-4)
    let order = logits.indices.sorted { logits[$0] != logits[$1] ? logits[$0] > logits[$1] : $0 < $1 }
    #expect(found.top.map(\.token) == order.prefix(5).map { UInt32($0) })
    for entry in found.top { #expect(entry.logprob.bitPattern == definition(logits, Int(entry.token)).bitPattern) }
  }

  @Test("equal logits are told in order of id, and as many as there are")
  func ties() throws {
    let found = try logprobs([1, 3, -0.0, 3, 0], chosen: 2, top: 20)
    #expect(found.top.map(\.token) == [1, 3, 0, 2, 4] && found.top[0].logprob == found.top[1].logprob)
    #expect(try logprobs([4], chosen: 0, top: 0) == TokenLogprobs(chosen: .init(token: 0, logprob: 0), top: []))
    // Far below the rest, where a probability would be 0.
    #expect(try logprobs([0, -1000], chosen: 1, top: 0).chosen.logprob == -1000)
  }

  @Test("logits that are not finite have no log-probabilities")
  func refusals() {
    #expect(throws: SamplingError.nonFiniteLogit(token: 1)) { try logprobs([0, .infinity], chosen: 0, top: 1) }
    #expect(throws: SamplingError.nonFiniteLogit(token: 0)) { try logprobs([-.infinity, 0], chosen: 0, top: 1) }
    #expect(throws: SamplingError.noLogits) { try logprobs([], chosen: 0, top: 1) }
  }
}
