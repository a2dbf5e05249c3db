public import AsyncHTTPClient
public import Cryptography
public import Logging
public import RPC

/// What a service gets to start with.
public struct ServiceContext: Sendable {
  /// The service's name, as in `storage`.
  public let service: String
  public let settings: SettingsValues
  public let logger: Logger
  /// The service's own folder, `DATA/<service>`: made, and locked against a second instance.
  public let folder: String
  /// The installation's bearer token. Never log it.
  public let token: String
  /// The issuer URI of this service's statements.
  public let issuer: String
  /// For all outgoing HTTP; follows no redirects. Shut down after the service has stopped.
  public let http: HTTPClient

  public init(
    service: String, settings: SettingsValues, logger: Logger, folder: String, token: String, issuer: String,
    http: HTTPClient
  ) {
    self.service = service
    self.settings = settings
    self.logger = logger
    self.folder = folder
    self.token = token
    self.issuer = issuer
    self.http = http
  }

  /// One of the service's own keys, `DATA/<service>/keys/<name>.key`, made at first start.
  public func signingKey(_ name: String) throws -> SigningKey {
    try KeyFile.load(folder: "\(folder)/keys", name: name)
  }

  /// A client of the peer whose address is the value of the `.url` setting `setting`.
  public func client(
    peer setting: String, configure: (inout RPCClient.Options) -> Void = { _ in }
  ) throws -> RPCClient {
    var options = RPCClient.Options()
    options.token = token
    options.caller = "colophon-\(service)"
    configure(&options)
    return RPCClient(http: http, base: try settings.string(setting), options: options)
  }
}
