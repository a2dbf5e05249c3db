import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import RPC
import ServiceKit
import Synchronization
import Testing
import Wire

/// A service with one procedure, one public route and one thing to wait for.
struct SampleService: HostedService {
  static let name = "sample"
  static let summary = "shows how services are hosted."
  static let defaultPort = 0
  static let echo = Procedure<GetTileRequest, GetTileRequest>(service: "test.v1.Sample", method: "Echo")
  struct Surprise: Error {}

  let isReady: Bool
  let seen = Seen()
  final class Seen: Sendable { let call = Mutex<CallContext?>(nil) }

  init(isReady: Bool = true) { self.isReady = isReady }
  init(context: ServiceContext) async throws { self.init() }

  func addRoutes(to routes: ServiceRoutes) {
    routes.open.get("hello") { _, _ in "hello" }
    routes.open.get("surprise") { _, _ -> String in throw Surprise() }
    routes.rpc.serve(Self.echo) { [seen] input, call in
      seen.call.withLock { $0 = call }
      return input
    }
  }

  var readinessChecks: [ReadinessCheck] {
    [
      ReadinessCheck("log") { [isReady] in isReady ? nil : "the audit of the \"log\" is not done" },
      ReadinessCheck("peer") { [isReady] in if !isReady { throw Surprise() } else { nil } },
    ]
  }

  static func application(_ service: SampleService = .init(), _ metrics: MetricsRegistry = .init())
    -> some ApplicationProtocol
  {
    var logger = Logger(label: "sample")
    logger.logLevel = .critical
    return Application(router: ServiceHost.router(service, token: token, metrics: metrics), logger: logger)
  }

  static let token = "0123456789abcdef0123456789abcdef"
}

@Suite struct RouterTests {
  private func field(_ name: String) -> HTTPField.Name { HTTPField.Name(name) ?? .contentType }

  private func call(_ client: any TestClientProtocol, _ authorization: String?) async throws -> TestResponse {
    var headers: HTTPFields = [.contentType: "application/proto"]
    headers[.authorization] = authorization
    return try await client.execute(
      uri: SampleService.echo.path, method: .post, headers: headers, body: GetTileRequest(path: "x").wireBuffer())
  }

  @Test func aProcedureNeedsTheToken() async throws {
    try await SampleService.application().test(.router) { client async throws in
      #expect(try await call(client, "Bearer \(SampleService.token)").status == .ok)
      #expect(try await call(client, "bearer \(SampleService.token)").status == .ok)
      for wrong in [
        nil, "", "Bearer ", "Bearer \(SampleService.token)x", "Basic \(SampleService.token)", SampleService.token,
      ] {
        let response = try await call(client, wrong)
        #expect(response.status == .unauthorized)
        #expect(response.headers[.wwwAuthenticate] == "Bearer")
        #expect(String(buffer: response.body).contains("\"unauthenticated\""))
      }
    }
  }

  @Test(arguments: ["/healthz", "/readyz", "/metrics", "/hello"])
  func whatOperatorsAndThePublicAskNeedsNoToken(_ path: String) async throws {
    try await SampleService.application().test(.router) { client async throws in
      #expect(try await client.execute(uri: path, method: .get).status == .ok)
    }
  }

  @Test func aServiceThatIsNotReadySaysWhy() async throws {
    try await SampleService.application(.init(isReady: false)).test(.router) { client async throws in
      let response = try await client.execute(uri: "/readyz", method: .get)
      #expect(response.status == .serviceUnavailable)
      #expect(
        String(buffer: response.body)
          == #"{"status":"not_ready","reasons":[{"check":"log","reason":"the audit of the \"log\" is not done"},{"check":"peer","reason":"Surprise()"}]}"#
      )
      #expect(try await client.execute(uri: "/healthz", method: .get).status == .ok)
    }
  }

  @Test func aCheckThatHangsIsAFault() async {
    let readiness = Readiness(
      [
        ReadinessCheck("slow") {
          try await Task.sleep(for: .seconds(60)); return nil
        }
      ], timeLimit: .milliseconds(20))
    #expect(await readiness.faults().map(\.name) == ["slow"])
  }

  @Test func theRequestIDComesBackAlsoWithErrors() async throws {
    try await SampleService.application().test(.router) { client async throws in
      for path in ["/hello", "/nowhere", "/surprise"] {
        let response = try await client.execute(uri: path, method: .get, headers: [field("X-Request-Id"): "my-id"])
        #expect(response.headers[field("X-Request-Id")] == "my-id")
      }
      let other = try await client.execute(uri: "/hello", method: .get, headers: [field("X-Request-Id"): "a b<"])
      #expect(other.headers[field("X-Request-Id")]?.hasPrefix("req_") == true)
      let surprise = try await client.execute(uri: "/surprise", method: .get)
      #expect(surprise.status == .internalServerError)
      #expect(!String(buffer: surprise.body).contains("Surprise"))
    }
  }

  @Test func aHandlerKnowsRequestAndTrace() async throws {
    let service = SampleService()
    try await SampleService.application(service).test(.router) { client async throws in
      _ = try await client.execute(
        uri: SampleService.echo.path, method: .post,
        headers: [
          .contentType: "application/proto", .authorization: "Bearer \(SampleService.token)",
          field("X-Request-Id"): "my-id", .userAgent: "colophon-orchestrator",
          field("Traceparent"): "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        ], body: GetTileRequest(path: "x").wireBuffer())
      let call = try #require(service.seen.call.withLock { $0 })
      #expect(call.requestID == "my-id")
      #expect(call.caller == "colophon-orchestrator")
      #expect(call.traceparent.traceID == "4bf92f3577b34da6a3ce929d0e0e4736")
      #expect(call.logger[metadataKey: "request_id"] == "my-id")
      #expect(call.logger[metadataKey: "trace_id"] == "4bf92f3577b34da6a3ce929d0e0e4736")
    }
  }

  @Test func requestsAreCountedByRouteAndNeverByPath() async throws {
    let metrics = MetricsRegistry()
    try await SampleService.application(.init(), metrics).test(.router) { client async throws in
      for at in 0..<50 { _ = try await client.execute(uri: "/no-\(at)", method: .get) }
      _ = try await client.execute(uri: "/hello", method: .get)
      let text = String(buffer: try await client.execute(uri: "/metrics", method: .get).body)
      #expect(text.contains("http_requests_total{method=\"GET\",route=\"NotFound\",status=\"404\"} 50\n"))
      #expect(text.contains("http_requests_total{method=\"GET\",route=\"/hello\",status=\"200\"} 1\n"))
      #expect(text.contains("http_request_duration_seconds_count{route=\"/hello\"} 1\n"))
    }
  }
}
