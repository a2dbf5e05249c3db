public import AsyncHTTPClient
internal import Cryptography
internal import Glibc
internal import NIOCore
internal import NIOHTTP1

/// One bucket of an S3 store, addressed path-style and signed with Signature Version 4.
///
/// Nothing that it answers is believed: callers compare bytes with digests of their own, and ETags are never read as one.
public struct S3Client: Sendable {
  /// Whether a request may be sent again.
  enum Repeat {
    /// Whatever happened to it: doing it twice is doing it once.
    case always
    /// Only when an answer says that it was not done. After silence it may still be done later.
    case ifRefused
  }

  struct Request {
    var method: HTTPMethod
    /// Within the bucket; empty for the bucket itself.
    var key = ""
    var query: [(name: String, value: String)] = []
    var headers: [(name: String, value: String)] = []
    var body: [UInt8] = []
    var repeats = Repeat.always
  }

  struct Response {
    let status: UInt
    let headers: HTTPHeaders
    let body: [UInt8]
  }

  /// Sends in all, and the pauses between them: drawn evenly below a ceiling that doubles ("full jitter").
  static let attemptsMax = 6
  static let firstPause = Duration.milliseconds(50)
  static let pauseMax = Duration.seconds(2)
  /// For one attempt.
  static let timeout = TimeAmount.seconds(60)

  /// Uses each connection once, for requests that are not sent again: one that was kept may be closed by the server just
  /// when the request is written (RFC 9112 section 9.5), and nobody could tell whether it arrived. Lives with the process.
  private static let unshared: HTTPClient = {
    var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow, decompression: .disabled)
    configuration.maximumUsesPerConnection = 1
    configuration.connectionPool.retryConnectionEstablishment = false
    return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }()

  let http: HTTPClient
  let base: String
  let host: String
  let bucket: String
  let signer: S3Signer

  /// - Parameters:
  ///   - http: must follow no redirect and decompress nothing.
  ///   - endpoint: as `https://s3.example:9000`.
  public init(
    http: HTTPClient, endpoint: String, bucket: String, region: String, credentials: S3Credentials
  ) throws(S3Error) {
    let trimmed = endpoint.hasSuffix("/") ? String(endpoint.dropLast()) : endpoint
    guard let scheme = ["http://", "https://"].first(where: trimmed.hasPrefix), trimmed.count > scheme.count,
      !trimmed.dropFirst(scheme.count).contains(where: { "/?#@".contains($0) })
    else { throw .endpoint(endpoint) }
    self.http = http
    base = trimmed
    host = Self.hostHeader(trimmed.dropFirst(scheme.count), scheme)
    self.bucket = bucket
    signer = S3Signer(credentials: credentials, region: region)
  }

  /// As the HTTP client sends it: without the scheme's own port.
  private static func hostHeader(_ text: Substring, _ scheme: String) -> String {
    let port = scheme == "http://" ? ":80" : ":443"
    return text.hasSuffix(port) ? String(text.dropLast(port.count)) : String(text)
  }

  /// Sends a request until it is answered, as far as it may be repeated.
  ///
  /// Errors: ``S3Error/unreachable(operation:why:)``. An answer of any status below 500 but 429 is returned.
  func send(_ request: Request, bodyBytesMax: Int = 1 << 20) async throws -> Response {
    let operation = "\(request.method.rawValue) \(request.key.isEmpty ? bucket : request.key)"
    var why = ""
    for attempt in 1...Self.attemptsMax {
      do {
        let response = try await once(request, bodyBytesMax)
        guard response.status >= 500 || response.status == 429 else { return response }
        why = "HTTP \(response.status)"
      } catch let error as CancellationError {
        throw error
      } catch is NIOTooManyBytesError {
        throw S3Error.malformed(operation: operation, why: "more than \(bodyBytesMax) bytes")
      } catch {
        why = "\(error)"
        guard request.repeats == .always else { break }
      }
      guard attempt < Self.attemptsMax else { break }
      let ceiling = min(Self.pauseMax, Self.firstPause * (1 << (attempt - 1)))
      try await Task.sleep(for: ceiling * Double.random(in: 0...1))
    }
    throw S3Error.unreachable(operation: operation, why: why)
  }

  private func once(_ request: Request, _ bodyBytesMax: Int) async throws -> Response {
    let path = "/" + S3Signer.encode(request.key.isEmpty ? bucket : "\(bucket)/\(request.key)", slash: true)
    let query = S3Signer.query(request.query)
    var sent = HTTPClientRequest(url: base + path + (query.isEmpty ? "" : "?\(query)"))
    sent.method = request.method
    let signed = signer.headers(
      method: request.method.rawValue, host: host, path: path, query: request.query, headers: request.headers,
      payload: SHA256.hash(request.body), unixSeconds: time(nil))
    for header in signed { sent.headers.add(name: header.name, value: header.value) }
    if !request.body.isEmpty || request.method == .PUT { sent.body = .bytes(ByteBuffer(bytes: request.body)) }
    let client = request.repeats == .always ? http : Self.unshared
    let response = try await client.execute(sent, timeout: Self.timeout)
    let body = try await response.body.collect(upTo: bodyBytesMax)
    return Response(status: response.status.code, headers: response.headers, body: Array(body.readableBytesView))
  }
}
