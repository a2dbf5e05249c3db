import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing
import Wire

@testable import RPC

@Suite struct GRPCTests {
  private func post(
    _ path: String, _ body: ByteBuffer, _ headers: HTTPFields = [:], type: String = "application/grpc"
  ) async throws -> TestResponse {
    try await echo().test(.router) { try await $0.post(path, body, type: type, headers) }
  }

  private func texts(_ response: TestResponse) throws -> [String] {
    var rest = response.body
    var texts: [String] = []
    while let envelope = try Envelope.read(from: &rest, limit: 1 << 20) {
      texts.append(try GetTileRequest(wire: envelope.message(encoding: "gzip", limit: 1 << 20)).path)
    }
    return texts
  }

  @Test(arguments: ["application/grpc", "application/grpc+proto"])
  func aUnaryCallEndsWithStatusZeroInTrailers(_ type: String) async throws {
    let response = try await post(Echo.unary.path, enveloped(bytes("hi")), type: type)
    #expect(response.status == .ok)
    #expect(response.headers[.contentType] == type)
    #expect(try texts(response) == ["hi"])
    #expect(response.trailerHeaders?[field("grpc-status")] == "0")
  }

  @Test func aStreamEndsWithStatusZeroInTrailers() async throws {
    let response = try await post(Echo.stream.path, enveloped(bytes("hi")))
    #expect(try texts(response) == ["0 hi", "1 hi", "2 hi", "hi"])
    #expect(response.trailerHeaders?[field("grpc-status")] == "0")
  }

  @Test(arguments: RPCCode.allCases)
  func errorsAreRealTrailers(_ code: RPCCode) async throws {
    let response = try await post(Echo.unary.path, enveloped(bytes("fail \(code.name)")))
    #expect(response.status == .ok)
    #expect(response.trailerHeaders?[field("grpc-status")] == "\(code.rawValue)")
    #expect(response.trailerHeaders?[field("grpc-message")] == "asked to fail")
  }

  @Test func anUnreadableFrameIsAnErrorInTrailers() async throws {
    let response = try await post(Echo.unary.path, ByteBuffer(bytes: [0, 0, 0]))
    #expect(response.trailerHeaders?[field("grpc-status")] == "3")
  }

  @Test func theDeadlineHeaderHolds() async throws {
    let response = try await post(Echo.unary.path, enveloped(bytes("sleep")), [field("grpc-timeout"): "50m"])
    #expect(response.trailerHeaders?[field("grpc-status")] == "4")
    let broken = try await post(Echo.unary.path, enveloped(bytes("x")), [field("grpc-timeout"): "50x"])
    #expect(broken.trailerHeaders?[field("grpc-status")] == "3")
  }

  @Test func gzipWorksBothWays() async throws {
    let long = String(repeating: "z", count: 5000)
    let response = try await post(
      Echo.unary.path, enveloped(try Gzip.compress(bytes(long)), flags: 1),
      [field("grpc-encoding"): "gzip", field("grpc-accept-encoding"): "identity, gzip"])
    #expect(response.headers[field("grpc-encoding")] == "gzip")
    #expect(response.body.readableBytes < 1000)
    #expect(try texts(response) == [long])
  }

  @Test func messagesArePercentEncoded() {
    #expect(grpcEscaped("50% of é\n") == "50%25 of %C3%A9%0A")
  }
}
