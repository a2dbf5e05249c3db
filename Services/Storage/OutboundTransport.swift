public import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1

/// What a witness or a timestamping authority answered.
public struct OutboundAnswer: Sendable, Equatable {
  public var status: Int
  public var mediaType: String
  public var body: [UInt8]

  public init(status: Int, mediaType: String = "text/plain", body: [UInt8]) {
    self.status = status
    self.mediaType = mediaType
    self.body = body
  }
}

/// How bytes get to a witness or a timestamping authority: HTTP, or in tests a function.
public protocol OutboundTransport: Sendable {
  func post(_ url: String, _ body: [UInt8], type: String) async throws -> OutboundAnswer
  func get(_ url: String) async throws -> OutboundAnswer
}

/// Over HTTP/1.1 with connections that are kept. Follows no redirect: everybody is where the operator said.
public struct HTTPOutboundTransport: OutboundTransport {
  /// A checkpoint with all its lines is far below.
  private static let answerBytesMax = 64 * 1024

  private let http: HTTPClient
  private let timeout: TimeAmount

  public init(http: HTTPClient, timeoutMs: Int64 = 10_000) {
    self.http = http
    timeout = .milliseconds(timeoutMs)
  }

  public func post(_ url: String, _ body: [UInt8], type: String) async throws -> OutboundAnswer {
    var request = HTTPClientRequest(url: url)
    request.method = .POST
    request.headers = ["content-type": type]
    request.body = .bytes(ByteBuffer(bytes: body))
    return try await send(request)
  }

  public func get(_ url: String) async throws -> OutboundAnswer { try await send(HTTPClientRequest(url: url)) }

  private func send(_ request: HTTPClientRequest) async throws -> OutboundAnswer {
    var request = request
    request.headers.replaceOrAdd(name: "user-agent", value: "colophon-storage")
    let response = try await http.execute(request, timeout: timeout)
    let body = try await response.body.collect(upTo: Self.answerBytesMax)
    let type = response.headers.first(name: "content-type")?.split(separator: ";").first.map(String.init) ?? ""
    return OutboundAnswer(
      status: Int(response.status.code), mediaType: type.lowercased(), body: Array(body.readableBytesView))
  }
}
