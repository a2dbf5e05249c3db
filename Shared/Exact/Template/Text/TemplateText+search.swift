// What Python's `str` does that looks for something: strip, split, find, replace.

extension Unicode.Scalar {
  /// Python's `str.isspace` for one character: White_Space and the four separators of ASCII.
  var isPythonSpace: Bool { properties.isWhitespace || (0x1c...0x1f).contains(value) }
}

/// Which ends of a text are stripped.
enum StripSide: Sendable { case left, right, both }

extension TemplateText {
  /// `str.strip(characters)`; nil strips white space.
  func stripped(_ side: StripSide, of characters: TemplateText? = nil) -> TemplateText {
    let set = characters.map { Set($0.string.unicodeScalars) }
    func goes(_ range: Range<Int>) -> Bool {
      let scalar = scalar(range)
      return set?.contains(scalar) ?? scalar.isPythonSpace
    }
    var start = 0
    var end = bytes.count
    if side != .right {
      while start < end, goes(start..<scalarEnd(start)) { start = scalarEnd(start) }
    }
    if side != .left {
      while end > start, goes(scalarStart(end)..<end) { end = scalarStart(end) }
    }
    return slice(start..<end)
  }

  /// Calls `body` with each place where `needle` occurs, from the left and without overlap, until it returns false.
  ///
  /// Knuth, Morris and Pratt's search: both texts may come from a client, so the time is linear in their sum. An empty
  /// needle occurs nowhere.
  func forEachOccurrence(of needle: TemplateText, _ body: (Range<Int>) -> Bool) {
    let wanted = needle.bytes
    guard !wanted.isEmpty, wanted.count <= bytes.count else { return }
    var fallback = [Int](repeating: 0, count: wanted.count)
    var matched = 0
    for at in wanted.indices.dropFirst() {
      while matched > 0, wanted[at] != wanted[matched] { matched = fallback[matched - 1] }
      if wanted[at] == wanted[matched] { matched += 1 }
      fallback[at] = matched
    }
    matched = 0
    for at in bytes.indices {
      while matched > 0, bytes[at] != wanted[matched] { matched = fallback[matched - 1] }
      if bytes[at] == wanted[matched] { matched += 1 }
      if matched == wanted.count {
        guard body((at + 1 - matched)..<(at + 1)) else { return }
        matched = 0
      }
    }
  }

  func contains(_ needle: TemplateText) -> Bool {
    var found = needle.isEmpty
    forEachOccurrence(of: needle) { _ in
      found = true
      return false
    }
    return found
  }

  func hasPrefix(_ other: TemplateText) -> Bool { bytes.starts(with: other.bytes) }

  func hasSuffix(_ other: TemplateText) -> Bool {
    bytes.count >= other.bytes.count && bytes[(bytes.count - other.bytes.count)...].elementsEqual(other.bytes)
  }

  /// `str.split(separator, limit)` with a separator that is not empty; a negative limit is none.
  func split(_ separator: TemplateText, limit: Int = -1) -> [TemplateText] {
    var out: [TemplateText] = []
    var start = 0
    forEachOccurrence(of: separator) { found in
      if limit >= 0, out.count >= limit { return false }
      out.append(slice(start..<found.lowerBound))
      start = found.upperBound
      return true
    }
    return out + [slice(start..<bytes.count)]
  }

  /// `str.split(None, limit)`: by white space, without empty parts.
  func splitBySpace(limit: Int = -1) -> [TemplateText] {
    var out: [TemplateText] = []
    var start = afterSpace(0)
    while start < bytes.count {
      if limit >= 0, out.count == limit { return out + [slice(start..<bytes.count)] }
      var end = start
      while end < bytes.count, !scalar(end..<scalarEnd(end)).isPythonSpace { end = scalarEnd(end) }
      out.append(slice(start..<end))
      start = afterSpace(end)
    }
    return out
  }

  /// The first place from `start` on that is no white space.
  private func afterSpace(_ start: Int) -> Int {
    var at = start
    while at < bytes.count, scalar(at..<scalarEnd(at)).isPythonSpace { at = scalarEnd(at) }
    return at
  }

  /// `str.replace(old, new, limit)`. An empty `old` matches before each character and at the end. Nil when the result
  /// has more than `maximumBytes`.
  func replacing(
    _ old: TemplateText, with new: TemplateText, limit: Int = -1, maximumBytes: Int = .max
  ) -> TemplateText? {
    var out = TemplateText()
    var start = 0
    var left = limit < 0 ? Int.max : limit
    func replace(_ place: Range<Int>) -> Bool {
      guard left > 0, out.bytes.count <= maximumBytes else { return false }
      out.append(self, start..<place.lowerBound)
      out.append(new)
      start = place.upperBound
      left -= 1
      return true
    }
    if old.isEmpty {
      var at = 0
      while replace(at..<at), at < bytes.count { at = scalarEnd(at) }
    } else {
      forEachOccurrence(of: old, replace)
    }
    out.append(self, start..<bytes.count)
    return out.bytes.count <= maximumBytes ? out : nil
  }
}
