/// Full pages of prompts that were computed before, so that a request of the same owner that begins alike need not
/// compute them again. Their bits are what they would be: keys and values are a function of the tokens alone.
///
/// A page is found by its owner, by the page before it and by its own tokens, compared as they are. Different owners
/// never share, so that nobody can tell from the time of an answer what others have asked.
struct PrefixCache {
  /// A run of whole pages from the start of a sequence.
  typealias Node = UInt64

  static let root: Node = 0

  private struct Key: Hashable {
    let owner: [UInt8]
    let parent: Node
    let tokens: [UInt32]
  }

  private struct Entry {
    let node: Node
    let page: Int32
    var lastUsed: UInt64
  }

  private let pages: KVPages
  private var entries: [Key: Entry] = [:]
  private var lastNode = root
  private var clock: UInt64 = 0

  init(_ pages: KVPages) { self.pages = pages }

  /// Pages that are held here and by no sequence: they can be had back.
  var reclaimable: Int { entries.values.reduce(0) { $0 + (pages.isShared($1.page) ? 0 : 1) } }

  /// The page that follows `parent` with these tokens, and its node.
  mutating func find(owner: [UInt8], parent: Node, tokens: ArraySlice<UInt32>) -> (page: Int32, node: Node)? {
    clock += 1
    let key = Key(owner: owner, parent: parent, tokens: Array(tokens))
    guard let entry = entries[key] else { return nil }
    entries[key]?.lastUsed = clock
    return (entry.page, entry.node)
  }

  /// Keeps a full page. When the same was kept already, that one stays.
  mutating func insert(owner: [UInt8], parent: Node, tokens: ArraySlice<UInt32>, page: Int32) -> Node {
    clock += 1
    let key = Key(owner: owner, parent: parent, tokens: Array(tokens))
    if let entry = entries[key] { return entry.node }
    lastNode += 1
    pages.retain(page)
    entries[key] = Entry(node: lastNode, page: page, lastUsed: clock)
    return lastNode
  }

  /// Gives back the page that was used longest ago among those that no sequence holds. False: there is none.
  mutating func evict() -> Bool {
    let candidates = entries.filter { !pages.isShared($0.value.page) }
    guard let oldest = candidates.min(by: { $0.value.lastUsed < $1.value.lastUsed }) else { return false }
    entries[oldest.key] = nil
    pages.release(oldest.value.page)
    return true
  }

  /// Forgets all pages of an owner.
  mutating func drop(owner: [UInt8]) {
    for (key, entry) in entries where key.owner == owner {
      entries[key] = nil
      pages.release(entry.page)
    }
  }
}
