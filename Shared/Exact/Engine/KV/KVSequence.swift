/// The keys and values of one sequence of tokens: pages in order of position.
///
/// Not `Sendable`: it lives where its `KVPages` lives.
final class KVSequence {
  let pages: KVPages
  /// Pages that it may hold.
  let limit: Int
  private(set) var held: [Int32] = []
  /// First float of each page held: what kernels read.
  private let bases: UnsafeMutablePointer<UnsafePointer<Float>?>

  init(_ pages: KVPages, contextLimit: Int) {
    self.pages = pages
    limit = KVPages.pages(for: contextLimit)
    bases = .allocate(capacity: max(1, limit))
    bases.initialize(repeating: nil, count: max(1, limit))
  }

  deinit {
    truncate(toPages: 0)
    bases.deallocate()
  }

  var table: UnsafePointer<UnsafePointer<Float>?> { UnsafePointer(bases) }

  func page(of position: Int) -> UnsafeMutablePointer<Float> { pages.base(held[position / KVPages.positions]) }

  /// Whether there is now room for `positions` positions. On false nothing has changed.
  func reserve(_ positions: Int) -> Bool {
    let wanted = KVPages.pages(for: positions)
    precondition(wanted <= limit, "a sequence outgrew its context")
    guard wanted - held.count <= pages.free else { return false }
    while held.count < wanted, let page = pages.take() { append(page) }
    return true
  }

  /// Holds a full page of another sequence as its own next one.
  func adopt(_ page: Int32) {
    pages.retain(page)
    append(page)
  }

  /// Gives back every page behind the first `count`.
  func truncate(toPages count: Int) {
    while held.count > count {
      pages.release(held.removeLast())
      bases[held.count] = nil
    }
  }

  private func append(_ page: Int32) {
    bases[held.count] = UnsafePointer(pages.base(page))
    held.append(page)
  }
}
