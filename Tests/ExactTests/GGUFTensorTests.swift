import Testing

@testable import Exact
@testable import ExactReference

/// What a file's header says of its tensors.
@Suite struct GGUFTensorTests {
  @Test("tensor names, dimensions, types, blocks and offsets are checked, each by its name")
  func tensors() {
    let long = String(repeating: "n", count: 1_025)
    let field = "the length of the name of tensor 0"
    #expect(throws: GGUFError.limitExceeded(field: field, value: 1_025, limit: 1_024)) {
      try GGUFFileTests.parse(GGUFFileTests.one(GGUFFileTests.tensor(long, [16])))
    }
    #expect(throws: GGUFError.emptyName(field: "the name of tensor 0")) {
      try GGUFFileTests.parse(GGUFFileTests.one(GGUFFileTests.tensor("", [16])))
    }
    #expect(throws: GGUFError.limitExceeded(field: "the number of dimensions of t", value: 5, limit: 4)) {
      try GGUFFileTests.parse(GGUFFileTests.one(GGUFFileTests.tensor("t", [1, 1, 1, 1, 16])))
    }
    #expect(throws: GGUFError.limitExceeded(field: "the number of dimensions of t", value: 0, limit: 4)) {
      try GGUFFileTests.parse(GGUFFileTests.one(GGUFFileTests.tensor("t", [])))
    }
    for dimension: UInt64 in [0, (1 << 40) + 1, .max] {
      #expect(throws: GGUFError.badDimension(tensor: "t", dimension: dimension)) {
        try GGUFFileTests.parse(GGUFFileTests.one(GGUFFileTests.tensor("t", [16, dimension])))
      }
    }
    for type: UInt32 in [4, 5, 31, 1_000, .max] {
      #expect(throws: GGUFError.unknownTensorType(tensor: "t", type: type)) {
        try GGUFFileTests.parse(GGUFFileTests.one(GGUFFileTests.tensor("t", [16], type: type)))
      }
    }
    #expect(throws: GGUFError.partialBlock(tensor: "t", rowLength: 33, block: 32)) {
      try GGUFFileTests.parse(GGUFFileTests.one(GGUFFileTests.tensor("t", [33], type: 8)))
    }
    for dimensions: [UInt64] in [[1 << 40, 1 << 40], [1 << 31, 1 << 31, 1], [1 << 32, 1 << 32, 1 << 32, 1 << 32]] {
      #expect(throws: GGUFError.sizeOverflow(tensor: "t")) {
        try GGUFFileTests.parse(GGUFFileTests.one(GGUFFileTests.tensor("t", dimensions)))
      }
    }
    var misplaced = GGUFFileTests.tensor("t", [16])
    misplaced.offset = 16
    #expect(throws: GGUFError.misalignedTensor(tensor: "t", offset: 16, alignment: 32)) {
      try GGUFFileTests.parse(GGUFFileTests.one(misplaced))
    }
  }

  @Test("tensors outside the file or over one another are refused")
  func placement() {
    #expect(throws: GGUFError.tensorOutsideFile(tensor: "t", offset: 0, bytes: 68, fileSize: 64)) {
      try GGUFFileTests.parse(GGUFFileTests.one(GGUFFileTests.tensor("t", [17])))
    }
    for offset: UInt64 in [32, 64, 1 << 62, UInt64.max - 31] {
      var tensor = GGUFFileTests.tensor("t", [16])
      tensor.offset = offset
      #expect(throws: GGUFError.tensorOutsideFile(tensor: "t", offset: offset, bytes: 64, fileSize: 64)) {
        try GGUFFileTests.parse(GGUFFileTests.one(tensor))
      }
    }
    var writer = GGUFWriter()
    writer.tensors = [GGUFFileTests.tensor("t", [16]), GGUFFileTests.tensor("u", [16])]
    for offset: UInt64 in [0, 32] {
      writer.tensors[1].offset = offset
      #expect(throws: GGUFError.overlappingTensors("t", "u")) { try GGUFFileTests.parse(writer.bytes()) }
    }
  }
}
