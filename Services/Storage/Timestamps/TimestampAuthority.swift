public import Cryptography
internal import ServiceKit

/// Whom storage asks for the time, and under which roots it believes the answer.
public struct TimestampAuthority: Sendable, Equatable {
  public var url: String
  public var roots: [TimestampRoot]
  /// The least time between two timestamps.
  public var interval: Duration
  /// How long a head may wait for its witnesses before it is stamped without the ones that are away.
  public var patience: Duration

  public init(
    url: String, roots: [TimestampRoot], interval: Duration = .seconds(3600), patience: Duration = .seconds(10)
  ) {
    self.url = url
    self.roots = roots
    self.interval = interval
    self.patience = patience
  }

  static let settings: [Setting] = [
    Setting(
      "tsa-url", .string, help: "Address of an RFC 3161 timestamping authority that is asked to stamp heads of the log."
    ),
    Setting(
      "tsa-roots", .path,
      help: "PEM file with the roots of its certificates; a stamp that they do not confirm is not kept."),
    Setting("tsa-interval", .duration, default: "1h", help: "Least time between two stamps."),
    Setting(
      "tsa-patience", .duration, default: "10s", help: "How long a head waits for its witnesses before it is stamped."),
  ]

  /// Nil when no authority is asked.
  init?(_ values: SettingsValues) throws {
    let (url, roots) = (values.optionalString("tsa-url"), values.optionalString("tsa-roots"))
    guard let url else {
      if roots != nil { throw SettingsError.contradiction("--tsa-roots is given without --tsa-url") }
      return nil
    }
    guard let roots else { throw SettingsError.contradiction("--tsa-url needs --tsa-roots: whom to believe") }
    guard WitnessList.isURL(url[...]) else {
      throw SettingsError.contradiction("--tsa-url \"\(url.prefix(120))\" is no http:// or https:// address")
    }
    self.init(
      url: url, roots: try TimestampRoot.list(pem: try SmallFile.read(roots, limit: 1 << 20)),
      interval: try values.duration("tsa-interval"), patience: try values.duration("tsa-patience"))
  }

  /// The token of this digest, verified. Errors: `TimestampError`, ``WitnessFailure``, and those of the connection.
  func stamp(_ imprint: Digest32, through transport: any OutboundTransport) async throws -> TimestampToken {
    let nonce = try SecureRandom.bytes(8).reduce(0) { $0 << 8 | UInt64($1) }
    let request = try TimestampRequest(imprint: imprint, nonce: nonce)
    let answer = try await transport.post(url, request.der, type: TimestampRequest.mediaType)
    guard answer.status == 200 else { throw WitnessFailure.unavailable("status \(answer.status)") }
    let token = try request.token(in: answer.body)
    _ = try token.verify(imprint: imprint, roots: roots)
    return token
  }
}
