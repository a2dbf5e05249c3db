// The names that a template may use. Each list is complete: a name outside it is refused when the template is read.

/// A filter, with the parameters that follow the value.
enum TemplateFilter: String, Sendable, CaseIterable {
  case trim, length, count, upper, lower, title, capitalize, tojson, join, first, last, list, string, int, replace
  case `default`
  case d
  case items, reverse, sort, unique, safe
  case map, select, reject, selectattr, rejectattr

  /// Names in order of position, and how many are required.
  var parameters: (names: [String], required: Int) {
    switch self {
    case .trim: (["chars"], 0)
    case .join: (["d", "attribute"], 0)
    case .replace: (["old", "new", "count"], 2)
    case .default, .d: (["default_value", "boolean"], 0)
    case .int: (["default"], 0)
    case .sort: (["reverse", "case_sensitive", "attribute"], 0)
    case .unique: (["case_sensitive", "attribute"], 0)
    // Positions differ between Jinja's own filter and the one that chat templates are rendered with: by name only.
    case .tojson: (["indent", "ensure_ascii"], 0)
    default: ([], 0)
    }
  }
}

/// What may follow `is`.
enum TemplateTest: String, Sendable, CaseIterable {
  case defined, undefined, none, string, mapping, iterable, sequence, number, integer, float, boolean, odd, even
  case `true`
  case `false`
  case eq, equalto, ne, lt, lessthan, le, gt, greaterthan, ge
  case `in`

  /// Whether the test compares with an argument.
  var takesArgument: Bool {
    switch self {
    case .eq, .equalto, .ne, .lt, .lessthan, .le, .gt, .greaterthan, .ge, .in: true
    default: false
    }
  }
}

/// A method that may be called on a string or a dictionary.
enum TemplateMethod: String, Sendable, CaseIterable {
  case strip, lstrip, rstrip, startswith, endswith, split, upper, lower, title, capitalize, replace, join
  case items, keys, values, get

  var isOfDictionary: Bool {
    switch self {
    case .items, .keys, .values, .get: true
    default: false
    }
  }

  /// How many arguments a call may have.
  var argumentCounts: ClosedRange<Int> {
    switch self {
    case .strip, .lstrip, .rstrip: 0...1
    case .startswith, .endswith, .join: 1...1
    case .split: 0...2
    case .replace: 2...3
    case .get: 1...2
    case .upper, .lower, .title, .capitalize, .items, .keys, .values: 0...0
    }
  }
}

/// A function that every template has.
enum TemplateFunction: String, Sendable, CaseIterable {
  case range, namespace, dict
  case raiseException = "raise_exception"
}

/// Names that mean something in Python or Jinja that is not offered.
enum TemplateReservedNames {
  /// Variables of Jinja: reading one would give an object of its own.
  static let variables: Set<String> = [
    "lipsum", "cycler", "joiner", "caller", "varargs", "kwargs", "self", "super",
  ]
  static let methodsOfDictionary: Set<String> = ["copy", "fromkeys", "get", "items", "keys", "values"]
  /// Methods that change a dictionary: the sandbox hides them, and a key of the same name behind a dot with them.
  static let mutatorsOfDictionary: Set<String> = ["clear", "pop", "popitem", "setdefault", "update"]
  static let methodsOfList: Set<String> = ["copy", "count", "index"]
  static let methodsOfTuple: Set<String> = ["count", "index"]
  static let methodsOfString: Set<String> = [
    "capitalize", "casefold", "center", "count", "encode", "endswith", "expandtabs", "find", "format", "format_map",
    "index", "isalnum", "isalpha", "isascii", "isdecimal", "isdigit", "isidentifier", "islower", "isnumeric",
    "isprintable", "isspace", "istitle", "isupper", "join", "ljust", "lower", "lstrip", "maketrans", "partition",
    "removeprefix", "removesuffix", "replace", "rfind", "rindex", "rjust", "rpartition", "rsplit", "rstrip", "split",
    "splitlines", "startswith", "strip", "swapcase", "title", "translate", "upper", "zfill",
  ]
  static let membersOfNumber: Set<String> = [
    "as_integer_ratio", "bit_count", "bit_length", "conjugate", "denominator", "from_bytes", "fromhex", "hex", "imag",
    "is_integer", "numerator", "real", "to_bytes",
  ]
}
