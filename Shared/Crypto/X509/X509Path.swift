import COpenSSL

/// A path from a certificate to one of the roots that the caller trusts, leaf first. The roots are given; there is no
/// default store. The path says nothing of time: `checkValidity` and `checkRevocation` do.
public struct X509Path: Sendable, Equatable {
  /// The most certificates that are looked at for one path.
  public static let countMax = 32
  /// libcrypto builds no longer path.
  static let depthMax: Int32 = 8

  /// Leaf first, root last.
  public let certificates: [X509Certificate]

  /// Builds the path, checking signatures, names, basic constraints, key usage and critical extensions (RFC 5280
  /// section 6). A signature weaker than 112 bits, such as one over SHA-1, is refused.
  public init(
    from leaf: X509Certificate, through intermediates: [X509Certificate], to roots: [X509Certificate]
  ) throws(X509Error) {
    guard intermediates.count + roots.count <= Self.countMax else {
      throw .limit(
        name: "the number of certificates", limit: Self.countMax, got: intermediates.count + roots.count)
    }
    certificates = try PathBuilder(leaf, intermediates, roots).build(lists: nil)
  }

  /// Whether each certificate is valid at `time` (seconds since 1970).
  public func checkValidity(at time: Int64) throws(X509Error) {
    for certificate in certificates where time < certificate.notBefore || time > certificate.notAfter {
      throw .outsideValidity(
        of: certificate.subject, from: certificate.notBefore, to: certificate.notAfter, time: time)
    }
  }

  /// Whether each certificate, the root too, is on no list of its issuer's. A certificate without a plain list that is valid
  /// at `time` and signed by its issuer is refused: what is not known is not "good". A list of later than `time` counts too where
  /// it names one: the time may be a claim of whoever has the stolen key.
  public func checkRevocation(_ lists: [X509RevocationList], at time: Int64) throws(X509Error) {
    guard lists.count <= Self.countMax else {
      throw .limit(name: "the number of revocation lists", limit: Self.countMax, got: lists.count)
    }
    // Of one issuer's current lists the newest holds: an older one would forget who was revoked since.
    var newest: [[UInt8]: X509RevocationList] = [:]
    for list in lists where list.thisUpdate <= time && time <= list.nextUpdate {
      if let known = newest[list.issuerName], known.thisUpdate >= list.thisUpdate { continue }
      newest[list.issuerName] = list
    }
    for certificate in certificates {
      guard let list = newest[certificate.issuerName] else {
        let stale = lists.contains { $0.issuerName == certificate.issuerName }
        throw .revocation(
          of: certificate.subject,
          why: stale ? "the time is outside its issuer's revocation list" : "its issuer's revocation list is missing")
      }
      guard list.isPlain else {
        throw .revocation(
          of: certificate.subject, why: "its issuer's revocation list has an extension that limits or widens it")
      }
      guard !list.names(certificate) else { throw .revocation(of: certificate.subject, why: "certificate revoked") }
    }
    guard let leaf = certificates.first, let root = certificates.last else { return }
    // And whether the issuer signed the list, may, and is the one whose key the list names.
    _ = try PathBuilder(leaf, Array(certificates.dropFirst().dropLast()), [root]).build(lists: Array(newest.values))
    for (certificate, issuer) in zip(certificates, certificates.dropFirst() + [root]) {
      let later = lists.filter { $0.issuerName == certificate.issuerName && $0.thisUpdate > time }
      if later.contains(where: { $0.isSigned(by: issuer) && $0.names(certificate) }) {
        throw .revocation(of: certificate.subject, why: "it was revoked later")
      }
    }
  }
}
