internal import Hummingbird
internal import Logging
internal import NIOCore
internal import RPC
internal import ServiceLifecycle
internal import UnixSignals

/// The listeners of one service and what runs beside them.
struct ServiceProcess<Hosted: HostedService> {
  /// Idle connections are closed after this long; peers' pools give theirs up sooner.
  private static var idleSeconds: Int64 { 90 }

  private let service: Hosted
  private let context: ServiceContext
  private let registry: MetricsRegistry

  init(_ service: Hosted, _ context: ServiceContext, _ registry: MetricsRegistry) {
    self.service = service
    self.context = context
    self.registry = registry
  }

  /// The routes of the service with all middleware, as tests and listeners use them.
  func router() -> Router<ServiceRequestContext> {
    ServiceHost.router(service, token: context.token, metrics: registry)
  }

  /// Serves until the process is asked to stop.
  func run() async throws {
    let host = try context.settings.string("host")
    let port = try context.settings.int("port")
    let h2cPort = Hosted.isPeer ? context.settings.optionalInt("h2c-port") : nil
    if let h2cPort, h2cPort == port, port != 0 {
      throw SettingsError.contradiction("--port and --h2c-port are both \(port); give each its own")
    }
    let listeners = Listeners(
      service: Hosted.name, address: host, expected: h2cPort == nil ? [.http1] : [.http1, .http2])
    let responder = router().buildResponder()
    let http1 = Application(
      responder: TransportResponder(responder, transport: .http1),
      server: .http1(configuration: .init(idleTimeout: .seconds(Self.idleSeconds))),
      configuration: .init(address: .hostname(host, port: port)),
      onServerRunning: { listeners.bound(.http1, port: $0.localAddress?.port ?? port) }, logger: context.logger)
    // Stopped in the opposite order: listeners first, then what they rely on.
    var services: [any Service] = service.backgroundServices
    services.append(Listener(flag: "--port", host: host, port: port) { try await http1.run() })
    if let h2cPort {
      let http2 = Application(
        responder: TransportResponder(responder, transport: .http2), server: .patientHTTP2(),
        configuration: .init(address: .hostname(host, port: h2cPort)),
        onServerRunning: { listeners.bound(.http2, port: $0.localAddress?.port ?? h2cPort) }, logger: context.logger)
      services.append(Listener(flag: "--h2c-port", host: host, port: h2cPort) { try await http2.run() })
    }
    var group = ServiceGroupConfiguration(
      services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: context.logger)
    group.maximumGracefulShutdownDuration = .seconds(20)
    try await ServiceGroup(configuration: group).run()
  }
}

/// A listener that says which flag to change when its port is taken.
private struct Listener: Service {
  let flag: String
  let host: String
  let port: Int
  let serve: @Sendable () async throws -> Void

  func run() async throws {
    do { try await serve() } catch let error as IOError {
      throw StartFailure(
        message: "cannot listen on \(host) port \(port): \(error); choose another with \(flag)",
        code: ExitCode.unavailable)
    }
  }
}
