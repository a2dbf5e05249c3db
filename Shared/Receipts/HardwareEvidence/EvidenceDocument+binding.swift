internal import Cryptography

extension EvidenceDocument {
  /// The evidence vouches for another execution than the one that names it, or for none.
  public struct Unbound: Error, Sendable, CustomStringConvertible {
    public let description: String
  }

  /// The evidence is of the key that signed the execution, and of an epoch in which this began.
  public func requireBound(to execution: ExecutionPredicate, signedBy signer: [UInt8]) throws(Unbound) {
    guard keyID.bytes == signer else {
      throw Unbound(description: "the evidence is of the key \(keyID.named), which did not sign the execution")
    }
    guard let epoch = nonce.epoch else {
      throw Unbound(description: "the evidence is for somebody who asked for it, and for no epoch of the key")
    }
    let started = execution.startedUnixMs
    guard epoch.contains(started) else {
      throw Unbound(
        description:
          "the execution began at \(started), outside the evidence's epoch from \(epoch.fromUnixMs) to \(epoch.toUnixMs)"
      )
    }
  }
}
