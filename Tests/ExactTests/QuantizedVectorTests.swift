import Exact
import Testing

@Suite struct QuantizedVectorTests {
  @Test("an element is 512 times itself, rounded to the nearest, ties to even, and at most 127")
  func elements() {
    let scaled: [Float] = [0, -0, 0.5, 1.5, 2.5, -0.5, -1.5, 0.75, 126.5, 127.5, 512, -127.4, -127.6, -512]
    #expect(
      QuantizedVector.make(scaled.map { $0 / 512 }) == [0, 0, 0, 2, 2, 0, -2, 1, 126, 127, 127, -127, -127, -127])
    #expect(QuantizedVector.make([]) == [])
  }
}
