import CKernels

/// Where the packed matrices of a model lie, one behind the other in one piece of memory: so that it can have large
/// pages, without which each token would pay for a walk through the page table for every 4 KiB of weights.
///
/// Not `Sendable`: it is filled while one thread loads.
struct WeightMemory {
  let memory: AlignedMemory<UInt8>
  private var used = 0

  /// Room for every matrix of a file that kernels exist for.
  init(for file: GGUFFile) throws(ModelError) {
    var bytes = 0
    for tensor in file.tensors where tensor.dimensions.count == 2 { bytes += Self.room(tensor) }
    memory = try AlignedMemory(bytes, "the weights")
  }

  /// The place of a tensor that has not had one: each tensor of a file is taken once.
  mutating func take(_ tensor: GGUFTensorInfo) -> UnsafeMutablePointer<UInt8> {
    let place = memory.base + used
    used += Self.room(tensor)
    precondition(used <= memory.count, "a tensor was taken twice")
    return place
  }

  /// Bytes of a packed tensor in whole cache lines; 0 for a type without kernels, which is refused elsewhere.
  private static func room(_ tensor: GGUFTensorInfo) -> Int {
    let bytes = exact_packed_bytes(Int32(tensor.type.rawValue), tensor.dimensions[1], tensor.dimensions[0])
    return (bytes + 63) / 64 * 64
  }
}
