import AsyncHTTPClient
import Codec
import Foundation
import NIOCore
import NIOHTTP1

/// The orchestrator's REST API, as the command line uses it.
struct OrchestratorClient {
  private static let timeout = TimeAmount.minutes(10)
  private static let bodyBytesMax = 64 << 20

  private let base: String
  private let key: String?

  init(_ server: ServerOption) throws { self.init(url: server.url, key: try server.key()) }

  init(url: String, key: String? = nil) {
    base = url.hasSuffix("/") ? String(url.dropLast()) : url
    self.key = key
  }

  func get(_ path: String) async throws -> [UInt8] { try await answer(request(path)) }

  /// Nil where it is not there yet (409): to be asked for again.
  func getReady(_ path: String) async throws -> [UInt8]? {
    let (status, body) = try await whole(request(path))
    if status == .conflict { return nil }
    return try accepted(status, body)
  }

  /// Posts nothing, or JSON, to a path; 202 is an answer too.
  func post(_ path: String, _ body: JSON? = nil) async throws -> [UInt8] {
    var request = request(path)
    request.method = .POST
    if let body {
      request.headers.add(name: "content-type", value: "application/json")
      request.body = .bytes(ByteBuffer(bytes: body.serialized()))
    }
    return try await answer(request)
  }

  private func answer(_ request: HTTPClientRequest) async throws -> [UInt8] {
    let (status, body) = try await whole(request)
    return try accepted(status, body)
  }

  private func whole(_ request: HTTPClientRequest) async throws -> (HTTPResponseStatus, [UInt8]) {
    let response = try await send(request)
    return (response.status, Array((try await response.body.collect(upTo: Self.bodyBytesMax)).readableBytesView))
  }

  private func accepted(_ status: HTTPResponseStatus, _ body: [UInt8]) throws -> [UInt8] {
    guard status == .ok || status == .accepted else { throw refusal(status, body) }
    return body
  }

  /// Posts JSON and calls `event` with what stands behind each `data: `, until `[DONE]`.
  func stream(_ path: String, _ body: JSON, event: (JSON) throws -> Void) async throws {
    var request = request(path)
    request.method = .POST
    request.headers.add(name: "content-type", value: "application/json")
    request.body = .bytes(ByteBuffer(bytes: body.serialized()))
    let response = try await send(request)
    guard response.status == .ok else {
      throw refusal(response.status, Array((try await response.body.collect(upTo: 1 << 20)).readableBytesView))
    }
    var pending: [UInt8] = []
    for try await piece in response.body {
      pending += piece.readableBytesView
      while let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
        let line = Array(pending[..<end])
        pending.removeFirst(end + 1)
        guard line.starts(with: "data: ".utf8) else { continue }
        let data = Array(line.dropFirst(6))
        if data == Array("[DONE]".utf8) { return }
        try event(try JSON(parsing: data))
      }
    }
    throw Failure("the stream ended without [DONE]: there is no receipt for this answer", status: 76)
  }

  private func request(_ path: String) -> HTTPClientRequest {
    var request = HTTPClientRequest(url: base + path)
    if let key { request.headers.add(name: "authorization", value: "Bearer \(key)") }
    return request
  }

  private func send(_ request: HTTPClientRequest) async throws -> HTTPClientResponse {
    do { return try await Peers.http.execute(request, timeout: Self.timeout) } catch {
      throw Failure("no answer from \(base) (\(error)): is the suite up? colophon up", status: 69)
    }
  }

  private func refusal(_ status: HTTPResponseStatus, _ body: [UInt8]) -> Failure {
    let message = (try? JSON(parsing: body))?["error"]?["message"]?.stringValue ?? String(decoding: body, as: UTF8.self)
    return Failure("\(base) answers \(status.code): \(message)", status: 76)
  }
}
