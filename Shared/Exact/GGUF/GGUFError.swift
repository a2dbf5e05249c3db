/// Why a GGUF file was refused. The text names the field, the value found and the limit or expectation it broke.
public enum GGUFError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The operating system refused an operation on the file.
  case unreadable(path: String, operation: String, errno: Int32)
  case notARegularFile(path: String)
  /// The file ends inside the named field.
  case truncated(field: String, offset: UInt64, needed: UInt64, fileSize: UInt64)
  case badMagic(UInt32)
  case unsupportedVersion(UInt32)
  /// A count or length is over its limit.
  case limitExceeded(field: String, value: UInt64, limit: UInt64)
  case unknownValueType(key: String, type: UInt32)
  case badBoolean(key: String, value: UInt8)
  case invalidUTF8(field: String)
  case emptyName(field: String)
  case duplicateKey(String)
  case duplicateTensor(String)
  case badAlignment(UInt64)
  case unknownTensorType(tensor: String, type: UInt32)
  case badDimension(tensor: String, dimension: UInt64)
  /// The product of the dimensions, or the bytes it takes, does not fit in 63 bits.
  case sizeOverflow(tensor: String)
  /// The row length is not a whole number of the type's blocks.
  case partialBlock(tensor: String, rowLength: UInt64, block: UInt64)
  case misalignedTensor(tensor: String, offset: UInt64, alignment: UInt64)
  case tensorOutsideFile(tensor: String, offset: UInt64, bytes: UInt64, fileSize: UInt64)
  case overlappingTensors(String, String)
  /// The file changed between opening and the end of loading.
  case changedWhileOpen(path: String)

  public var description: String {
    switch self {
    case .unreadable(let path, let operation, let code):
      "cannot read \(path): \(operation) failed with errno \(code)"
    case .notARegularFile(let path):
      "\(path) is not a regular file"
    case .truncated(let field, let offset, let needed, let size):
      "the file ends inside \(field): \(needed) bytes are needed at offset \(offset), the file has \(size)"
    case .badMagic(let magic):
      "not a GGUF file: it begins with 0x\(String(magic, radix: 16)), not with the bytes GGUF"
    case .unsupportedVersion(let version):
      "GGUF version \(version) is not supported, only version 3 is; convert the file with a current tool"
    case .limitExceeded(let field, let value, let limit):
      "\(field) is \(value), over the limit of \(limit)"
    case .unknownValueType(let key, let type):
      "metadata key \(key) has the unknown value type \(type)"
    case .badBoolean(let key, let value):
      "metadata key \(key) holds the boolean \(value), only 0 and 1 are booleans"
    case .invalidUTF8(let field):
      "\(field) is not valid UTF-8"
    case .emptyName(let field):
      "\(field) is empty"
    case .duplicateKey(let key):
      "metadata key \(key) appears twice"
    case .duplicateTensor(let name):
      "tensor \(name) appears twice"
    case .badAlignment(let alignment):
      "general.alignment is \(alignment), it must be a power of two from 1 to 65536"
    case .unknownTensorType(let tensor, let type):
      "tensor \(tensor) has the unknown or unsupported type \(type)"
    case .badDimension(let tensor, let dimension):
      "tensor \(tensor) has a dimension of \(dimension), it must be from 1 to 2^40"
    case .sizeOverflow(let tensor):
      "the size of tensor \(tensor) overflows"
    case .partialBlock(let tensor, let length, let block):
      "tensor \(tensor) has rows of \(length) elements, which is no multiple of its type's block of \(block)"
    case .misalignedTensor(let tensor, let offset, let alignment):
      "tensor \(tensor) begins at offset \(offset), which is no multiple of the alignment \(alignment)"
    case .tensorOutsideFile(let tensor, let offset, let bytes, let size):
      "tensor \(tensor) takes \(bytes) bytes at offset \(offset) of a data section that has \(size)"
    case .overlappingTensors(let first, let second):
      "tensors \(first) and \(second) overlap"
    case .changedWhileOpen(let path):
      "\(path) changed while it was being loaded; load a file that nobody writes to"
    }
  }
}
