import AsyncHTTPClient
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Synchronization
import Testing
import Wire

@testable import RPC

@Suite struct ClientTests {
  private static func quick(attempts: Int = 4) -> RPCClient.Options {
    var options = RPCClient.Options()
    options.retries = RetryPolicy(attemptsMax: attempts, firstPause: .milliseconds(1))
    return options
  }

  private func code(_ work: () async throws -> Void) async -> RPCCode? {
    do { try await work() } catch { return (error as? RPCError)?.code }
    return nil
  }

  @Test func aCallBringsTheAnswer() async throws {
    try await withLiveEcho { client in
      let answer = try await client.call(Echo.unary, GetTileRequest(path: "hello"), timeout: .seconds(5))
      #expect(answer.path == "hello")
    }
  }

  @Test func aStreamBringsEachMessage() async throws {
    try await withLiveEcho { client in
      var texts: [String] = []
      for try await message in client.stream(Echo.stream, GetTileRequest(path: "hi"), timeout: .seconds(5)) {
        texts.append(message.path)
      }
      #expect(texts == ["0 hi", "1 hi", "2 hi", "hi"])
    }
  }

  @Test func aReceiverGetsEachMessageWhenItIsDoneWithTheOneBefore() async throws {
    try await withLiveEcho { client in
      let texts = Mutex<[String]>([])
      try await client.receive(Echo.stream, GetTileRequest(path: "hi"), timeout: .seconds(5)) { message in
        texts.withLock { $0.append("begin \(message.path)") }
        await Task.yield()
        texts.withLock { $0.append("end \(message.path)") }
      }
      #expect(texts.withLock { $0 } == ["0 hi", "1 hi", "2 hi", "hi"].flatMap { ["begin \($0)", "end \($0)"] })
    }
  }

  @Test func anErrorOfTheReceiverEndsTheCallAndComesBackAsItIs() async throws {
    try await withLiveEcho { client in
      let count = Mutex(0)
      await #expect(throws: Secret.self) {
        try await client.receive(Echo.stream, GetTileRequest(path: "hi"), timeout: .seconds(5)) { _ in
          count.withLock { $0 += 1 }
          throw Secret()
        }
      }
      #expect(count.withLock { $0 } == 1)
    }
  }

  @Test func gzipWorksBothWays() async throws {
    var options = RPCClient.Options()
    options.compressAboveBytes = 100
    try await withLiveEcho(options: options) { client in
      let long = String(repeating: "long ", count: 1000)
      #expect(try await client.call(Echo.unary, GetTileRequest(path: long), timeout: .seconds(5)).path == long)
      var last = ""
      for try await message in client.stream(Echo.stream, GetTileRequest(path: long), timeout: .seconds(5)) {
        last = message.path
      }
      #expect(last == long)
    }
  }

  @Test func theErrorOfThePeerIsTheErrorOfTheCall() async throws {
    try await withLiveEcho(options: Self.quick(attempts: 1)) { client in
      for code in RPCCode.allCases {
        let input = GetTileRequest(path: "fail \(code.name)")
        await #expect(throws: RPCError(code, "asked to fail")) {
          try await client.call(Echo.unary, input, timeout: .seconds(5))
        }
        await #expect(throws: RPCError(code, "asked to fail")) {
          for try await _ in client.stream(Echo.stream, input, timeout: .seconds(5)) {}
        }
      }
    }
  }

  @Test func anIdempotentCallIsRepeatedWhileThePeerIsUnavailable() async throws {
    let witness = Witness()
    try await withLiveEcho(witness, options: Self.quick()) { client in
      _ = try await client.call(Echo.unary, GetTileRequest(path: "flaky 3"), timeout: .seconds(5))
      #expect(witness.calls.withLock { $0 } == 3)
    }
  }

  @Test func aCallThatIsNotIdempotentIsSentOnce() async throws {
    let witness = Witness()
    try await withLiveEcho(witness, options: Self.quick()) { client in
      let code = await code {
        _ = try await client.call(Echo.once, GetTileRequest(path: "flaky 3"), timeout: .seconds(5))
      }
      #expect(code == .unavailable)
      #expect(witness.calls.withLock { $0 } == 1)
    }
  }

  @Test func anErrorThatRepeatingCannotMendIsNotRepeated() async throws {
    let witness = Witness()
    try await withLiveEcho(witness, options: Self.quick()) { client in
      _ = await code {
        _ = try await client.call(Echo.unary, GetTileRequest(path: "fail internal"), timeout: .seconds(5))
      }
      #expect(witness.calls.withLock { $0 } == 1)
    }
  }

  @Test func repeatsStopAtTheirNumber() async throws {
    let witness = Witness()
    try await withLiveEcho(witness, options: Self.quick(attempts: 3)) { client in
      let code = await code {
        _ = try await client.call(Echo.unary, GetTileRequest(path: "flaky 99"), timeout: .seconds(5))
      }
      #expect(code == .unavailable)
      #expect(witness.calls.withLock { $0 } == 3)
    }
  }

  @Test func noRepeatStartsThatTheDeadlineLeavesNoTimeFor() async throws {
    let witness = Witness()
    var options = RPCClient.Options()
    options.retries = RetryPolicy(attemptsMax: 1000, firstPause: .milliseconds(100), pauseMax: .milliseconds(100))
    try await withLiveEcho(witness, options: options) { client in
      let code = await code {
        _ = try await client.call(Echo.unary, GetTileRequest(path: "flaky 9999"), timeout: .milliseconds(600))
      }
      #expect(code == .unavailable || code == .deadlineExceeded)
      #expect(witness.calls.withLock { $0 } < 1000)
    }
  }

  @Test func aPeerThatIsNotThereIsUnavailable() async throws {
    var options = Self.quick(attempts: 2)
    options.token = "secret-token-value"
    let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: RPCClient.httpConfiguration)
    let client = RPCClient(http: http, base: "http://127.0.0.1:1", options: options)
    do {
      _ = try await client.call(Echo.unary, GetTileRequest(path: "x"), timeout: .seconds(120))
      Issue.record("nobody answers there")
    } catch let error as RPCError {
      #expect(error.code == .unavailable)
      #expect(!error.message.contains("secret"))
    }
    try await http.shutdown()
  }

  @Test func theDeadlineOfTheCallBeforeHoldsForThisOne() async throws {
    let witness = Witness()
    try await withLiveEcho(witness, options: Self.quick()) { client in
      let context = CallContext(
        logger: Logger(label: "test"), identity: CallIdentity(requestID: "req-7"),
        deadline: .now + .milliseconds(200))
      let code = await code {
        _ = try await client.call(Echo.unary, GetTileRequest(path: "sleep"), timeout: .seconds(30), context: context)
      }
      #expect(code == .deadlineExceeded)
      let left = witness.timesLeft.withLock { $0.first ?? nil }
      #expect(left.map { $0 <= .milliseconds(201) } == true)
    }
  }

  @Test func anAnswerOverTheLimitIsRefused() async throws {
    var options = Self.quick(attempts: 1)
    options.limits.maxBytes = 1000
    try await withLiveEcho(options: options) { client in
      let long = GetTileRequest(path: String(repeating: "x", count: 2000))
      let called = await code { _ = try await client.call(Echo.unary, long, timeout: .seconds(5)) }
      #expect(called == .resourceExhausted)
      let streamed = await code { for try await _ in client.stream(Echo.stream, long, timeout: .seconds(5)) {} }
      #expect(streamed == .resourceExhausted)
    }
  }

  @Test func anAnswerThatIsNotConnectIsReadByItsStatus() {
    let body = ByteBuffer(string: "<html>busy</html>")
    #expect(RPCError.reading(status: 503, body: body).code == .unavailable)
    #expect(RPCError.reading(status: 404, body: body).code == .unimplemented)
    #expect(RPCError.reading(status: 401, body: body).code == .unauthenticated)
    #expect(RPCError.reading(status: 418, body: body).code == .unknown)
  }

  @Test func textThatCannotBeSentIsTheCallersFault() async throws {
    let client = RPCClient(http: .shared, base: "http://127.0.0.1:1")
    let code = await code {
      _ = try await client.call(Echo.unary, GetTileRequest(path: "a\u{0}b"), timeout: .seconds(5))
    }
    #expect(code == .invalidArgument)
  }
}
