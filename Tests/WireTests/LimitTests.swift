import Testing
import Wire

@Suite struct LimitTests {
  private func limits(_ change: (inout WireLimits) -> Void) -> WireLimits {
    var limits = WireLimits()
    change(&limits)
    return limits
  }

  @Test func theDefaultsAreThoseOfTheDesign() {
    let limits = WireLimits()
    #expect(limits.maxBytes == 4 << 20)
    #expect(limits.maxFields == 1 << 17)
    #expect(limits.maxDepth == 16)
    #expect(limits.maxMemory == 32 << 20)
  }

  @Test func aMessageAboveTheLimitOfBytesIsRefused() throws {
    let bytes = try GetTileResponse(data: Array(repeating: 1, count: 100)).wireBytes()
    #expect(try GetTileResponse(wire: bytes, limits: limits { $0.maxBytes = bytes.count }).data.count == 100)
    #expect(throws: WireError.tooLarge(bytes: bytes.count, limit: bytes.count - 1)) {
      try GetTileResponse(wire: bytes, limits: limits { $0.maxBytes = bytes.count - 1 })
    }
  }

  /// Two bytes of wire for each empty model must not become unbounded memory.
  @Test func amplificationIsCapped() throws {
    let bomb = Array(repeatElement([0x0A, 0x00] as [UInt8], count: 1_000_000).joined())
    #expect(throws: WireError.tooManyFields(limit: 1 << 17)) { try ListModelsResponse(wire: bomb) }
    #expect(throws: WireError.outOfMemory(limit: 8 << 20)) {
      try ListModelsResponse(
        wire: bomb,
        limits: limits {
          $0.maxFields = .max
          $0.maxMemory = 8 << 20
        })
    }
    let most = Array(bomb[..<(2 << 17)])
    #expect(try ListModelsResponse(wire: most).models.count == 1 << 17)
  }

  @Test func unknownFieldsCountAsFieldsAndAsMemory() {
    let many = Array(repeatElement([0xF8, 0x07, 0x01] as [UInt8], count: 1 << 18).joined())
    #expect(throws: WireError.tooManyFields(limit: 1 << 17)) { try CancelRequest(wire: many) }
    #expect(throws: WireError.outOfMemory(limit: 1 << 20)) {
      try CancelRequest(
        wire: many,
        limits: limits {
          $0.maxFields = .max
          $0.maxMemory = 1 << 20
        })
    }
  }

  @Test func aPackedListCountsItsElements() {
    // `tokens` is no list: counted all the same, before libprotobuf-c refuses it.
    let packed: [UInt8] = [0x1A, 0x64] + Array(repeating: 1, count: 100)
    #expect(throws: WireError.tooManyFields(limit: 100)) {
      try Delta(wire: packed, limits: limits { $0.maxFields = 100 })
    }
    #expect(throws: WireError.malformed) { try Delta(wire: packed) }
  }

  @Test func messagesNestedTooDeepAreRefused() throws {
    let bytes = try GenerateEvent(event: .delta(Delta(text: "x"))).wireBytes()
    #expect(try GenerateEvent(wire: bytes, limits: limits { $0.maxDepth = 2 }).event != nil)
    #expect(throws: WireError.tooDeep(limit: 1)) {
      try GenerateEvent(wire: bytes, limits: limits { $0.maxDepth = 1 })
    }
    #expect(throws: WireError.tooDeep(limit: 0)) { try GenerateEvent(wire: [], limits: limits { $0.maxDepth = 0 }) }
  }

  @Test(arguments: [-1, 0, 1, 15, 16, 39]) func aCeilingTooLowForAnythingIsAnError(_ memory: Int) {
    #expect(throws: WireError.outOfMemory(limit: memory)) {
      try GenerateEvent(wire: [], limits: limits { $0.maxMemory = memory })
    }
  }
}
