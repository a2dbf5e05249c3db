import AsyncHTTPClient
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Synchronization
import Testing
import Wire

@testable import RPC

@Suite struct StreamingTests {
  /// The messages of an answer, and the error in its last envelope.
  static func read(_ response: TestResponse, encoding: String? = nil) throws -> (texts: [String], end: RPCError?) {
    var rest = response.body
    var texts: [String] = []
    while let envelope = try Envelope.read(from: &rest, limit: 1 << 20) {
      let payload = try envelope.message(encoding: encoding, limit: 1 << 20)
      if envelope.isEnd {
        #expect(rest.readableBytes == 0)
        return (texts, try EndOfStream.failure(in: payload))
      }
      texts.append(try GetTileRequest(wire: payload).path)
    }
    Issue.record("the stream has no end")
    return (texts, nil)
  }

  private func post(
    _ body: ByteBuffer, _ headers: HTTPFields = [:], limits: WireLimits = WireLimits()
  ) async throws -> TestResponse {
    try await echo(limits: limits).test(.router) {
      try await $0.post(Echo.stream.path, body, type: "application/connect+proto", headers)
    }
  }

  @Test func messagesComeInEnvelopesAndTheLastOneEndsTheStream() async throws {
    let response = try await post(enveloped(bytes("hi")))
    #expect(response.status == .ok)
    #expect(response.headers[.contentType] == "application/connect+proto")
    let (texts, end) = try Self.read(response)
    #expect(texts == ["0 hi", "1 hi", "2 hi", "hi"])
    #expect(end == nil)
  }

  @Test func anErrorEndsAStreamThatHasBegun() async throws {
    let (texts, end) = try Self.read(try await post(enveloped(bytes("fail aborted"))))
    #expect(texts.count == 3)
    #expect(end == RPCError(.aborted, "asked to fail"))
  }

  @Test func theDeadlineEndsAStream() async throws {
    let response = try await post(enveloped(bytes("sleep")), [field("Connect-Timeout-Ms"): "50"])
    let (texts, end) = try Self.read(response)
    #expect(texts.count == 3)
    #expect(end?.code == .deadlineExceeded)
  }

  @Test func longMessagesAreGzippedForThoseWhoAccept() async throws {
    let long = String(repeating: "y", count: 3000)
    let response = try await post(enveloped(bytes(long)), [field("Connect-Accept-Encoding"): "gzip"])
    #expect(response.headers[field("Connect-Content-Encoding")] == "gzip")
    #expect(response.body.readableBytes < 2000)
    #expect(try Self.read(response, encoding: "gzip").texts.last == long)
  }

  @Test func aGzippedRequestEnvelopeIsRead() async throws {
    let body = enveloped(try Gzip.compress(bytes("zip")), flags: 1)
    let response = try await post(body, [field("Connect-Content-Encoding"): "gzip"])
    #expect(try Self.read(response).texts.last == "zip")
  }

  @Test func aUnaryBodyIsRefusedWith415() async throws {
    try await echo().test(.router) { client in
      let response = try await client.post(Echo.stream.path, bytes("hi"))
      #expect(response.status == .unsupportedMediaType)
      #expect(response.headers[field("Accept-Post")]?.hasPrefix("application/connect+proto") == true)
    }
  }

  @Test func badEnvelopesAreRefusedInTheLastEnvelope() async throws {
    let good = try bytes("hi")
    var two = enveloped(good)
    two.writeImmutableBuffer(enveloped(good))
    var cut = enveloped(good)
    cut.moveWriterIndex(to: cut.writerIndex - 1)
    let cases: [(ByteBuffer, RPCCode, String)] = [
      (ByteBuffer(), .invalidArgument, "no complete"),
      (cut, .invalidArgument, "no complete"),
      (two, .invalidArgument, "after its only message"),
      (enveloped(good, flags: 1), .invalidArgument, "no encoding"),
      (enveloped(good, flags: 0x80), .invalidArgument, "unknown flags"),
      (ByteBuffer(bytes: [0, 0xFF, 0xFF, 0xFF, 0xFF]), .resourceExhausted, "limit of 64 bytes"),
      (ByteBuffer(repeating: 0, count: 200), .resourceExhausted, "limit of 64 bytes"),
    ]
    var limits = WireLimits()
    limits.maxBytes = 64
    for (body, code, phrase) in cases {
      let response = try await post(body, limits: limits)
      #expect(response.status == .ok)
      let (texts, end) = try Self.read(response)
      #expect(texts.isEmpty)
      #expect(end?.code == code && end?.message.contains(phrase) == true, "\(String(describing: end))")
    }
  }

  @Test func theHandlerIsCancelledWhenTheCallerHangsUp() async throws {
    let witness = Witness()
    try await withLiveEcho(witness) { client in
      let reader = Task {
        for try await _ in client.stream(Echo.stream, GetTileRequest(path: "sleep"), timeout: .seconds(20)) {}
      }
      while witness.calls.withLock({ $0 }) == 0 { try await Task.sleep(for: .milliseconds(5)) }
      reader.cancel()
      #expect(await witness.cancelled())
    }
  }
}
