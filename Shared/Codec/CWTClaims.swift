/// The claims that a statement carries in header 15: issuer, subject, issued-at (RFC 8392, RFC 9597).
public struct CWTClaims: Sendable, Equatable {
  /// Claim 1: the operator's URI.
  public var issuer: String?
  /// Claim 2: what the statement is about.
  public var subject: String?
  /// Claim 6: seconds since 1970. A claim only: FORMAT section 4 says what real time is.
  public var issuedAt: Int64?
  /// Every other claim, as read.
  public var other: [CBORPair]

  public init(issuer: String? = nil, subject: String? = nil, issuedAt: Int64? = nil, other: [CBORPair] = []) {
    self.issuer = issuer
    self.subject = subject
    self.issuedAt = issuedAt
    self.other = other
  }

  /// Other people's ledgers put tag 1 before `iat`, which RFC 8392 section 2 forbids: read under `.wellFormed` alone.
  init(_ value: CBOR, rules: CBORRules) throws(COSEError) {
    guard let pairs = value.mapValue else { throw .malformed("the CWT claims (header 15) are no map") }
    self.init()
    for pair in pairs {
      switch pair.key {
      case 1:
        guard let text = pair.value.textValue else { throw .malformed("claim 1 (iss) is no text") }
        issuer = text
      case 2:
        guard let text = pair.value.textValue else { throw .malformed("claim 2 (sub) is no text") }
        subject = text
      case 6:
        var date = pair.value
        if rules == .wellFormed, case .tag(1, let tagged) = date { date = tagged }
        guard let seconds = date.intValue else { throw .malformed("claim 6 (iat) is no integer") }
        issuedAt = seconds
      default: other.append(pair)
      }
    }
  }

  var value: CBOR {
    var pairs: [CBORPair] = []
    if let issuer { pairs.append(CBORPair(1, .text(issuer))) }
    if let subject { pairs.append(CBORPair(2, .text(subject))) }
    if let issuedAt { pairs.append(CBORPair(6, .int(issuedAt))) }
    return .map(pairs + other)
  }
}
