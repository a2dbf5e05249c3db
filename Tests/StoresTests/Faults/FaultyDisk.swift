import Foundation
import Synchronization

@testable import Stores

/// A disk that does as it is told until a numbered call, and then fails in a chosen way. Stores get ``calls``.
///
/// ```swift
/// let disk = FaultyDisk()
/// let blobs = try FileBackend(folder: folder, calls: disk.calls)
/// disk.arm(.dies, at: 7)          // the seventh call from now, and all after it, do nothing
/// ...                             // work; note what was acknowledged
/// try disk.powerCut(of: folder, to: image, using: &random)
/// ```
final class FaultyDisk: Sendable {
  enum Fault: Hashable {
    /// Nothing reaches the disk from here on: as when the process is killed or the power goes.
    case dies
    /// Fails with this `errno` from here on, until ``heal()``.
    case fails(Int32)
    case failsOnce(Int32)
    /// The next write writes half of what it was given.
    case writesShort
  }

  private struct State {
    var taken = 0
    var armed: (fault: Fault, at: Int)?
    var isDead = false
    var isFailing: Int32?
    var hit: String?
    var shadow = DiskShadow()
  }

  private let state = Mutex(State())

  /// Counts from 1, the next call.
  func arm(_ fault: Fault, at step: Int) { state.withLock { $0.armed = (fault, $0.taken + step) } }
  func die() { state.withLock { $0.isDead = true } }
  func heal() { state.withLock { $0.isFailing = nil } }
  var isDead: Bool { state.withLock { $0.isDead } }
  /// How many calls there were.
  var taken: Int { state.withLock { $0.taken } }
  /// The call at which the fault struck; nil when it did not.
  var hit: String? { state.withLock { $0.hit } }

  /// Writes to `image` what the disk may hold of `folder` if the power goes now.
  func powerCut(of folder: String, to image: String, using random: inout some RandomNumberGenerator) throws {
    var shadow = state.withLock { $0.shadow }
    shadow.crash(using: &random)
    try shadow.write(folder, to: image)
  }

  /// Steps the count and says what this call is to do: go on, fail with a number, or (nil) write short.
  private static func step(_ state: inout State, _ call: String) -> Int32? {
    state.taken += 1
    if let armed = state.armed, state.taken >= armed.at, armed.fault != .writesShort || call == "write" {
      state.armed = nil
      state.hit = "\(call), call \(armed.at)"
      switch armed.fault {
      case .dies: state.isDead = true
      case .fails(let code): state.isFailing = code
      case .failsOnce(let code): return code
      case .writesShort: return nil
      }
    }
    return state.isDead ? EIO : state.isFailing ?? 0
  }

  private func take(_ call: String, _ body: (inout DiskShadow) -> Int32, failing: (inout DiskShadow) -> Void = { _ in })
    -> Int32
  {
    state.withLock { state in
      guard let code = Self.step(&state, call), code != 0 else { return body(&state.shadow) }
      failing(&state.shadow)
      errno = code
      return -1
    }
  }

  private func write(
    _ from: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer, inout DiskShadow) -> Int
  ) -> Int {
    state.withLock { state in
      let verdict = Self.step(&state, "write")
      if let code = verdict, code != 0 {
        errno = code
        return -1
      }
      let bytes = verdict == nil ? UnsafeRawBufferPointer(rebasing: from.prefix(max(1, from.count / 2))) : from
      return body(bytes, &state.shadow)
    }
  }

  var calls: FileCalls {
    var calls = FileCalls.system
    let real = FileCalls.system
    calls.open = { [self] folder, name, flags, mode in
      take("open") { shadow in
        let handle = real.open(folder, name, flags, mode)
        if handle >= 0 { shadow.opened(handle, in: folder, name, made: flags & O_CREAT != 0) }
        return handle
      }
    }
    calls.close = { [self] handle in
      state.withLock { $0.shadow.closed(handle) }
      real.close(handle)
    }
    calls.read = { [self] file, into in
      guard take("read", { _ in 0 }) == 0 else { return -1 }
      return real.read(file, into)
    }
    calls.write = { [self] file, from in
      write(from) { bytes, shadow in
        let count = real.write(file, bytes)
        if count > 0 { shadow.wrote(file, Array(bytes.prefix(count))) }
        return count
      }
    }
    calls.readAt = { [self] file, into, offset in
      guard take("read", { _ in 0 }) == 0 else { return -1 }
      return real.readAt(file, into, offset)
    }
    calls.writeAt = { [self] file, from, offset in
      write(from) { bytes, shadow in
        let count = real.writeAt(file, bytes, offset)
        if count > 0 { shadow.wrote(file, Array(bytes.prefix(count)), at: Int(offset)) }
        return count
      }
    }
    calls.truncate = { [self] file, bytes in
      take("truncate") { shadow in
        let result = real.truncate(file, bytes)
        if result == 0 { shadow.truncated(file, to: Int(bytes)) }
        return result
      }
    }
    calls.touch = { [self] file in take("touch") { _ in real.touch(file) } }
    calls.sync = { [self] file in
      take(
        "sync",
        { shadow in
          let result = real.sync(file)
          if result == 0 { shadow.synced(file) }
          return result
        }, failing: { $0.lost(file) })
    }
    calls.rename = { [self] folder, name, target, targetName in
      take("rename") { shadow in
        let result = real.rename(folder, name, target, targetName)
        if result == 0 { shadow.renamed(folder, name, target, targetName) }
        return result
      }
    }
    calls.unlink = { [self] folder, name, flags in
      take("unlink") { shadow in
        let result = real.unlink(folder, name, flags)
        if result == 0 { shadow.removed(folder, name) }
        return result
      }
    }
    calls.makeFolder = { [self] folder, name, mode in
      take("make folder") { shadow in
        let result = real.makeFolder(folder, name, mode)
        let code = errno
        if result == 0 { shadow.madeFolder(folder, name) }
        errno = code
        return result
      }
    }
    return calls
  }
}
