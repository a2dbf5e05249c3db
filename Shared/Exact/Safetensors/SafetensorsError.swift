public import Codec

/// Why a safetensors file was refused. The text names the field, the value found and the limit or expectation it broke.
public enum SafetensorsError: Error, Equatable, Sendable, CustomStringConvertible {
  case file(MappedFileError)
  /// The file ends inside the named field.
  case truncated(field: String, needed: UInt64, fileSize: UInt64)
  /// A count or length is over its limit.
  case limitExceeded(field: String, value: UInt64, limit: UInt64)
  /// The header does not begin with an opening brace, as the format asks.
  case noObject(firstByte: UInt8?)
  /// Nesting, duplicate names and everything else that is no JSON of this format's kind.
  case header(JSONError)
  /// Two names that differ in their bytes and not to a reader of Unicode text.
  case equivalentNames(String)
  case badMember(String, of: String, requirement: String)
  case unknownDataType(tensor: String, type: String)
  /// A dimension or offset that is no integer from 0 to 2^63 - 1 in plain digits.
  case badInteger(field: String, tensor: String, literal: String)
  /// The product of the dimensions, or the bytes it takes, does not fit in 63 bits.
  case sizeOverflow(tensor: String)
  case sizeMismatch(tensor: String, shapeBytes: UInt64, offsets: [UInt64])
  case tensorOutsideFile(tensor: String, end: UInt64, dataBytes: UInt64)
  case misalignedTensor(tensor: String, offset: UInt64, alignment: UInt64)
  case overlappingTensors(String, String)
  /// Bytes of the data that no tensor has: something may hide there.
  case unusedBytes(from: UInt64, to: UInt64)

  case missingTensor(String)
  case wrongShape(tensor: String, found: [Int], expected: [Int])
  case unsupportedDataType(tensor: String, type: SafetensorsDataType, supported: [SafetensorsDataType])

  public var description: String {
    switch self {
    case .file(let error):
      error.description
    case .truncated(let field, let needed, let size):
      "the file ends inside \(field): \(needed) bytes are needed, the file has \(size)"
    case .limitExceeded(let field, let value, let limit):
      "\(field) is \(value), over the limit of \(limit)"
    case .noObject(let byte):
      "not a safetensors file: the header begins with \(byte.map { "byte \($0)" } ?? "nothing"), not with an opening brace"
    case .header(let error):
      "the header is refused: \(error)"
    case .equivalentNames(let name):
      "two tensors have names that are canonically equivalent to \(name.prefix(80))"
    case .badMember(let name, let owner, let requirement):
      "the header's member \(name) of \(owner.prefix(80)) must be \(requirement)"
    case .unknownDataType(let tensor, let type):
      "tensor \(tensor) has the unknown data type \(type.prefix(80))"
    case .badInteger(let field, let tensor, let literal):
      "\(field) of tensor \(tensor) is \(literal.prefix(80)), it must be an integer from 0 to 2^63 - 1"
    case .sizeOverflow(let tensor):
      "the size of tensor \(tensor) overflows"
    case .sizeMismatch(let tensor, let bytes, let offsets):
      "the shape of tensor \(tensor) takes \(bytes) bytes, its data_offsets are \(offsets)"
    case .tensorOutsideFile(let tensor, let end, let bytes):
      "tensor \(tensor) ends at byte \(end) of a data section that has \(bytes)"
    case .misalignedTensor(let tensor, let offset, let alignment):
      "tensor \(tensor) begins at byte \(offset) of the file, which is no multiple of its elements' \(alignment) bytes"
    case .overlappingTensors(let first, let second):
      "tensors \(first) and \(second) overlap"
    case .unusedBytes(let from, let to):
      "bytes \(from) to \(to) of the data section belong to no tensor"
    case .missingTensor(let name):
      "the file lacks the tensor \(name)"
    case .wrongShape(let tensor, let found, let expected):
      "tensor \(tensor) has the shape \(found), expected \(expected)"
    case .unsupportedDataType(let tensor, let type, let supported):
      "tensor \(tensor) has the type \(type.rawValue), supported are \(supported.map(\.rawValue).joined(separator: ", "))"
    }
  }
}
