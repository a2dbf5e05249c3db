/// `float.__repr__`: the shortest digits that read back, with an exponent below 1e-4 and from 1e16 on.
enum PythonFloat {
  static func representation(_ value: Double) -> String {
    guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
    // Swift's description has the same digits; only its layout differs.
    let parts = value.magnitude.description.split(separator: "e")
    let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
    let fraction = mantissa.count > 1 && mantissa[1] != "0" ? mantissa[1] : ""
    var digits = String(mantissa[0]) + fraction
    // The value is 0.DIGITS * 10^point.
    var point = mantissa[0].count + (parts.count > 1 ? Int(parts[1]) ?? 0 : 0)
    let leading = digits.prefix { $0 == "0" }.count
    if leading == digits.count {
      return value.sign == .minus ? "-0.0" : "0.0"
    }
    digits.removeFirst(leading)
    point -= leading
    while digits.last == "0" { digits.removeLast() }
    return (value < 0 ? "-" : "") + layout(digits, point: point)
  }

  private static func layout(_ digits: String, point: Int) -> String {
    if point > 16 || point < -3 {
      let exponent = point - 1
      let mantissa = digits.count == 1 ? digits : "\(digits.prefix(1)).\(digits.dropFirst())"
      let size = String(exponent.magnitude)
      return "\(mantissa)e\(exponent < 0 ? "-" : "+")\(size.count < 2 ? "0" : "")\(size)"
    }
    if point <= 0 { return "0." + String(repeating: "0", count: -point) + digits }
    if point >= digits.count { return digits + String(repeating: "0", count: point - digits.count) + ".0" }
    return "\(digits.prefix(point)).\(digits.dropFirst(point))"
  }
}
