import Cryptography

@testable import Receipts

extension World {
  /// An epoch in which the honest execution began.
  static let epoch = (from: UInt64(1_756_999_000_000), to: UInt64(1_757_009_000_000))

  static func document(_ edit: (inout EvidenceDocument) throws -> Void = { _ in }) throws -> EvidenceDocument {
    var document = EvidenceDocument(
      kind: .tdx, keyID: try Digest32(trust().issuers[0].keyID),
      nonce: try EvidenceNonce(fromUnixMs: epoch.from, toUnixMs: epoch.to), evidence: Array("a quote".utf8))
    try edit(&document)
    return document
  }

  /// A world whose execution names this document, whose custody names it, and whose bundle holds it.
  func with(_ document: EvidenceDocument) throws -> World {
    let bytes = try document.encoded()
    let digest = SHA256.hash(bytes)
    var world = self
    let (execution, custody) = (self.execution, self.custody)
    world.execution = {
      $0.evidence = digest
      execution(&$0)
    }
    world.custody = {
      $0.blobs.append(.init(name: digest, bytes: UInt64(bytes.count), retention: .evidence))
      custody(&$0)
    }
    world.evidence = bytes
    return world
  }

  /// Accepts every piece of evidence of a kind that the policy lists.
  static let believing: BundleVerifier.Appraise = { document, tee, time in
    Check(.tee, .pass, "\(document.kind.rawValue) at \(time), \(tee.kinds.count) kinds")
  }

  static func trusting(_ kinds: [EvidenceDocument.Kind]) throws -> TrustPolicy {
    var trust = try trust()
    trust.tee = TrustPolicy.TEE(kinds: kinds)
    trust.required.append(.tee)
    return trust
  }

  func report(_ trust: TrustPolicy, appraise: @escaping BundleVerifier.Appraise) throws -> VerificationReport {
    BundleVerifier(policy: trust, appraise: appraise).verify(try sealed().bundle.encoded())
  }
}
