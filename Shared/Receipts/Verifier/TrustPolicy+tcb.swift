internal import Codec

/// What a policy says of how new a platform's firmware has to be: of Intel's by a status, of AMD's by the least version of each part.
extension TrustPolicy.TEE {
  static let versionMax: Int64 = 255

  static func statuses(_ json: JSON?) throws(ReceiptError) -> [Kind: [TCBStatus]] {
    let path = "trust.tee.tcb_statuses"
    var statuses: [Kind: [TCBStatus]] = [:]
    for (kind, value) in try byKind(json, path) {
      guard kind == .tdx else { throw .field(path, why: "is of tdx alone: \(kind.rawValue) has no TCB statuses") }
      statuses[kind] = []
      for text in try texts(value, "\(path).tdx", max: TCBStatus.acceptable.count) {
        guard let status = TCBStatus.acceptable.first(where: { $0.rawValue.hasSameBytes(as: text) }) else {
          throw .field(
            "\(path).tdx", why: "\"\(text.prefix(40))\" can never be accepted; what can: \(TCBStatus.choices)")
        }
        statuses[kind]?.append(status)
      }
    }
    return statuses
  }

  static func minimum(_ json: JSON?) throws(ReceiptError) -> [Kind: [TCBPart: Int]] {
    let path = "trust.tee.tcb_minimum"
    var minimum: [Kind: [TCBPart: Int]] = [:]
    for (kind, value) in try byKind(json, path) {
      guard kind == .sevSNP else {
        throw .field(path, why: "is of sev-snp alone: \(kind.rawValue) has no versions by part")
      }
      guard let members = value.objectValue, !members.isEmpty else {
        throw .field("\(path).sev-snp", why: "must be an object that names at least one of \(TCBPart.choices)")
      }
      minimum[kind] = [:]
      for member in members {
        guard let part = TCBPart.allCases.first(where: { $0.rawValue.hasSameBytes(as: member.name) }) else {
          throw .field("\(path).sev-snp", why: "\"\(member.name.prefix(40))\" is none of \(TCBPart.choices)")
        }
        guard let least = member.value.intValue, (0...versionMax).contains(least) else {
          throw .field("\(path).sev-snp.\(part.rawValue)", why: "must be an integer of 0 to \(versionMax)")
        }
        minimum[kind]?[part] = Int(least)
      }
    }
    return minimum
  }

  static func json(_ minimum: [TCBPart: Int]) -> JSON {
    .members(TCBPart.allCases.map { ($0.rawValue, minimum[$0].map { .integer($0) }) })
  }
}
