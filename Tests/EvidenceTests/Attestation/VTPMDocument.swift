import Codec
import Cryptography
import Testing

@testable import Evidence

/// A vTPM vector in JSON, any part of which can be another.
struct VTPMDocument: Sendable {
  enum Part { case message, signature, pcrs, report, vcek, tdQuote, key }

  private let json: JSON

  init(_ vector: EvidenceVector) throws { json = try JSON(parsing: vector.bytes) }

  private init(json: JSON) { self.json = json }

  var serialized: [UInt8] { json.serialized() }

  /// Bytes of a part, whichever form the vector writes it in.
  func bytes(_ part: Part) throws -> [UInt8] {
    let value = path(part).reduce(JSON?.some(json)) { $0?[$1] }
    if part == .pcrs { return try (value?.arrayValue ?? []).flatMap { try VTPMEvidence.bytes($0, "pcrs") } }
    if let text = value?.stringValue, text.hasPrefix("-----BEGIN") {
      return try #require(X509Bundle(pem: Array(text.utf8)).certificates.first).der
    }
    return try VTPMEvidence.bytes(value, "\(part)")
  }

  /// The same with another part; everything else stays as the vector writes it.
  func with(_ part: Part, _ bytes: [UInt8]) -> VTPMDocument {
    func text(_ bytes: some Sequence<UInt8>) -> JSON { .string(Hex.encode(Array(bytes))) }
    let values = stride(from: 0, to: bytes.count, by: 32).map { text(bytes[$0...].prefix(32)) }
    return VTPMDocument(json: Self.replacing(path(part)[...], part == .pcrs ? .array(values) : text(bytes), in: json))
  }

  /// The same with a part as `other` has it.
  func with(_ part: Part, of other: VTPMDocument) throws -> VTPMDocument { with(part, try other.bytes(part)) }

  private func path(_ part: Part) -> [String] {
    let quote = json["tpm_quote"] == nil ? "quote" : "tpm_quote"
    return switch part {
    case .message: [quote, "message"]
    case .signature: [quote, "signature"]
    case .pcrs: [quote, "pcrs"]
    case .report: [json["hcl_report"] == nil ? "report" : "hcl_report"]
    case .vcek: ["vcek"]
    case .tdQuote: ["td_quote"]
    case .key: ["ak_public"]
    }
  }

  private static func replacing(_ path: ArraySlice<String>, _ value: JSON, in json: JSON) -> JSON {
    guard let name = path.first else { return value }
    let members = (json.objectValue ?? []).map { member in
      member.name == name ? JSONMember(name, replacing(path.dropFirst(), value, in: member.value)) : member
    }
    return .object(members)
  }
}
