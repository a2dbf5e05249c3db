/// The words of a text by a hash of each: small enough to keep for every passage of some books.
struct WordSet {
  /// Ascending.
  let hashes: [UInt32]

  /// Runs of ASCII letters, digits and what is not ASCII, without regard to case; by FNV-1a.
  init(_ text: String) {
    var found: [UInt32] = []
    var hash: UInt32?
    for byte in text.utf8 {
      let isLetter = (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
      guard isLetter || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte >= 0x80 else {
        if let hash { found.append(hash) }
        hash = nil
        continue
      }
      hash = ((hash ?? 2_166_136_261) ^ UInt32(isLetter ? byte | 0x20 : byte)) &* 16_777_619
    }
    if let hash { found.append(hash) }
    hashes = Array(Set(found)).sorted()
  }

  func contains(_ word: UInt32) -> Bool {
    var (low, high) = (0, hashes.count)
    while low < high {
      let middle = (low + high) / 2
      if hashes[middle] < word { low = middle + 1 } else { high = middle }
    }
    return low < hashes.count && hashes[low] == word
  }
}
