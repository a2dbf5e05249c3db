public import AsyncHTTPClient

/// Where an operator has put the blobs.
public enum BlobPlace: Sendable, Equatable {
  /// Files in the service's own folder.
  case filesystem
  /// A bucket of an S3 store; `keyFile` holds the access key id and the secret key, a line each.
  case s3(endpoint: String, bucket: String, region: String, keyFile: String)

  /// For the row that says where the blobs lie: `files`, or `s3 <endpoint>/<bucket>`.
  public var text: String {
    switch self {
    case .filesystem: Self.filesText
    case .s3(let endpoint, let bucket, _, _): "s3 \(endpoint)/\(bucket)"
    }
  }

  static let filesText = "files"

  /// Opens the place. Errors: ``StoreFileError``, ``S3Error``.
  ///
  /// - Parameters:
  ///   - folder: for the files.
  ///   - http: for S3; must follow no redirects and decompress nothing.
  public func open(folder: String, http: HTTPClient?, calls: FileCalls = .system) async throws -> any BlobBackend {
    switch self {
    case .filesystem: return try FileBackend(folder: folder, calls: calls)
    case .s3(let endpoint, let bucket, let region, let keyFile):
      guard let http else { throw S3Error.endpoint("no HTTP client was given for \(endpoint)") }
      let client = try S3Client(
        http: http, endpoint: endpoint, bucket: bucket, region: region, credentials: S3Credentials(file: keyFile))
      let backend = S3Backend(client)
      try await backend.prepare()
      return backend
    }
  }
}
