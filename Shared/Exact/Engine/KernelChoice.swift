import CKernels

/// Which forms of the kernels to run. All give the same bits; they differ in speed alone.
public enum KernelChoice: String, CaseIterable, Sendable {
  /// The widest form that this processor has.
  case automatic
  case scalar
  case avx2
  case avx512
  case amx
  case neon

  /// The forms that this processor can run, narrowest first; never `automatic`.
  public static var available: [KernelChoice] {
    [.scalar, .avx2, .avx512, .amx, .neon].filter { $0.table != nil }
  }

  /// All names, for the help of commands.
  public static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }

  /// The concrete form: what `automatic` stands for here. Throws when the processor lacks the form.
  public func resolved() throws(ModelError) -> KernelChoice {
    let choice = self == .automatic ? Self.available.last ?? .scalar : self
    guard choice.table != nil else { throw .kernelUnavailable(choice, available: Self.available) }
    return choice
  }

  /// The functions of a concrete form, nil where the processor lacks it.
  var table: UnsafePointer<exact_kernels>? {
    switch self {
    case .automatic: nil
    case .scalar: exact_kernels_scalar()
    case .avx2: exact_kernels_avx2()
    case .avx512: exact_kernels_avx512()
    case .neon: exact_kernels_neon()
    case .amx: exact_kernels_amx()
    }
  }
}
