internal import Glibc

/// What the stores ask of the file system: one closure for each call of the operating system, with its results and
/// `errno` as that call has them. ``system`` is the real thing, and what runs in production; a test hands in another
/// one that stops, fails or forgets at a place of its choice.
///
/// A closure costs some nanoseconds, a call to the kernel at least a hundred times that.
public struct FileCalls: Sendable {
  /// `openat`.
  public var open: @Sendable (_ folder: Int32, _ name: String, _ flags: Int32, _ mode: UInt32) -> Int32
  /// `read`.
  public var read: @Sendable (_ file: Int32, _ into: UnsafeMutableRawBufferPointer) -> Int
  /// `write`: may write less than it was given.
  public var write: @Sendable (_ file: Int32, _ from: UnsafeRawBufferPointer) -> Int
  /// `pread`.
  public var readAt: @Sendable (_ file: Int32, _ into: UnsafeMutableRawBufferPointer, _ offset: Int64) -> Int
  /// `pwrite`: may write less than it was given.
  public var writeAt: @Sendable (_ file: Int32, _ from: UnsafeRawBufferPointer, _ offset: Int64) -> Int
  /// `ftruncate`.
  public var truncate: @Sendable (_ file: Int32, _ bytes: Int64) -> Int32
  /// `futimens` with the time of now.
  public var touch: @Sendable (_ file: Int32) -> Int32
  /// `fsync`, of a file or of a folder's names.
  public var sync: @Sendable (_ file: Int32) -> Int32
  /// `renameat`.
  public var rename: @Sendable (_ folder: Int32, _ name: String, _ target: Int32, _ targetName: String) -> Int32
  /// `unlinkat`.
  public var unlink: @Sendable (_ folder: Int32, _ name: String, _ flags: Int32) -> Int32
  /// `mkdirat`.
  public var makeFolder: @Sendable (_ folder: Int32, _ name: String, _ mode: UInt32) -> Int32
  /// `close`.
  public var close: @Sendable (_ file: Int32) -> Void

  /// The calls of the operating system.
  public static let system = FileCalls(
    open: { openat($0, $1, $2, $3) },
    read: { Glibc.read($0, $1.baseAddress, $1.count) },
    write: { Glibc.write($0, $1.baseAddress, $1.count) },
    readAt: { pread($0, $1.baseAddress, $1.count, off_t($2)) },
    writeAt: { pwrite($0, $1.baseAddress, $1.count, off_t($2)) },
    truncate: { ftruncate($0, off_t($1)) },
    touch: { futimens($0, nil) },
    sync: { fsync($0) },
    rename: { renameat($0, $1, $2, $3) },
    unlink: { unlinkat($0, $1, $2) },
    makeFolder: { mkdirat($0, $1, $2) },
    close: { _ = Glibc.close($0) })
}
