public import Hummingbird
public import ServiceLifecycle

/// One of the suite's services, as `ServiceHost` runs it.
///
/// ```swift
/// @main struct Main {
///   static func main() async { await ServiceHost.main(StorageService.self) }
/// }
/// ```
public protocol HostedService: Sendable {
  /// Lower-case word: the name of its folder, of its variables and of its program.
  static var name: String { get }
  /// What its user types to run it.
  static var program: String { get }
  /// One sentence for the help text.
  static var summary: String { get }
  /// What its user has to know beside the settings: for the help text; often empty.
  static var discussion: String { get }
  /// Whether it is one of the suite's peers, which sign statements and show each other a token.
  static var isPeer: Bool { get }
  static var defaultPort: Int { get }
  /// The service's own settings, beside those that all have.
  static var settings: [Setting] { get }

  /// Opens its stores and recovers. Nothing listens yet; an error here stops the start.
  init(context: ServiceContext) async throws

  /// Brings the rows of an earlier version up to this one, or tries to and undoes it; returns the names of the steps.
  /// Nil for a service that keeps no rows. Nothing else of the service runs meanwhile.
  static func migrate(settings: SettingsValues, folder: String, dryRun: Bool) async throws -> [String]?

  func addRoutes(to routes: ServiceRoutes)

  /// What runs beside the listeners and is stopped after them.
  var backgroundServices: [any Service] { get }
  var readinessChecks: [ReadinessCheck] { get }
}

extension HostedService {
  public static var program: String { "colophon-\(name)" }
  public static var discussion: String { "" }
  public static var isPeer: Bool { true }
  public static var settings: [Setting] { [] }
  public static func migrate(settings: SettingsValues, folder: String, dryRun: Bool) async throws -> [String]? { nil }
  public var backgroundServices: [any Service] { [] }
  public var readinessChecks: [ReadinessCheck] { [] }
}

/// Where a service puts its routes.
public struct ServiceRoutes {
  /// Routes that anybody may ask: public REST. Hummingbird's own router, nothing hidden.
  public let open: Router<ServiceRequestContext>
  /// Routes that need the installation's bearer token: every procedure.
  public let rpc: RouterGroup<ServiceRequestContext>
}
