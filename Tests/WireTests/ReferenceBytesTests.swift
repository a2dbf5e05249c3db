import Testing
import Wire

/// The bytes are what `protoc --encode` (libprotoc 3.21.12) writes for the same text-format message.
@Suite struct ReferenceBytesTests {
  private func expect<M: WireMessage & Equatable>(_ message: M, is hex: String) throws {
    let bytes = stride(from: 0, to: hex.count, by: 2).compactMap { at in
      UInt8(hex.dropFirst(at).prefix(2), radix: 16)
    }
    #expect(try message.wireBytes() == bytes)
    #expect(try M(wire: bytes) == message)
  }

  @Test func aReceiptWithIndexZeroIsProtocs() throws {
    try expect(
      ReceiptRecord(
        receiptID: "r-1", completionID: "chatcmpl-1", state: "signed", outcome: "answered", sequence: .max,
        statement: [0, 1, 255], index: 0),
      is: "0a03722d31120a63686174636d706c2d311a067369676e65642208616e73776572656428ffffffffffffffffff0132030001ff3800")
  }

  @Test func aDeltaIsProtocs() throws {
    try expect(
      GenerateEvent(event: .delta(Delta(text: "hé", tokens: 300))), is: "0a08120368c3a918ac02")
  }

  @Test func aListWithANegativeNumberAndAnEmptyElementIsProtocs() throws {
    try expect(
      ListModelsResponse(models: [ServedModel(id: "m", contextLength: 2048, createdUnixMs: -1), ServedModel()]),
      is: "0a110a016d20801028ffffffffffffffffff010a00")
  }

  @Test func anEnumIsProtocs() throws {
    try expect(
      KeepRequest(receiptID: "r", blobs: [WireBlob(retention: .evidence, data: [0x78])]), is: "0a01721a050805120178")
  }

  @Test func aPresentZeroIsProtocs() throws {
    try expect(ReexecuteResponse(agrees: true, firstPosition: 0), is: "10012000")
  }

  @Test func aListOfTextIsProtocs() throws {
    try expect(Identity(issuer: "i", kinds: ["a", "", "b"]), is: "0a01692201612200220162")
  }
}
