/// The rules of DER (X.690 sections 10 and 11) that libcrypto's reader leaves out, as it takes BER: a certificate of another
/// spelling has the same signature in its eyes, so that one certificate would have many digests.
enum DERForm {
  /// Certificates of every vendor nest below 16.
  static let depthMax = 32

  /// One element: its tag and its content.
  struct Element {
    let tag: UInt8
    let content: ArraySlice<UInt8>

    var isConstructed: Bool { tag & 0x20 != 0 }
  }

  /// Whether `bytes` are one element, and everything within it by the rules. What an OCTET STRING holds is not looked at.
  static func holds(_ bytes: ArraySlice<UInt8>) -> Bool {
    guard let all = elements(bytes), all.count == 1 else { return false }
    return holds(all[0], depth: 0)
  }

  /// The elements that `bytes` consist of; nil when a tag or a length is not by the rules.
  static func elements(_ bytes: ArraySlice<UInt8>) -> [Element]? {
    var found: [Element] = []
    var rest = bytes
    while let tag = rest.popFirst() {
      // Tag 0 ends an indefinite length; a tag of 31 and above has a form of its own, which no certificate needs.
      guard tag != 0, tag & 0x1f != 0x1f, let count = length(&rest), count <= rest.count else { return nil }
      found.append(Element(tag: tag, content: rest.prefix(count)))
      rest = rest.dropFirst(count)
    }
    return found
  }

  /// The shortest form of a definite length, of at most 3 bytes.
  private static func length(_ rest: inout ArraySlice<UInt8>) -> Int? {
    guard let first = rest.popFirst() else { return nil }
    guard first >= 0x80 else { return Int(first) }
    let width = Int(first & 0x7f)
    guard (1...3).contains(width), rest.count >= width else { return nil }
    let count = rest.prefix(width).reduce(0) { $0 << 8 | Int($1) }
    rest = rest.dropFirst(width)
    return count < 128 || count >> (8 * (width - 1)) == 0 ? nil : count
  }

  private static func holds(_ element: Element, depth: Int) -> Bool {
    let content = element.content
    switch element.tag {
    case 0x01: return content.elementsEqual([0]) || content.elementsEqual([0xff])
    case 0x02, 0x0a: return isShortest(content)
    case 0x03: return isBitString(content)
    case 0x05: return content.isEmpty
    case 0x17: return isTime(content, digits: 12)
    case 0x18: return isTime(content, digits: 14)
    // Of the universal types only SEQUENCE and SET are constructed: strings come in one piece.
    case 0x10, 0x11, 0x20...0x2f, 0x32...0x3f: return false
    default:
      guard element.isConstructed else { return true }
      guard depth < depthMax, let inner = elements(content) else { return false }
      return inner.allSatisfy { holds($0, depth: depth + 1) }
    }
  }

  /// An INTEGER's content, in two's complement without a byte that says nothing.
  static func isShortest(_ content: ArraySlice<UInt8>) -> Bool {
    guard let first = content.first else { return false }
    guard let second = content.dropFirst().first else { return true }
    return !(first == 0 && second < 0x80) && !(first == 0xff && second >= 0x80)
  }

  private static func isBitString(_ content: ArraySlice<UInt8>) -> Bool {
    guard let unused = content.first, unused < 8 else { return false }
    guard content.count > 1, let last = content.last else { return unused == 0 }
    return last & UInt8((1 << Int(unused)) - 1) == 0
  }

  /// UTCTime and GeneralizedTime as RFC 5280 section 4.1.2.5 has them: seconds, no fraction, and Z.
  private static func isTime(_ content: ArraySlice<UInt8>, digits: Int) -> Bool {
    content.count == digits + 1 && content.last == UInt8(ascii: "Z")
      && content.dropLast().allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
  }
}
