public import AsyncHTTPClient

/// Where an operator has put blobs, or the tiles of the log.
public enum StoragePlace: Sendable, Equatable {
  /// Files in the service's own folder.
  case filesystem
  case s3(S3Place)

  static let filesText = "files"

  /// For the row that says where the blobs lie: `files`, or `s3 <endpoint>/<bucket>`.
  public var text: String {
    switch self {
    case .filesystem: Self.filesText
    case .s3(let place): "s3 \(place.endpoint)/\(place.bucket)"
    }
  }

  /// Opens the place for blobs. Errors: ``StoreFileError``, ``S3Error``.
  ///
  /// - Parameters:
  ///   - folder: for the files.
  ///   - http: for S3; must follow no redirects and decompress nothing.
  public func blobs(folder: String, http: HTTPClient?, calls: FileCalls = .system) async throws -> any BlobBackend {
    switch self {
    case .filesystem: return try FileBackend(folder: folder, calls: calls)
    case .s3(let place):
      let backend = S3Backend(try place.client(http))
      try await backend.prepare()
      return backend
    }
  }

  /// Opens the place for the tiles of the log; see ``blobs(folder:http:calls:)``.
  public func tiles(folder: String, http: HTTPClient?, calls: FileCalls = .system) async throws -> any LogTiles {
    switch self {
    case .filesystem: return try LogFiles(folder: folder, calls: calls)
    case .s3(let place):
      let client = try place.client(http)
      try await client.prepareBucket()
      return LogBucket(client)
    }
  }
}

/// A bucket of an S3 store.
public struct S3Place: Sendable, Equatable {
  public let endpoint: String
  public let bucket: String
  public let region: String
  /// Holds the access key id and the secret key, a line each.
  public let keyFile: String

  public init(endpoint: String, bucket: String, region: String, keyFile: String) {
    self.endpoint = endpoint
    self.bucket = bucket
    self.region = region
    self.keyFile = keyFile
  }

  func client(_ http: HTTPClient?) throws -> S3Client {
    guard let http else { throw S3Error.endpoint("no HTTP client was given for \(endpoint)") }
    return try S3Client(
      http: http, endpoint: endpoint, bucket: bucket, region: region, credentials: S3Credentials(file: keyFile))
  }
}
