import AsyncHTTPClient
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import RPC
import Synchronization
import Wire

/// The smallest service that shows everything a procedure can do: it answers a text with a text.
enum Echo {
  static let unary = Procedure<GetTileRequest, GetTileRequest>(service: "test.v1.Echo", method: "Unary")
  static let once = Procedure<GetTileRequest, GetTileRequest>(
    service: "test.v1.Echo", method: "Once", idempotent: false)
  static let stream = StreamingProcedure<GetTileRequest, GetTileRequest>(
    service: "test.v1.Echo", method: "Stream", idempotent: true)
}

struct EchoContext: CallRequestContext {
  var coreContext: CoreRequestContextStorage
  var identity = CallIdentity(requestID: "test-request")
  let channel: (any Channel)?

  init(source: ApplicationRequestContextSource) {
    coreContext = .init(source: source)
    channel = source.channel
  }
}

struct Secret: Error { let text = "the cause that nobody may see" }

/// What the handlers saw, for the tests to look at.
final class Witness: Sendable {
  let calls = Mutex(0)
  let wasCancelled = Mutex(false)
  let requestIDs = Mutex<[String]>([])
  let timesLeft = Mutex<[Duration?]>([])

  func cancelled() async -> Bool {
    for _ in 0..<500 where !wasCancelled.withLock({ $0 }) { try? await Task.sleep(for: .milliseconds(10)) }
    return wasCancelled.withLock { $0 }
  }
}

/// An application that serves `Echo`. The text says what to do: `fail <code>`, `crash`, `sleep`, `flaky <n>`.
func echo(_ witness: Witness = Witness(), transport: Transport = .inProcess, limits: WireLimits = WireLimits())
  -> some ApplicationProtocol
{
  let router = Router(context: EchoContext.self)
  let answer: @Sendable (GetTileRequest, CallContext) async throws -> GetTileRequest = { input, call in
    let attempt = witness.calls.withLock {
      $0 += 1; return $0
    }
    witness.requestIDs.withLock { $0.append(call.requestID) }
    witness.timesLeft.withLock { $0.append(call.timeLeft) }
    let words = input.path.split(separator: " ").map(String.init)
    switch words.first {
    case "fail": throw RPCError(RPCCode(name: words[1]) ?? .unknown, "asked to fail")
    case "crash": throw Secret()
    case "flaky" where attempt < (Int(words[1]) ?? 0): throw RPCError(.unavailable, "not yet")
    case "sleep":
      do { try await Task.sleep(for: .seconds(30)) } catch {
        witness.wasCancelled.withLock { $0 = true }
        throw error
      }
    default: break
    }
    return input
  }
  router.serve(Echo.unary, limits: limits, handler: answer)
  router.serve(Echo.once, limits: limits, handler: answer)
  router.serve(Echo.stream, limits: limits) { input, call, send in
    for at in 0..<3 { try await send(GetTileRequest(path: "\(at) \(input.path.prefix(8000))")) }
    try await send(answer(input, call))
  }
  var logger = Logger(label: "echo")
  logger.logLevel = .critical
  return Application(
    responder: TransportResponder(router.buildResponder(), transport: transport), logger: logger)
}

/// Runs `work` with a client of an echo service on a real socket.
func withLiveEcho(
  _ witness: Witness = Witness(), options: RPCClient.Options = .init(),
  _ work: @Sendable @escaping (RPCClient) async throws -> Void
) async throws {
  try await echo(witness, transport: .http1).test(.live) { client in
    let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: RPCClient.httpConfiguration)
    let outcome: Result<Void, any Error>
    do {
      outcome = .success(
        try await work(RPCClient(http: http, base: "http://localhost:\(client.port ?? 0)", options: options)))
    } catch {
      outcome = .failure(error)
    }
    try await http.shutdown()
    try outcome.get()
  }
}

extension TestClientProtocol {
  /// Posts bytes to a procedure.
  func post(
    _ path: String, _ body: ByteBuffer, type: String = "application/proto", _ headers: HTTPFields = [:]
  ) async throws -> TestResponse {
    var headers = headers
    headers[.contentType] = type
    return try await execute(uri: path, method: .post, headers: headers, body: body)
  }
}

func bytes(_ text: String) throws -> ByteBuffer { try GetTileRequest(path: text).wireBuffer() }

func field(_ name: String) -> HTTPField.Name { HTTPField.Name(name) ?? .contentType }

/// An envelope as a client writes it.
func enveloped(_ payload: ByteBuffer, flags: UInt8 = 0) -> ByteBuffer {
  var out = ByteBuffer()
  out.writeInteger(flags)
  out.writeInteger(UInt32(payload.readableBytes))
  out.writeImmutableBuffer(payload)
  return out
}
