public import Cryptography

/// A memory-mapped GGUF v3 file, read with checked arithmetic against its real size.
///
/// Nothing is believed before it is checked: opening either returns a file of which every metadata value is parsed
/// and every tensor lies inside the mapping, or throws what was wrong. The descriptor stays open, read-only, for the
/// file's lifetime. Do not let another program shorten the file meanwhile: the kernel would end the process that
/// reads the missing part.
public final class GGUFFile: Sendable {
  public let metadata: [String: GGUFValue]
  /// In the order of the file.
  public let tensors: [GGUFTensorInfo]

  private let file: MappedFile
  private let tensorIndex: [String: Int]

  public var path: String { file.path }
  public var byteCount: Int { file.byteCount }

  /// Opens and checks a file. Errors: everything in `GGUFError`.
  public static func open(path: String) throws(GGUFError) -> GGUFFile { try GGUFFile(path: path) }

  private init(path: String) throws(GGUFError) {
    do { file = try MappedFile(path: path) } catch { throw GGUFError(error) }
    guard file.byteCount >= 24 else {
      throw .truncated(field: "the header", offset: 0, needed: 24, fileSize: UInt64(file.byteCount))
    }
    let header = try file.withBytes { (bytes) throws(GGUFError) in try GGUFHeader(parsing: bytes) }
    metadata = header.metadata
    tensors = header.tensors
    tensorIndex = Dictionary(uniqueKeysWithValues: header.tensors.enumerated().map { ($1.name, $0) })
  }

  public func tensor(named name: String) -> GGUFTensorInfo? { tensorIndex[name].map { tensors[$0] } }

  /// The whole file.
  public func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try file.withBytes(body)
  }

  /// The bytes of one of this file's tensors.
  public func withBytes<Result, Failure: Error>(
    of tensor: GGUFTensorInfo, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try file.withBytes(at: tensor.offset, count: tensor.byteCount, body)
  }

  /// SHA-256 of the whole file.
  public func digest() -> Digest32 { file.digest() }

  /// Throws when the file's size, modification time or identity is not what it was when it was opened.
  public func requireUnchanged() throws(GGUFError) {
    do { try file.requireUnchanged() } catch { throw GGUFError(error) }
  }

  /// Gives back the memory of what was read, which is read again from the file when somebody asks.
  public func releasePages() { file.releasePages() }
}

extension GGUFError {
  init(_ error: MappedFileError) {
    switch error {
    case .unreadable(let path, let operation, let code):
      self = .unreadable(path: path, operation: operation, errno: code)
    case .notARegularFile(let path): self = .notARegularFile(path: path)
    case .changedWhileOpen(let path): self = .changedWhileOpen(path: path)
    }
  }
}
