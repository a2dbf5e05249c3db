import NIOCore
import Testing
import Wire

@Suite struct RoundTripTests {
  @Test(arguments: samples) func everyMessageComesBackEqualFullAndEmpty(_ sample: Sample) throws {
    try sample.expectRoundTrip()
    #expect(try sample.recode(sample.bytes) == sample.bytes)
  }

  @Test func aPresentZeroIsNotAbsence() throws {
    for index in [nil, 0, 1] as [UInt64?] {
      #expect(try ReceiptRecord(wire: ReceiptRecord(index: index).wireBuffer()).index == index)
    }
    for position in [nil, 0, 1] as [UInt32?] {
      let bytes = try ReexecuteResponse(firstPosition: position).wireBytes()
      #expect(try ReexecuteResponse(wire: bytes).firstPosition == position)
    }
    #expect(try GenerateRequest(wire: GenerateRequest(salts: Salts()).wireBuffer()).salts == Salts())
    for event in [nil, .delta(Delta()), .finished(Finished())] as [GenerateEvent.Event?] {
      #expect(try GenerateEvent(wire: GenerateEvent(event: event).wireBuffer()).event == event)
    }
  }

  @Test func encodingAppendsToWhatTheBufferHolds() throws {
    var buffer = ByteBuffer(bytes: [9, 9])
    try CancelResponse(found: true).encode(into: &buffer)
    try CancelResponse().encode(into: &buffer)
    #expect(Array(buffer: buffer) == [9, 9, 0x08, 0x01])
  }

  @Test func decodingReadsOnlyTheReadableBytes() throws {
    var buffer = ByteBuffer(bytes: [0xFF, 0x08, 0x01])
    buffer.moveReaderIndex(forwardBy: 1)
    #expect(try CancelResponse(wire: buffer).found)
  }

  @Test func messagesDecodeInParallel() async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<8 {
        group.addTask {
          for _ in 0..<200 {
            for sample in samples {
              let bytes = try sample.recode(sample.bytes)
              #expect(bytes == sample.bytes)
            }
          }
        }
      }
      try await group.waitForAll()
    }
  }
}
