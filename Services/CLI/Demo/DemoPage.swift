/// What a reader sees of a page, block by block.
struct DemoPage {
  let title: String
  let paragraphs: [String]

  /// Elements whose text nobody reads.
  private static let hidden: Set<String> = ["script", "style", "head", "svg", "nav"]
  private static let blocks: Set<String> = [
    "p", "div", "li", "dd", "dt", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "tr", "table", "ul", "ol", "dl", "br",
    "section", "body", "td", "th",
  ]

  /// - Parameter isHTML: otherwise the page is plain text, with empty lines between its blocks.
  init(_ bytes: [UInt8], isHTML: Bool, name: String) {
    guard isHTML else {
      title = name
      paragraphs = Self.blocks(bytes[...])
      return
    }
    var seen: [UInt8] = []
    seen.reserveCapacity(bytes.count)
    var found: String?
    var at = 0
    while at < bytes.count {
      guard bytes[at] == UInt8(ascii: "<") else {
        seen.append(bytes[at])
        at += 1
        continue
      }
      let end = bytes[at...].firstIndex(of: UInt8(ascii: ">")) ?? bytes.count - 1
      let inside = bytes[(at + 1)...max(at + 1, end)]
      let name = Self.name(inside)
      if found == nil, name == "head" { found = Self.title(bytes[end...]) }
      at = end + 1
      if Self.hidden.contains(name), inside.first != UInt8(ascii: "/") {
        let closing = Array("</\(name)".utf8)
        at = bytes[at...].firstRange(of: closing)?.lowerBound ?? bytes.count
      }
      if Self.blocks.contains(name) { seen += [10, 10] }
    }
    title = found ?? name
    paragraphs = Self.blocks(seen[...])
  }

  /// Of an element, without the slash that closes it.
  private static func name(_ inside: ArraySlice<UInt8>) -> String {
    let letters = inside.drop { $0 == UInt8(ascii: "/") }.prefix { byte in
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
    return String(decoding: letters, as: UTF8.self).lowercased()
  }

  private static func title(_ head: ArraySlice<UInt8>) -> String? {
    guard let start = head.prefix(8_192).firstRange(of: Array("<title".utf8)) else { return nil }
    let text = head[start.upperBound...].drop { $0 != UInt8(ascii: ">") }.dropFirst()
      .prefix(200).prefix { $0 != UInt8(ascii: "<") }
    let words = words(text)
    return words.isEmpty ? nil : words
  }

  private static func blocks(_ bytes: ArraySlice<UInt8>) -> [String] {
    var blocks: [String] = []
    var open = bytes.startIndex
    var line = bytes.startIndex
    func close(_ end: Int) {
      let text = words(bytes[open..<end])
      if text.utf8.count > 20 { blocks.append(text) }
    }
    for at in bytes.indices where bytes[at] == 10 {
      // A line of spaces alone ends a block.
      if bytes[line..<at].allSatisfy({ $0 == 32 || $0 == 9 || $0 == 13 }) {
        close(at)
        open = at + 1
      }
      line = at + 1
    }
    close(bytes.endIndex)
    return blocks
  }

  private static func words(_ bytes: ArraySlice<UInt8>) -> String {
    let text = bytes.split(whereSeparator: { $0 == 32 || $0 == 9 || $0 == 10 || $0 == 13 })
      .map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ")
    guard text.utf8.contains(UInt8(ascii: "&")) else { return text }
    let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&nbsp;", " "), ("&amp;", "&")]
    let numbered = text.replacing(/&#([0-9]{1,7});/) { match in
      UInt32(match.1).flatMap(Unicode.Scalar.init).map { String(Character($0)) } ?? " "
    }
    return entities.reduce(numbered) { $0.replacing($1.0, with: $1.1) }
  }
}
