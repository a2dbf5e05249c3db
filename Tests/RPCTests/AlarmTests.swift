import Synchronization
import Testing

@testable import RPC

@Suite struct AlarmTests {
  @Test("Alarms go off in the order of their times, whatever order they were set in, and never early")
  func order() async {
    let alarms = Alarms()
    let (went, continuation) = AsyncStream.makeStream(of: (Int, ContinuousClock.Instant).self)
    let start = ContinuousClock.now
    for milliseconds in [90, 30, 60, 3600_000] {
      _ = alarms.set(start + .milliseconds(milliseconds)) { continuation.yield((milliseconds, .now)) }
    }
    var seen: [Int] = []
    for await (milliseconds, at) in went {
      seen.append(milliseconds)
      #expect(at >= start + .milliseconds(milliseconds))
      if seen.count == 3 { break }
    }
    #expect(seen == [30, 60, 90])
    #expect(alarms.count == 1)
  }

  @Test("An alarm that was removed never goes off and leaves nothing")
  func removed() async {
    let alarms = Alarms()
    let gone = Atomic(0)
    let soon = ContinuousClock.now + .milliseconds(40)
    for alarm in (0..<100).map({ _ in alarms.set(soon) { gone.add(1, ordering: .relaxed) } }) { alarms.remove(alarm) }
    #expect(alarms.count == 0)
    await withCheckedContinuation { continuation in
      _ = alarms.set(soon + .milliseconds(20)) { continuation.resume() }
    }
    #expect(gone.load(ordering: .relaxed) == 0)
    #expect(alarms.count == 0)
  }

  @Test("A time that no clock reaches is one")
  func never() {
    let alarms = Alarms()
    alarms.remove(alarms.set(.now + .seconds(Int64.max / 2)) {})
    #expect(alarms.count == 0)
  }
}
