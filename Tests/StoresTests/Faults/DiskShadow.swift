import Foundation

/// What a disk may hold after the power went: everything that was synced, and any part of what was not. A model kept
/// beside the real files; it knows only what went through a ``FaultyDisk``.
struct DiskShadow {
  enum Node: Hashable {
    case file(Int)
    case folder(Int)
  }
  struct File {
    var durable: [UInt8] = []
    var pending: [(offset: Int, bytes: [UInt8])] = []
  }
  /// Names that change together: the two of a rename.
  struct Change {
    var edits: [(folder: Int, name: String, node: Node?)]
  }

  private var files: [File] = []
  private var current: [[String: Node]] = []
  private var durable: [[String: Node]] = []
  private var changes: [Change] = []
  private var byInode: [UInt64: Node] = [:]
  private var handles: [Int32: (node: Node, position: Int)] = [:]
  private var roots: [String: Int] = [:]

  /// A folder or file was opened; `made` when this call made it.
  mutating func opened(_ handle: Int32, in folder: Int32, _ name: String, made: Bool) {
    let (inode, isFolder) = Self.status(handle)
    if made {
      files.append(File())
      let node = Node.file(files.count - 1)
      byInode[inode] = node
      change([(folder, name, node)])
    } else if byInode[inode] == nil, isFolder {
      byInode[inode] = load(Self.path(handle))
    }
    guard let node = byInode[inode] else { return }
    if folder == AT_FDCWD, case .folder(let number) = node { roots[name] = number }
    handles[handle] = (node, 0)
  }

  mutating func closed(_ handle: Int32) { handles[handle] = nil }

  /// - Parameter offset: nil for a write where the last one ended.
  mutating func wrote(_ handle: Int32, _ bytes: [UInt8], at offset: Int? = nil) {
    guard let (node, position) = handles[handle], case .file(let number) = node else { return }
    files[number].pending.append((offset ?? position, bytes))
    if offset == nil { handles[handle]?.position += bytes.count }
  }

  /// A file that was cut off. As if at once durable: nothing relies on the bytes beyond.
  mutating func truncated(_ handle: Int32, to count: Int) {
    guard case .file(let number) = handles[handle]?.node else { return }
    files[number].durable.removeLast(max(0, files[number].durable.count - count))
    files[number].pending = files[number].pending.filter { $0.offset < count }
      .map { ($0.offset, Array($0.bytes.prefix(count - $0.offset))) }
  }

  mutating func synced(_ handle: Int32) {
    switch handles[handle]?.node {
    case .file(let number):
      for write in files[number].pending { Self.apply(write, to: &files[number].durable) }
      files[number].pending = []
    case .folder(let number):
      let made = changes.filter { $0.edits.contains { $0.folder == number } }
      changes.removeAll { $0.edits.contains { $0.folder == number } }
      for change in made { apply(change) }
    case nil: break
    }
  }

  /// A sync that failed: the kernel has forgotten what it could not write, and the next sync will not say so.
  mutating func lost(_ handle: Int32) {
    guard case .file(let number) = handles[handle]?.node else { return }
    files[number].pending = []
  }

  mutating func renamed(_ folder: Int32, _ name: String, _ target: Int32, _ targetName: String) {
    let node = number(folder).flatMap { current[$0][name] }
    change([(folder, name, nil), (target, targetName, node)])
  }

  mutating func removed(_ folder: Int32, _ name: String) { change([(folder, name, nil)]) }

  mutating func madeFolder(_ folder: Int32, _ name: String) {
    current.append([:])
    durable.append([:])
    let node = Node.folder(current.count - 1)
    var status = stat()
    if fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 { byInode[UInt64(status.st_ino)] = node }
    change([(folder, name, node)])
  }

  /// The power goes: each thing that was not synced is there or not, a write perhaps in part.
  mutating func crash(using random: inout some RandomNumberGenerator) {
    for change in changes where Bool.random(using: &random) { apply(change) }
    for number in files.indices {
      for write in files[number].pending where Bool.random(using: &random) {
        let kept =
          Bool.random(using: &random) ? write.bytes.count : Int.random(in: 0...write.bytes.count, using: &random)
        Self.apply((write.offset, Array(write.bytes.prefix(kept))), to: &files[number].durable)
      }
    }
  }

  /// Writes what is durable of the folder that was opened as `root` to `path`.
  func write(_ root: String, to path: String) throws {
    guard let number = roots[root] else { return }
    try write(number, to: path)
  }

  private func write(_ folder: Int, to path: String) throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    for (name, node) in durable[folder] {
      switch node {
      case .file(let number): try Data(files[number].durable).write(to: URL(filePath: "\(path)/\(name)"))
      case .folder(let number): try write(number, to: "\(path)/\(name)")
      }
    }
  }

  private mutating func load(_ path: String) -> Node {
    var names: [String: Node] = [:]
    for name in (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [] {
      let below = "\(path)/\(name)"
      var status = stat()
      guard lstat(below, &status) == 0 else { continue }
      if status.st_mode & S_IFMT == S_IFDIR {
        names[name] = load(below)
      } else {
        files.append(File(durable: Array((try? Data(contentsOf: URL(filePath: below))) ?? Data())))
        names[name] = .file(files.count - 1)
      }
      byInode[UInt64(status.st_ino)] = names[name]
    }
    current.append(names)
    durable.append(names)
    return .folder(current.count - 1)
  }

  private mutating func change(_ edits: [(folder: Int32, name: String, node: Node?)]) {
    var change = Change(edits: [])
    for edit in edits {
      guard let folder = number(edit.folder) else { continue }
      current[folder][edit.name] = edit.node
      change.edits.append((folder, edit.name, edit.node))
    }
    changes.append(change)
  }

  private mutating func apply(_ change: Change) {
    for edit in change.edits { durable[edit.folder][edit.name] = edit.node }
  }

  private func number(_ handle: Int32) -> Int? {
    guard case .folder(let number) = handles[handle]?.node else { return nil }
    return number
  }

  private static func apply(_ write: (offset: Int, bytes: [UInt8]), to bytes: inout [UInt8]) {
    let end = write.offset + write.bytes.count
    if bytes.count < end { bytes += [UInt8](repeating: 0, count: end - bytes.count) }
    bytes.replaceSubrange(write.offset..<end, with: write.bytes)
  }

  private static func status(_ handle: Int32) -> (inode: UInt64, isFolder: Bool) {
    var status = stat()
    fstat(handle, &status)
    return (UInt64(status.st_ino), status.st_mode & S_IFMT == S_IFDIR)
  }

  private static func path(_ handle: Int32) -> String {
    (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(handle)")) ?? ""
  }
}
