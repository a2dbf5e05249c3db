import COpenSSL

/// One run of libcrypto's path validation over certificates that were handed in.
struct PathBuilder {
  private let leaf: X509Certificate
  private let intermediates: [X509Certificate]
  private let roots: [X509Certificate]

  init(_ leaf: X509Certificate, _ intermediates: [X509Certificate], _ roots: [X509Certificate]) {
    self.leaf = leaf
    self.intermediates = intermediates
    self.roots = roots
  }

  /// The certificates of the path, leaf first. With `lists`, each must also be unrevoked on its issuer's list.
  func build(lists: [X509RevocationList]?) throws(X509Error) -> [X509Certificate] {
    defer { ERR_clear_error() }
    guard let store = X509_STORE_new(), let context = X509_STORE_CTX_new(), let others = OPENSSL_sk_new_null(),
      let revoked = OPENSSL_sk_new_null()
    else { throw .unreadable("a path", "libcrypto has no memory") }
    defer {
      X509_STORE_CTX_free(context)
      X509_STORE_free(store)
      OPENSSL_sk_free(others)
      OPENSSL_sk_free(revoked)
    }
    for root in roots {
      guard X509_STORE_add_cert(store, root.handle.pointer) == 1 else {
        throw .noPath(at: root.subject, why: "libcrypto refuses the root")
      }
    }
    for other in intermediates { OPENSSL_sk_push(others, UnsafeRawPointer(other.handle.pointer)) }
    guard X509_STORE_CTX_init(context, store, leaf.handle.pointer, others) == 1 else {
      throw .noPath(at: leaf.subject, why: "libcrypto cannot begin")
    }
    // Borrowed by the context, like `others`: all of them live until this function returns.
    for list in lists ?? [] { OPENSSL_sk_push(revoked, UnsafeRawPointer(list.handle.pointer)) }
    X509_STORE_CTX_set0_crls(context, revoked)
    let parameters = X509_STORE_CTX_get0_param(context)
    // Times are compared by the caller against the time that it was given; libcrypto would ask the clock.
    var flags = UInt(X509_V_FLAG_NO_CHECK_TIME)
    if lists != nil { flags |= UInt(X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL) }
    X509_VERIFY_PARAM_set_flags(parameters, flags)
    X509_VERIFY_PARAM_set_depth(parameters, X509Path.depthMax)
    X509_VERIFY_PARAM_set_auth_level(parameters, 2)
    let valid = withExtendedLifetime((leaf, intermediates, roots, lists)) { X509_verify_cert(context) }
    guard valid == 1 else { throw failure(context, revocation: lists != nil) }
    return try path(context)
  }

  private func failure(_ context: OpaquePointer, revocation: Bool) -> X509Error {
    let code = Int(X509_STORE_CTX_get_error(context))
    let why = X509_verify_cert_error_string(code).map { String(cString: $0) } ?? "error \(code)"
    let at = X509_STORE_CTX_get_current_cert(context).map { ASN1Text.name(X509_get_subject_name($0)) } ?? leaf.subject
    return revocation ? .revocation(of: at, why: why) : .noPath(at: at, why: why)
  }

  /// The path that was found, as the values that were handed in.
  private func path(_ context: OpaquePointer) throws(X509Error) -> [X509Certificate] {
    let chain = X509_STORE_CTX_get0_chain(context)
    var found: [X509Certificate] = []
    for at in 0..<OPENSSL_sk_num(chain) {
      guard let raw = OPENSSL_sk_value(chain, at) else { continue }
      let pointer = OpaquePointer(raw)
      let known = [leaf] + intermediates + roots
      guard let certificate = known.first(where: { X509_cmp($0.handle.pointer, pointer) == 0 }) else {
        throw .noPath(at: ASN1Text.name(X509_get_subject_name(pointer)), why: "it was not handed in")
      }
      found.append(certificate)
    }
    guard let last = found.last, roots.contains(last) else {
      throw .noPath(at: leaf.subject, why: "the path does not end at a trusted root")
    }
    return found
  }
}
