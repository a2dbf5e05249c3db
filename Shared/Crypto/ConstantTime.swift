/// Comparison of secrets whose time does not depend on where they differ.
public enum ConstantTime {
  /// True when both have the same length and bytes. Only the lengths can be learned from the time it takes.
  public static func equal(_ a: [UInt8], _ b: [UInt8]) -> Bool {
    guard a.count == b.count else { return false }
    var difference: UInt8 = 0
    for at in a.indices { difference |= a[at] ^ b[at] }
    return difference == 0
  }
}
