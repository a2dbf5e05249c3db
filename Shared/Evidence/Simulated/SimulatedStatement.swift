internal import Codec
public import Cryptography

/// What stands for evidence of trusted hardware where there is none (FORMAT section 8): COSE_Sign1 by a root key that its owner
/// made. It shows how the rest fits together, and never that there is any hardware.
public struct SimulatedStatement: Sendable, Equatable {
  public static let type = "urn:colophon:simulated-evidence:v1"
  static let contentType = "application/vnd.colophon.simulated-evidence+json"
  static let bytesMax = 4096

  /// 64 bytes.
  public var reportData: [UInt8]
  /// What would run inside: 32 bytes.
  public var measurement: [UInt8]
  /// Whether its owner could look inside.
  public var isDebug: Bool
  /// Seconds since 1970: for which times it counts, the second one included.
  public var notBefore, notAfter: UInt64

  public init(
    reportData: [UInt8], measurement: [UInt8], isDebug: Bool = false, notBefore: UInt64, notAfter: UInt64
  ) {
    self.reportData = reportData
    self.measurement = measurement
    self.isDebug = isDebug
    self.notBefore = notBefore
    self.notAfter = notAfter
  }

  private var json: JSON {
    [
      "type": .string(Self.type), "report_data": .string(Hex.encode(reportData)),
      "measurement": .string(Hex.encode(measurement)), "debug": .bool(isDebug),
      "not_before_unix_s": .decimal(notBefore), "not_after_unix_s": .decimal(notAfter),
    ]
  }

  public func signed(by root: SigningKey) throws -> [UInt8] {
    let header = ProtectedHeader(
      algorithm: .edDSA, contentType: Self.contentType, keyID: COSEKey(root.publicKey).keyID)
    let bytes = try COSESign1.sign(try JCS.encode(json), protected: header, with: root).encoded()
    _ = try SignedSimulation(bytes)
    return bytes
  }

  init(payload: [UInt8]) throws {
    let json = try JCS.parse(payload, limits: JSONLimits(byteCountMax: Self.bytesMax, depthMax: 2))
    guard json.objectValue?.count == 6, json["type"]?.stringValue == Self.type else {
      throw Self.bad("its payload is no object of the type \(Self.type) with 6 members")
    }
    func bytes(_ name: String, count: Int) throws -> [UInt8] {
      guard let text = json[name]?.stringValue, let bytes = Hex.decode(text), bytes.count == count,
        Hex.encode(bytes).utf8.elementsEqual(text.utf8)
      else { throw Self.bad("\(name) is not \(count) bytes in lower-case hexadecimal") }
      return bytes
    }
    func seconds(_ name: String) throws -> UInt64 {
      guard let value = json[name]?.decimalValue else { throw Self.bad("\(name) is no decimal string") }
      return value
    }
    reportData = try bytes("report_data", count: 64)
    measurement = try bytes("measurement", count: 32)
    guard let isDebug = json["debug"]?.boolValue else { throw Self.bad("debug is neither true nor false") }
    self.isDebug = isDebug
    notBefore = try seconds("not_before_unix_s")
    notAfter = try seconds("not_after_unix_s")
    guard notBefore <= notAfter else { throw Self.bad("it ends before it begins") }
  }

  static func bad(_ why: String) -> AppraisalError { .format("the simulated evidence", why: why) }
}

/// The envelope, read and not verified.
struct SignedSimulation {
  let statement: SimulatedStatement
  let keyID: [UInt8]
  private let envelope: COSESign1

  init(_ bytes: [UInt8]) throws {
    guard bytes.count <= SimulatedStatement.bytesMax else {
      throw AppraisalError.limit(
        name: "the size of simulated evidence", limit: SimulatedStatement.bytesMax, got: bytes.count)
    }
    envelope = try COSESign1(decoding: bytes)
    guard try envelope.encoded() == bytes, envelope.unprotected.isEmpty, let payload = envelope.payload else {
      throw SimulatedStatement.bad("it is no deterministic COSE_Sign1 with its payload and no unprotected header")
    }
    let header = envelope.protectedHeader
    guard header.algorithm == .edDSA, header.contentType == SimulatedStatement.contentType, let keyID = header.keyID,
      header.claims == nil, header.other.isEmpty
    else { throw SimulatedStatement.bad("its protected header is not alg -8, its content type and kid") }
    self.keyID = keyID
    statement = try SimulatedStatement(payload: payload)
  }

  func isSigned(by key: VerifyingKey) -> Bool { (try? envelope.verify(key: key)) != nil }
}
