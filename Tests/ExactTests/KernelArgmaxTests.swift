import CKernels
import Exact
import TestKit
import Testing

@testable import ExactReference

@Suite struct KernelArgmaxTests {
  static func argmax(_ form: KernelForm, _ x: [Float]) -> Int? {
    var index = x.count
    return form.kernels.argmax(x, x.count, &index) == 0 ? index : nil
  }

  @Test("the largest element is found wherever it stands, and of equal ones the first")
  func largest() {
    var random = SplitMix64(state: 21)
    for count in Array(1...70) + [1_000, 49_152] {
      for _ in 0..<5 {
        // Few distinct values, so that there are ties.
        let x = random.floats(count, scale: 3).map { $0.rounded() }
        var best = 0
        for i in x.indices where x[i] > x[best] { best = i }
        for form in KernelForm.all { #expect(Self.argmax(form, x) == best, "\(form) of \(count)") }
      }
      for position in [0, count / 2, count - 1] {
        var x = [Float](repeating: -3e38, count: count)
        x[position] = -2.9e38
        for form in KernelForm.all { #expect(Self.argmax(form, x) == position) }
      }
    }
  }

  @Test("both zeros are equal, so the first of either is the answer")
  func zeros() {
    for first in 0..<40 {
      for (earlier, later) in [(Float(-0.0), Float(0)), (0, -0.0)] {
        var x = [Float](repeating: -1, count: 41)
        x[first] = earlier
        for i in first + 1..<41 { x[i] = later }
        for form in KernelForm.all { #expect(Self.argmax(form, x) == first) }
      }
    }
  }

  @Test("an element that is not finite is an error wherever it stands")
  func nonFinite() {
    for value in [Float.infinity, -.infinity, .nan, -.nan, Float(bitPattern: 0x7f80_0001)] {
      for position in 0..<35 {
        var x = [Float](repeating: 1, count: 35)
        x[position] = value
        for form in KernelForm.all { #expect(Self.argmax(form, x) == nil) }
      }
    }
  }
}
