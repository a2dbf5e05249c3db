public import Cryptography

/// A memory-mapped safetensors file, read with checked arithmetic against its real size.
///
/// Nothing is believed before it is checked: opening either returns a file whose tensors cover its data without gap or
/// overlap, or throws what was wrong.
public final class SafetensorsFile: Sendable {
  /// In the order of their data.
  public let tensors: [SafetensorsTensor]
  public let metadata: [String: String]

  private let file: MappedFile
  private let tensorIndex: [String: Int]

  public var path: String { file.path }
  public var byteCount: Int { file.byteCount }

  /// Opens and checks a file. Errors: everything in `SafetensorsError` up to `unusedBytes`.
  public static func open(path: String) throws(SafetensorsError) -> SafetensorsFile {
    let file: MappedFile
    do { file = try MappedFile(path: path) } catch { throw .file(error) }
    return try SafetensorsFile(file)
  }

  private init(_ file: MappedFile) throws(SafetensorsError) {
    let header = try file.withBytes { (bytes) throws(SafetensorsError) in try SafetensorsHeader(parsing: bytes) }
    self.file = file
    tensors = header.tensors
    metadata = header.metadata
    tensorIndex = Dictionary(uniqueKeysWithValues: header.tensors.enumerated().map { ($1.name, $0) })
  }

  /// A tensor of the given shape. Errors: `missingTensor`, `wrongShape`.
  public func tensor(named name: String, shape: [Int]) throws(SafetensorsError) -> SafetensorsTensor {
    guard let index = tensorIndex[name] else { throw .missingTensor(name) }
    let tensor = tensors[index]
    guard tensor.shape == shape else { throw .wrongShape(tensor: name, found: tensor.shape, expected: shape) }
    return tensor
  }

  /// The bytes of one of this file's tensors.
  public func withBytes<Result, Failure: Error>(
    of tensor: SafetensorsTensor, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try file.withBytes(at: tensor.offset, count: tensor.byteCount, body)
  }

  /// Writes a tensor's elements as binary32, exactly; `out` has room for `tensor.count`. F32, F16 and BF16 only.
  /// Errors: `unsupportedDataType`.
  public func read(
    _ tensor: SafetensorsTensor, into out: UnsafeMutablePointer<Float>
  ) throws(SafetensorsError) {
    guard SafetensorsDataType.floats.contains(tensor.type) else {
      throw .unsupportedDataType(tensor: tensor.name, type: tensor.type, supported: SafetensorsDataType.floats)
    }
    withBytes(of: tensor) { bytes in
      switch tensor.type {
      case .f16:
        for index in 0..<tensor.count {
          out[index] = Self.widenHalf(bytes.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self).littleEndian)
        }
      case .bf16:
        for index in 0..<tensor.count {
          let upper = bytes.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self).littleEndian
          out[index] = Float(bitPattern: UInt32(upper) << 16)
        }
      default:
        for index in 0..<tensor.count {
          out[index] = Float(bitPattern: bytes.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self).littleEndian)
        }
      }
    }
  }

  /// IEEE binary16 to binary32. Written out because not every platform of Swift has `Float16`.
  private static func widenHalf(_ half: UInt16) -> Float {
    let sign = UInt32(half & 0x8000) << 16
    let rest = UInt32(half & 0x7fff)
    if rest >= 0x7c00 { return Float(bitPattern: sign | 0x7f80_0000 | rest << 13) }
    // The exponent is moved in place and rebased by an exact multiplication, which also normalises subnormals.
    let value = Float(bitPattern: rest << 13) * 0x1p112
    return Float(bitPattern: sign | value.bitPattern)
  }

  /// SHA-256 of the whole file.
  public func digest() -> Digest32 { file.digest() }

  /// Throws when the file changed since it was opened.
  public func requireUnchanged() throws(SafetensorsError) {
    do { try file.requireUnchanged() } catch { throw .file(error) }
  }
}
