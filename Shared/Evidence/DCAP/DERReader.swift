/// Reads DER (X.690) from front to back: definite lengths in their shortest form, single-byte tags.
struct DERReader {
  private let bytes: [UInt8]
  private var offset = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { offset == bytes.count }

  /// The next element: its tag and content.
  mutating func next() throws(AppraisalError) -> (tag: UInt8, content: [UInt8]) {
    guard bytes.count - offset >= 2 else { throw Self.bad("it ends inside an element") }
    let tag = bytes[offset]
    var count = Int(bytes[offset + 1])
    offset += 2
    if count >= 0x80 {
      let width = count - 0x80
      guard (1...2).contains(width), width <= bytes.count - offset else { throw Self.bad("a length is malformed") }
      count = bytes[offset..<offset + width].reduce(0) { $0 << 8 | Int($1) }
      guard count >= (width == 1 ? 0x80 : 0x100) else { throw Self.bad("a length is not in its shortest form") }
      offset += width
    }
    guard count <= bytes.count - offset else { throw Self.bad("an element claims \(count) bytes beyond the end") }
    defer { offset += count }
    return (tag, Array(bytes[offset..<offset + count]))
  }

  /// The content of the next element, which must have this tag.
  mutating func next(_ tag: UInt8) throws(AppraisalError) -> [UInt8] {
    let element = try next()
    guard element.tag == tag else { throw Self.bad("an element has tag \(element.tag), not \(tag)") }
    return element.content
  }

  /// The content of an INTEGER of 0 to 65,535.
  static func small(_ content: [UInt8]) throws(AppraisalError) -> Int {
    guard (1...3).contains(content.count), content[0] < 0x80, content.count < 3 || content[0] == 0 else {
      throw bad("a number is not 0 to 65535")
    }
    return content.reduce(0) { $0 << 8 | Int($1) }
  }

  private static func bad(_ why: String) -> AppraisalError { .format("a DER structure", why: why) }
}
