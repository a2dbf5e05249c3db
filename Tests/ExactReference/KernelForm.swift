import CKernels
import Exact

/// A kernel table with its name, for every form that this processor runs.
struct KernelForm: CustomStringConvertible, Sendable {
  let description: String
  let kernels: exact_kernels

  static let scalar = KernelForm(description: "scalar", kernels: exact_kernels_scalar().pointee)

  static var all: [KernelForm] {
    var forms = [scalar]
    if let table = exact_kernels_avx2() { forms.append(.init(description: "avx2", kernels: table.pointee)) }
    if let table = exact_kernels_avx512() { forms.append(.init(description: "avx512", kernels: table.pointee)) }
    if let table = exact_kernels_neon() { forms.append(.init(description: "neon", kernels: table.pointee)) }
    if let table = exact_kernels_amx() { forms.append(.init(description: "amx", kernels: table.pointee)) }
    return forms
  }
}
