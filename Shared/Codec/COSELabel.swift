/// Header labels and claim keys (IANA COSE Header Parameters, CWT Claims).
public enum COSELabel {
  public static let algorithm: Int64 = 1
  public static let critical: Int64 = 2
  public static let contentType: Int64 = 3
  public static let keyID: Int64 = 4
  /// CWT Claims in a header (RFC 9597).
  public static let cwtClaims: Int64 = 15
  /// The hash algorithm of a payload that is a hash (RFC 9995).
  public static let payloadHashAlgorithm: Int64 = 258
  /// The media type of what was hashed (RFC 9995).
  public static let preimageContentType: Int64 = 259
  /// COSE Receipts of a transparent statement (RFC 9942).
  public static let receipts: Int64 = 394
  /// Verifiable data structure (RFC 9942).
  public static let verifiableDataStructure: Int64 = 395
  /// Verifiable data structure proofs (RFC 9942).
  public static let verifiableDataProofs: Int64 = 396
}
