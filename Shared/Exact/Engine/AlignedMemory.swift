import Glibc

/// Zeroed memory of trivial elements, aligned to a cache line. It never moves, so kernels may hold pointers into it
/// while the object lives. Pages are taken when first touched.
///
/// Safety: the object is only a place. Who may touch which part when is stated by its owner (`Model`: nobody writes
/// after load; `Session`: confined to one caller at a time, whose pool threads write disjoint parts).
final class AlignedMemory<Element: BitwiseCopyable>: @unchecked Sendable {
  let base: UnsafeMutablePointer<Element>
  let count: Int
  private let byteCount: Int

  /// `isSparse`: memory of which mostly a part is touched, so that no page larger than the smallest shall be taken.
  init(_ count: Int, _ purpose: @autoclosure () -> String, isSparse: Bool = false) throws(ModelError) {
    let (bytes, overflow) = max(1, count).multipliedReportingOverflow(by: MemoryLayout<Element>.stride)
    guard !overflow, count >= 0 else { throw .outOfMemory(bytes: .max, purpose: purpose()) }
    let address = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let address, address != MAP_FAILED else { throw .outOfMemory(bytes: bytes, purpose: purpose()) }
    // Large pages save page-table walks on weights. A hint: its failure does not matter.
    if bytes >= 4 << 20 { _ = madvise(address, bytes, CInt(isSparse ? MADV_NOHUGEPAGE : MADV_HUGEPAGE)) }
    base = address.bindMemory(to: Element.self, capacity: max(1, count))
    self.count = count
    byteCount = bytes
  }

  deinit { munmap(base, byteCount) }
}
