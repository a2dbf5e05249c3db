// Proto/colophon/inference/v1/inference.proto. Evidence of trusted hardware.

internal import CWire

/// Asks for fresh evidence of the execution key.
public struct GetReportRequest: WireMessage, Equatable {
  /// 32 bytes.
  public var nonce: [UInt8]

  public init(nonce: [UInt8] = []) {
    self.nonce = nonce
  }
}

extension GetReportRequest: WireTwin {
  typealias Twin = Colophon__Inference__V1__GetReportRequest
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__inference__v1__get_report_request__init(twin) }

  init(lifting twin: Twin) {
    nonce = [UInt8](twin.nonce)
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.nonce = try arena.data(nonce)
  }
}

/// Evidence of the execution key, with the key.
public struct AttestationReport: WireMessage, Equatable {
  /// An evidence document (FORMAT section 8).
  public var document: [UInt8]
  /// Raw.
  public var publicKey: [UInt8]
  /// Of the executions that the key signs.
  public var issuer: String

  public init(document: [UInt8] = [], publicKey: [UInt8] = [], issuer: String = "") {
    self.document = document
    self.publicKey = publicKey
    self.issuer = issuer
  }
}

extension AttestationReport: WireTwin {
  typealias Twin = Colophon__Inference__V1__AttestationReport
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__inference__v1__attestation_report__init(twin) }

  init(lifting twin: Twin) {
    document = [UInt8](twin.document)
    publicKey = [UInt8](twin.public_key)
    issuer = lift(twin.issuer)
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.document = try arena.data(document)
    twin.pointee.public_key = try arena.data(publicKey)
    twin.pointee.issuer = try lowered(issuer, in: arena)
  }
}
