// Mappings of single scalars: Python's case conversions, with the final sigma of `str.lower`, and HTML escapes.

extension TemplateText {
  func uppercased() -> TemplateText {
    mapped { scalars, at in scalars[at].properties.uppercaseMapping }
  }

  func lowercased() -> TemplateText {
    mapped { scalars, at in Self.lower(scalars, at) }
  }

  /// `str.capitalize`: the first character in title case, the others in lower case.
  func capitalized() -> TemplateText {
    mapped { scalars, at in at == 0 ? scalars[0].properties.titlecaseMapping : Self.lower(scalars, at) }
  }

  /// `str.title`, the method: a cased character after an uncased one begins a word.
  func titlecased() -> TemplateText {
    mapped { scalars, at in
      at > 0 && scalars[at - 1].properties.isCased
        ? Self.lower(scalars, at) : scalars[at].properties.titlecaseMapping
    }
  }

  /// MarkupSafe's `escape`.
  func escapedForHTML() -> TemplateText {
    mapped { scalars, at in
      switch scalars[at] {
      case "&": "&amp;"
      case "<": "&lt;"
      case ">": "&gt;"
      case "'": "&#39;"
      case "\"": "&#34;"
      default: String(Character(scalars[at]))
      }
    }
  }

  /// Jinja's filter `title`: words begin at the start and after white space and `-({[<`; the rest of each is lowered.
  func titleFiltered() -> TemplateText {
    var out = TemplateText()
    var start = 0
    while start < bytes.count {
      let separators = separates(start)
      var end = start
      while end < bytes.count, separates(end) == separators { end = scalarEnd(end) }
      let first = scalarEnd(start)
      out.append(slice(start..<first).uppercased())
      out.append(slice(first..<end).lowercased())
      start = end
    }
    return out
  }

  private func separates(_ start: Int) -> Bool {
    let scalar = scalar(start..<scalarEnd(start))
    return scalar.isPythonSpace || ["-", "(", "{", "[", "<"].contains(scalar)
  }

  /// Every scalar replaced by a text of the same origin.
  private func mapped(_ transform: ([Unicode.Scalar], Int) -> String) -> TemplateText {
    let ranges = scalarRanges
    let scalars = ranges.map(scalar)
    var out = TemplateText()
    var at = 0
    for run in runs {
      while at < ranges.count, ranges[at].lowerBound < run.end {
        out.append(transform(scalars, at).utf8, run.origin)
        at += 1
      }
    }
    return out
  }

  private static func lower(_ scalars: [Unicode.Scalar], _ at: Int) -> String {
    guard scalars[at] == "\u{3a3}" else { return scalars[at].properties.lowercaseMapping }
    // Unicode, Final_Sigma: a cased letter before and none after, case-ignorable characters aside.
    let before = scalars[..<at].last { !$0.properties.isCaseIgnorable }
    let after = scalars[(at + 1)...].first { !$0.properties.isCaseIgnorable }
    let isFinal = before?.properties.isCased == true && after?.properties.isCased != true
    return isFinal ? "\u{3c2}" : "\u{3c3}"
  }
}
