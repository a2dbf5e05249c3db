internal import CWire
internal import NIOCore

/// What a message declares to become a `WireMessage`: how its protobuf-c twin is made, read and filled.
protocol WireTwin: WireMessage {
  /// The C struct that protoc-c generated.
  associatedtype Twin
  /// The generated `…__init`.
  static func prepare(_ twin: UnsafeMutablePointer<Twin>)
  init(lifting twin: Twin)
  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError)
}

extension WireTwin {
  /// The generated `…__init` writes the descriptor's own address: naming the C global in Swift would copy it.
  static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> {
    let slot = UnsafeMutablePointer<Twin>.allocate(capacity: 1)
    defer { slot.deallocate() }
    prepare(slot)
    return UnsafeRawPointer(slot).assumingMemoryBound(to: ProtobufCMessage.self).pointee.descriptor
  }

  public static func decode(_ bytes: UnsafeRawBufferPointer, limits: WireLimits) throws(WireError) -> Self {
    guard bytes.count <= limits.maxBytes else { throw .tooLarge(bytes: bytes.count, limit: limits.maxBytes) }
    let type = descriptor
    var validator = WireValidator(limits: limits)
    try validator.check(bytes, as: type)
    // What is decoded is about as long as the bytes; the structs that point into it add a little.
    let arena = try WireArena(firstChunk: bytes.count + bytes.count / 2 + 512, limit: limits.maxMemory)
    var allocator = arena.allocator
    let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
    guard let twin = protobuf_c_message_unpack(type, &allocator, bytes.count, start) else {
      if arena.hasRefused { throw .outOfMemory(limit: limits.maxMemory) }
      throw .malformed
    }
    return Self(lifting: UnsafeRawPointer(twin).assumingMemoryBound(to: Twin.self).pointee)
  }

  public func encode(into buffer: inout ByteBuffer) throws(WireError) {
    let arena = try WireArena(firstChunk: 2048, limit: .max)
    let twin = try lowered(in: arena)
    let message = UnsafeRawPointer(twin).assumingMemoryBound(to: ProtobufCMessage.self)
    let size = protobuf_c_message_get_packed_size(message)
    // protobuf ends at 2 GiB, and libprotobuf-c writes a longer length modulo 2^32.
    guard size <= Int(Int32.max) else { throw .tooLarge(bytes: size, limit: Int(Int32.max)) }
    buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: size) { out in
      guard size > 0, let start = out.baseAddress else { return 0 }
      return protobuf_c_message_pack(message, start.assumingMemoryBound(to: UInt8.self))
    }
  }

  func lowered(in arena: borrowing WireArena) throws(WireError) -> UnsafeMutablePointer<Twin> {
    let twin = try arena.allocate(1, of: Twin.self)
    Self.prepare(twin)
    try lower(to: twin, in: arena)
    return twin
  }

  /// A C string of one of this message's fields.
  func lowered(_ text: String, in arena: borrowing WireArena) throws(WireError) -> UnsafeMutablePointer<CChar> {
    guard let text = try arena.text(text) else {
      throw .invalidText(in: String(cString: Self.descriptor.pointee.name))
    }
    return text
  }

  func lowered(
    _ texts: [String], in arena: borrowing WireArena
  ) throws(WireError) -> UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? {
    var list: [UnsafeMutablePointer<CChar>?] = []
    for text in texts { list.append(try lowered(text, in: arena)) }
    return try arena.array(list)
  }
}

extension [UInt8] {
  init(_ data: ProtobufCBinaryData) { self = Array(UnsafeBufferPointer(start: data.data, count: data.len)) }
}

/// Text that the validator has seen: UTF-8 without U+0000.
func lift(_ text: UnsafeMutablePointer<CChar>?) -> String { text.map { String(cString: $0) } ?? "" }

func lift(_ list: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?, _ count: Int) -> [String] {
  UnsafeBufferPointer(start: list, count: count).map { lift($0) }
}

func lift(_ list: UnsafeMutablePointer<ProtobufCBinaryData>?, _ count: Int) -> [[UInt8]] {
  UnsafeBufferPointer(start: list, count: count).map { [UInt8]($0) }
}

func lift<T: WireTwin>(_ list: UnsafeMutablePointer<UnsafeMutablePointer<T.Twin>?>?, _ count: Int) -> [T] {
  UnsafeBufferPointer(start: list, count: count).compactMap { lift($0) }
}

func lift<T: WireTwin>(_ twin: UnsafeMutablePointer<T.Twin>?) -> T? { twin.map { T(lifting: $0.pointee) } }
