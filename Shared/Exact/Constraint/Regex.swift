/// A regular expression of JSON Schema's `pattern` (ECMA-262), the part that describes a regular language.
///
/// `\d`, `\w` and `\s` are those of ASCII. Where a class excludes (`.`, `[^...]`, `\D`, `\W`, `\S`) it holds no control
/// characters, and if it excludes one of those classes only ASCII, so that ECMA-262 and Python agree on every match.
indirect enum Regex: Sendable, Equatable {
  case set(CodePointSet)
  case sequence([Regex])
  case choice([Regex])
  case repeated(Regex, low: Int, high: Int?)
  case lineStart
  case lineEnd

  static let anything = Regex.repeated(.set(.printable), low: 0, high: nil)

  /// The expression that matches whole strings: without `^` or `$` anything may come before or after.
  func anchored(_ pointer: String) throws(GrammarError) -> Regex {
    switch self {
    case .choice(let choices):
      var whole: [Regex] = []
      for choice in choices { whole.append(try choice.anchored(pointer)) }
      return .choice(whole)
    case .sequence(let parts) where parts.count == 1 && parts[0].hasAnchor:
      return try parts[0].anchored(pointer)
    case .lineStart, .lineEnd: return .anything
    default:
      var parts = if case .sequence(let parts) = self { parts } else { [self] }
      let begins = parts.first == .lineStart
      let ends = parts.last == .lineEnd
      if begins { parts.removeFirst() }
      if ends { parts.removeLast() }
      if parts.contains(where: \.hasAnchor) {
        throw .unsupported(
          keyword: "pattern", pointer: pointer, reason: "'^' and '$' stand only at the two ends of an alternative")
      }
      if !begins { parts.insert(.anything, at: 0) }
      if !ends { parts.append(.anything) }
      return .sequence(parts)
    }
  }

  private var hasAnchor: Bool {
    switch self {
    case .lineStart, .lineEnd: true
    case .set: false
    case .sequence(let parts), .choice(let parts): parts.contains(where: \.hasAnchor)
    case .repeated(let part, _, _): part.hasAnchor
    }
  }
}
