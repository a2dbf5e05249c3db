import FuzzKit

/// Damage of the kind that somebody who knows the format does: one field wrong, the rest as it was.
enum GGUFMutation {
  @Sendable static func mutate(_ input: inout [UInt8], _ random: inout FuzzRandom) {
    let map = GGUFMap(input)
    switch Int.random(in: 0..<12, using: &random) {
    case 0...5:
      guard let field = map.fields.randomElement(using: &random) else { return grow(&input) }
      let old = input.little(at: field.start, width: field.width)
      input.setLittle(number(field, old, input.count, &random), at: field.start, width: field.width)
    case 6, 7:
      let isPair = Bool.random(using: &random)
      guard let entry = (isPair ? map.pairs : map.tensors).randomElement(using: &random) else { return grow(&input) }
      input.insert(contentsOf: Array(input[entry]), at: entry.upperBound)
      count(isPair, by: 1, &input)
    case 8:
      let isPair = Bool.random(using: &random)
      guard let entry = (isPair ? map.pairs : map.tensors).randomElement(using: &random) else { return grow(&input) }
      input.removeSubrange(entry)
      count(isPair, by: -1, &input)
    case 9, 10:
      guard let text = map.texts.randomElement(using: &random) else { return grow(&input) }
      let length = text.count + input.mutatePart(text)
      input.setLittle(UInt64(length), at: text.lowerBound - 8, width: 8)
    default: grow(&input)
    }
  }

  private static func grow(_ input: inout [UInt8]) { input.mutatePart(0..<input.count) }

  private static func count(_ isPair: Bool, by change: Int, _ input: inout [UInt8]) {
    let place = isPair ? GGUFMap.pairCountAt : GGUFMap.tensorCountAt
    input.setLittle(input.little(at: place, width: 8) &+ UInt64(bitPattern: Int64(change)), at: place, width: 8)
  }

  /// Values at which readers have broken: around nothing, around the old value, around the file's size, around powers of
  /// two where sums and products wrap.
  private static func number(
    _ field: GGUFMap.Field, _ old: UInt64, _ fileSize: Int, _ random: inout FuzzRandom
  ) -> UInt64 {
    if field.isType { return UInt64.random(in: 0...40, using: &random) }
    let power = UInt64(1) << UInt64.random(in: 0..<64, using: &random)
    let near = UInt64.random(in: 0...2, using: &random)
    switch Int.random(in: 0..<6, using: &random) {
    case 0: return near
    case 1: return 0 &- near &- 1
    case 2: return old &+ near
    case 3: return old &- near
    case 4: return UInt64(fileSize) &+ near &- 1
    default: return power &+ near &- 1
    }
  }
}
