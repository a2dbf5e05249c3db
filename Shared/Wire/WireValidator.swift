internal import CWire

/// Checks what libprotobuf-c 1.4.1 does not, before it allocates: depth, count of fields, and text.
struct WireValidator {
  private let limits: WireLimits
  private var fields = 0

  init(limits: WireLimits) { self.limits = limits }

  /// - Parameter depth: Messages around this one.
  mutating func check(
    _ bytes: UnsafeRawBufferPointer, as type: UnsafePointer<ProtobufCMessageDescriptor>, depth: Int = 0
  ) throws(WireError) {
    guard depth < limits.maxDepth else { throw .tooDeep(limit: limits.maxDepth) }
    var reader = WireReader(bytes: bytes)
    var seen: Set<UInt32> = []
    while !reader.isAtEnd {
      try count(1)
      let (number, kind) = try reader.key()
      switch kind {
      case 0: _ = try reader.varint()
      case 1: try reader.skip(8)
      case 5: try reader.skip(4)
      case 2:
        let body = try reader.delimited()
        // Nil for a field of a newer proto, which is dropped.
        if let field = protobuf_c_message_descriptor_get_field(type, number) {
          try check(body, of: field.pointee, in: type, depth, &seen)
        }
      // 3 and 4 are groups, which proto3 does not have; 6 and 7 are nothing.
      default: throw .malformed
      }
    }
  }

  private mutating func check(
    _ body: UnsafeRawBufferPointer, of field: ProtobufCFieldDescriptor,
    in type: UnsafePointer<ProtobufCMessageDescriptor>, _ depth: Int, _ seen: inout Set<UInt32>
  ) throws(WireError) {
    switch field.type {
    case PROTOBUF_C_TYPE_STRING:
      guard !body.contains(0), String(validating: body, as: UTF8.self) != nil else {
        throw .invalidText(in: name(of: field, in: type))
      }
    case PROTOBUF_C_TYPE_MESSAGE:
      let isFirst = field.label == PROTOBUF_C_LABEL_REPEATED || seen.insert(field.id).inserted
      guard isFirst else { throw .repeatedMessage(field: name(of: field, in: type)) }
      try check(body, as: field.descriptor.assumingMemoryBound(to: ProtobufCMessageDescriptor.self), depth: depth + 1)
    case PROTOBUF_C_TYPE_BYTES:
      break
    default:
      // A packed list: no element is shorter than a byte.
      try count(body.count)
    }
  }

  private mutating func count(_ more: Int) throws(WireError) {
    fields += more
    guard fields <= limits.maxFields else { throw .tooManyFields(limit: limits.maxFields) }
  }

  private func name(
    of field: ProtobufCFieldDescriptor, in type: UnsafePointer<ProtobufCMessageDescriptor>
  ) -> String {
    String(cString: type.pointee.name) + "." + String(cString: field.name)
  }
}
