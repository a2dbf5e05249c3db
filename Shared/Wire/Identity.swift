// Proto/colophon/common/v1/identity.proto. Who the services are.

internal import CWire

/// Asks a service who it is.
public struct IdentityRequest: WireMessage, Equatable {
  public init() {}
}

extension IdentityRequest: WireTwin {
  typealias Twin = Colophon__Common__V1__IdentityRequest
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__common__v1__identity_request__init(twin) }
  init(lifting twin: Twin) {}
  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) {}
}

/// Who a service is: what its peers and a trust policy need to know of its key.
public struct Identity: WireMessage, Equatable {
  /// `iss` of its statements.
  public var issuer: String
  /// RFC 9679 thumbprint, 32 bytes.
  public var keyID: [UInt8]
  /// Ed25519, 32 bytes.
  public var publicKey: [UInt8]
  /// Statement kinds that this key signs.
  public var kinds: [String]
  /// Version of the service.
  public var build: String

  public init(
    issuer: String = "", keyID: [UInt8] = [], publicKey: [UInt8] = [], kinds: [String] = [], build: String = ""
  ) {
    self.issuer = issuer
    self.keyID = keyID
    self.publicKey = publicKey
    self.kinds = kinds
    self.build = build
  }
}

extension Identity: WireTwin {
  typealias Twin = Colophon__Common__V1__Identity
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__common__v1__identity__init(twin) }

  init(lifting twin: Twin) {
    issuer = lift(twin.issuer)
    keyID = [UInt8](twin.key_id)
    publicKey = [UInt8](twin.public_key)
    kinds = lift(twin.kinds, twin.n_kinds)
    build = lift(twin.build)
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.issuer = try lowered(issuer, in: arena)
    twin.pointee.key_id = try arena.data(keyID)
    twin.pointee.public_key = try arena.data(publicKey)
    twin.pointee.n_kinds = kinds.count
    twin.pointee.kinds = try lowered(kinds, in: arena)
    twin.pointee.build = try lowered(build, in: arena)
  }
}
