import Glibc

/// A thread of our own that runs one body. Its owner waits for its end when it goes, having told the body to end.
final class OwnedThread: Sendable {
  private let thread: pthread_t

  /// - Throws: `threadNotStarted`.
  init(_ body: sending @escaping () -> Void) throws(ModelError) {
    final class Start {
      let body: () -> Void
      init(_ body: @escaping () -> Void) { self.body = body }
    }
    var thread = pthread_t()
    let argument = Unmanaged.passRetained(Start(body))
    let code = pthread_create(
      &thread, nil,
      { argument in
        if let argument { Unmanaged<Start>.fromOpaque(argument).takeRetainedValue().body() }
        return nil
      }, argument.toOpaque())
    guard code == 0 else {
      argument.release()
      throw .threadNotStarted(errno: code)
    }
    self.thread = thread
  }

  /// The last reference may be dropped by the body itself: a thread cannot wait for its own end.
  deinit {
    if pthread_equal(thread, pthread_self()) != 0 { pthread_detach(thread) } else { pthread_join(thread, nil) }
  }
}
