import HTTPTypes
import Testing

@testable import RPC

@Suite struct HeaderTests {
  @Test func aTraceIsContinuedWithANewSpan() throws {
    let header = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    let trace = try #require(TraceContext(header))
    #expect(trace.description == header)
    let child = trace.child()
    #expect(child.traceID == trace.traceID && child.spanID != trace.spanID && child.isSampled)
    #expect(TraceContext(child.description) == child)
  }

  @Test(arguments: [
    "", "00", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
    "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
    "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
    "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
  ])
  func aTraceThatTheStandardForbidsIsIgnored(_ header: String) {
    #expect(TraceContext(header) == nil)
  }

  @Test func aLaterVersionIsReadAsThisOne() {
    #expect(TraceContext("01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more") != nil)
  }

  @Test func timeoutsAreReadInTheirUnits() throws {
    let units: [(String, Duration)] = [
      ("1H", .seconds(3600)), ("2M", .seconds(120)), ("3S", .seconds(3)), ("4m", .milliseconds(4)),
      ("5u", .microseconds(5)), ("6n", .nanoseconds(6)), ("99999999S", .seconds(99_999_999)),
    ]
    for (text, duration) in units {
      #expect(try CallTimeout.read([.grpcTimeout: text], isGRPC: true) == duration)
    }
    #expect(try CallTimeout.read([.connectTimeout: "1500"], isGRPC: false) == .milliseconds(1500))
    #expect(try CallTimeout.read([:], isGRPC: false) == nil)
    #expect(throws: RPCError.self) { try CallTimeout.read([.grpcTimeout: "999999999S"], isGRPC: true) }
  }

  @Test func aTimeoutIsWrittenInWholeMillisecondsAndNeverAsZero() {
    #expect(CallTimeout.connectText(.milliseconds(1500)) == "1500")
    #expect(CallTimeout.connectText(.microseconds(1)) == "1")
    #expect(CallTimeout.connectText(.zero) == "1")
    #expect(CallTimeout.connectText(.seconds(1 << 40)) == "9999999999")
  }

  @Test func codesAreSpelledAsConnectSpellsThem() {
    #expect(RPCCode(name: "failed_precondition") == .failedPrecondition)
    #expect(RPCCode(name: "OK") == nil)
    #expect(RPCCode.allCases.map(\.rawValue) == Array(1...16))
    #expect(RPCCode.allCases.allSatisfy { RPCCode(name: $0.name) == $0 })
  }

  @Test func pausesGrowToTheirCeiling() {
    let policy = RetryPolicy(attemptsMax: 9, firstPause: .milliseconds(10), pauseMax: .milliseconds(100))
    for attempt in 1...60 {
      #expect(policy.pause(after: attempt) <= min(.milliseconds(100), .milliseconds(10) * (1 << min(attempt - 1, 16))))
    }
  }
}
