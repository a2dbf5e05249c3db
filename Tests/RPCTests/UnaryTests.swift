import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Synchronization
import Testing
import Wire

@testable import RPC

@Suite struct UnaryTests {
  @Test func aMessageComesBackAsProto() async throws {
    try await echo().test(.router) { client in
      let response = try await client.post(Echo.unary.path, bytes("hello"), [field("Connect-Protocol-Version"): "1"])
      #expect(response.status == .ok)
      #expect(response.headers[.contentType] == "application/proto")
      #expect(try GetTileRequest(wire: response.body).path == "hello")
    }
  }

  @Test(arguments: ["application/json", "text/plain", "application/connect+proto", "application/connect+json"])
  func anotherMediaTypeIsAnsweredWith415AndWhatWouldDo(_ type: String) async throws {
    try await echo().test(.router) { client in
      let response = try await client.post(Echo.unary.path, bytes("hello"), type: type)
      #expect(response.status == .unsupportedMediaType)
      #expect(response.headers[field("Accept-Post")]?.hasPrefix("application/proto") == true)
    }
  }

  @Test func gRPCIsRefusedOnHTTP1() async throws {
    try await echo(transport: .http1).test(.live) { client in
      let response = try await client.post(Echo.unary.path, enveloped(bytes("hello")), type: "application/grpc")
      #expect(response.status == .unsupportedMediaType)
    }
  }

  @Test(arguments: [HTTPRequest.Method.get, .put, .delete])
  func anotherMethodIsAnsweredWith405(_ method: HTTPRequest.Method) async throws {
    try await echo().test(.router) { client in
      let response = try await client.execute(uri: Echo.unary.path, method: method)
      #expect(response.status == .methodNotAllowed)
      #expect(response.headers[.allow] == "POST")
    }
  }

  @Test func anotherProtocolVersionIsRefused() async throws {
    try await refusal(
      "invalid_argument", .badRequest, "Connect-Protocol-Version", [field("Connect-Protocol-Version"): "2"])
  }

  @Test func anUnknownEncodingIsRefused() async throws {
    try await refusal("unimplemented", .notImplemented, "encoding 'br'", [.contentEncoding: "br"])
  }

  @Test(arguments: ["12345678901", "-1", "1s", "", "+5"])
  func anUnreadableTimeoutIsRefused(_ text: String) async throws {
    try await refusal("invalid_argument", .badRequest, "Connect-Timeout-Ms", [field("Connect-Timeout-Ms"): text])
  }

  @Test func bytesThatAreNotTheMessageAreRefused() async throws {
    try await refusal("invalid_argument", .badRequest, "not readable", body: ByteBuffer(bytes: [0x0A, 0xFF]))
  }

  @Test func aMessageOverTheLimitIsRefusedWithTheLimit() async throws {
    try await refusal(
      "resource_exhausted", .tooManyRequests, "limit of 64 bytes", body: bytes(String(repeating: "x", count: 100)))
  }

  @Test func aGzippedRequestIsRead() async throws {
    try await echo().test(.router) { client in
      let response = try await client.post(
        Echo.unary.path, Gzip.compress(bytes("hello")), [.contentEncoding: "gzip"])
      #expect(try GetTileRequest(wire: response.body).path == "hello")
    }
  }

  @Test func aGzipBombIsStoppedAtTheLimit() async throws {
    let bomb = try Gzip.compress(bytes(String(repeating: "x", count: 1 << 20)))
    #expect(bomb.readableBytes < 8192)
    var limits = WireLimits()
    limits.maxBytes = 8192
    try await echo(limits: limits).test(.router) { client in
      let response = try await client.post(Echo.unary.path, bomb, [.contentEncoding: "gzip"])
      #expect(response.status == .tooManyRequests)
      #expect(String(buffer: response.body).contains("limit of 8192 bytes"))
    }
  }

  @Test func brokenGzipIsRefused() async throws {
    var cut = try Gzip.compress(bytes("hello"))
    cut = cut.getSlice(at: 0, length: cut.readableBytes - 4) ?? ByteBuffer()
    try await refusal("invalid_argument", .badRequest, "gzip", [.contentEncoding: "gzip"], body: cut)
    var longer = try Gzip.compress(bytes("hello"))
    longer.writeInteger(UInt8(0))
    try await refusal("invalid_argument", .badRequest, "gzip", [.contentEncoding: "gzip"], body: longer)
  }

  @Test func onlyLongAnswersAreGzippedAndOnlyForThoseWhoAccept() async throws {
    try await echo().test(.router) { client in
      let long = String(repeating: "x", count: 4000)
      let zipped = try await client.post(Echo.unary.path, bytes(long), [.acceptEncoding: "br, gzip"])
      #expect(zipped.headers[.contentEncoding] == "gzip")
      #expect(try GetTileRequest(wire: Gzip.decompress(zipped.body, limit: 8000)).path == long)
      let plain = try await client.post(Echo.unary.path, bytes(long), [.acceptEncoding: "gzip;q=0"])
      #expect(plain.headers[.contentEncoding] == nil)
      let short = try await client.post(Echo.unary.path, bytes("x"), [.acceptEncoding: "gzip"])
      #expect(short.headers[.contentEncoding] == nil)
    }
  }

  @Test(arguments: RPCCode.allCases)
  func eachErrorCodeHasItsStatusAndItsName(_ code: RPCCode) async throws {
    try await echo().test(.router) { client in
      let response = try await client.post(Echo.unary.path, bytes("fail \(code.name)"))
      #expect(response.status.code == code.httpStatus.code)
      #expect(response.headers[.contentType] == "application/json")
      #expect(RPCError.reading(status: 500, body: response.body) == RPCError(code, "asked to fail"))
    }
  }

  @Test func connectsTableOfStatusesHolds() {
    let table: [RPCCode: Int] = [
      .canceled: 499, .unknown: 500, .invalidArgument: 400, .deadlineExceeded: 504, .notFound: 404,
      .alreadyExists: 409, .permissionDenied: 403, .resourceExhausted: 429, .failedPrecondition: 400, .aborted: 409,
      .outOfRange: 400, .unimplemented: 501, .internal: 500, .unavailable: 503, .dataLoss: 500, .unauthenticated: 401,
    ]
    #expect(table.count == RPCCode.allCases.count)
    for (code, status) in table { #expect(code.httpStatus.code == status) }
  }

  @Test func theCauseOfAnUnexpectedErrorStaysInside() async throws {
    try await echo().test(.router) { client in
      let response = try await client.post(Echo.unary.path, bytes("crash"))
      #expect(response.status == .internalServerError)
      let text = String(buffer: response.body)
      #expect(text.contains("\"internal\"") && !text.contains("nobody"))
    }
  }

  @Test func theHandlerIsCancelledAtTheDeadline() async throws {
    let witness = Witness()
    try await echo(witness).test(.router) { client in
      let response = try await client.post(Echo.unary.path, bytes("sleep"), [field("Connect-Timeout-Ms"): "50"])
      #expect(response.status == .gatewayTimeout)
      #expect(String(buffer: response.body).contains("deadline_exceeded"))
      #expect(witness.wasCancelled.withLock { $0 })
    }
  }

  private func refusal(
    _ code: String, _ status: HTTPResponse.Status, _ phrase: String, _ headers: HTTPFields = [:],
    body: ByteBuffer = ByteBuffer()
  ) async throws {
    var limits = WireLimits()
    limits.maxBytes = 64
    try await echo(limits: limits).test(.router) { client in
      let response = try await client.post(Echo.unary.path, body, headers)
      #expect(response.status == status)
      let text = String(buffer: response.body)
      #expect(text.contains("\"\(code)\"") && text.contains(phrase), "\(text)")
    }
  }
}
