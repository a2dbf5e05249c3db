import Glibc

/// Zeroed memory of trivial elements, a whole number of pages, whose place never changes.
///
/// Safety: the object is only a place. Who may touch which part when is stated by its owner.
final class Pages<Element: BitwiseCopyable>: @unchecked Sendable {
  let base: UnsafeMutablePointer<Element>
  let count: Int
  private let byteCount: Int

  init(_ count: Int, _ purpose: String) throws(CreditError) {
    let (bytes, overflow) = max(1, count).multipliedReportingOverflow(by: MemoryLayout<Element>.stride)
    guard !overflow, count >= 0 else { throw .outOfMemory(bytes: .max, purpose: purpose) }
    let address = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let address, address != MAP_FAILED else { throw .outOfMemory(bytes: bytes, purpose: purpose) }
    // Large pages save page-table walks. A hint: its failure does not matter.
    if bytes >= 4 << 20 { _ = madvise(address, bytes, CInt(MADV_HUGEPAGE)) }
    base = address.bindMemory(to: Element.self, capacity: max(1, count))
    self.count = count
    byteCount = bytes
  }

  deinit { munmap(base, byteCount) }
}
