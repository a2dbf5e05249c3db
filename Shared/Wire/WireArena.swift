internal import CWire

/// Owns every C allocation of one encode or decode, and frees them together.
struct WireArena: ~Copyable {
  private let arena: OpaquePointer
  private let limit: Int

  /// - Parameter limit: Bytes that all allocations together may take.
  init(firstChunk: Int, limit: Int) throws(WireError) {
    guard limit >= 0, let arena = wire_arena_create(min(firstChunk, limit), limit) else {
      throw .outOfMemory(limit: limit)
    }
    self.arena = arena
    self.limit = limit
  }

  deinit { wire_arena_destroy(arena) }

  var allocator: ProtobufCAllocator { wire_arena_allocator(arena) }

  /// Whether an allocation was refused, by the limit or by the system.
  var hasRefused: Bool { wire_arena_refused(arena) }

  /// Uninitialised memory that is as old as the arena.
  func allocate<T>(_ count: Int, of type: T.Type) throws(WireError) -> UnsafeMutablePointer<T> {
    let (size, overflow) = MemoryLayout<T>.stride.multipliedReportingOverflow(by: count)
    guard !overflow, let memory = wire_arena_alloc(arena, size) else { throw .outOfMemory(limit: limit) }
    return memory.bindMemory(to: T.self, capacity: count)
  }

  /// A C array; nil for an empty one.
  func array<T>(_ values: [T]) throws(WireError) -> UnsafeMutablePointer<T>? {
    if values.isEmpty { return nil }
    let copy = try allocate(values.count, of: T.self)
    _ = UnsafeMutableBufferPointer(start: copy, count: values.count).initialize(from: values)
    return copy
  }

  /// A NUL-terminated copy; nil for text that holds U+0000, which no C string can.
  func text(_ text: String) throws(WireError) -> UnsafeMutablePointer<CChar>? {
    if text.utf8.contains(0) { return nil }
    return try array(Array(text.utf8CString))
  }

  func data(_ bytes: [UInt8]) throws(WireError) -> ProtobufCBinaryData {
    ProtobufCBinaryData(len: bytes.count, data: try array(bytes))
  }

  func list(_ values: [[UInt8]]) throws(WireError) -> UnsafeMutablePointer<ProtobufCBinaryData>? {
    var list: [ProtobufCBinaryData] = []
    for value in values { list.append(try data(value)) }
    return try array(list)
  }

  func list<T: WireTwin>(_ values: [T]) throws(WireError) -> UnsafeMutablePointer<UnsafeMutablePointer<T.Twin>?>? {
    var list: [UnsafeMutablePointer<T.Twin>?] = []
    for value in values { list.append(try value.lowered(in: self)) }
    return try array(list)
  }
}
