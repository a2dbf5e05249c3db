import CKernels

/// Takes the tensors of a file one by one, each checked for its shape, and knows at the end whether any was left over.
struct TensorReader {
  let file: GGUFFile
  let pool: ThreadPool
  let progress: (@Sendable (Double) -> Void)?
  private var used: Set<String> = []
  private var weights: WeightMemory

  /// Errors: `outOfMemory`.
  init(file: GGUFFile, pool: ThreadPool, progress: (@Sendable (Double) -> Void)?) throws(ModelError) {
    weights = try WeightMemory(for: file)
    self.file = file
    self.pool = pool
    self.progress = progress
  }

  mutating func matrix(_ name: String, columns: Int, rows: Int) throws(ModelError) -> PackedMatrix {
    let tensor = try take(name, [columns, rows])
    return try PackedMatrix(tensor, of: file, pool: pool, into: &weights)
  }

  /// An F32 vector.
  mutating func vector(_ name: String, count: Int) throws(ModelError) -> AlignedMemory<Float> {
    let tensor = try take(name, [count])
    guard tensor.type == .f32 else {
      throw .unsupportedTensorType(tensor: name, type: tensor.type, supported: [.f32])
    }
    let memory = try AlignedMemory<Float>(count, "tensor \(name)")
    file.withBytes(of: tensor) {
      UnsafeMutableRawBufferPointer(start: memory.base, count: $0.count).copyMemory(from: $0)
    }
    guard exact_all_finite(memory.base, count) != 0 else { throw .nonFiniteWeight(tensor: name) }
    return memory
  }

  /// Refuses a file with tensors that nothing has taken: they would change what the model computes.
  func finish() throws(ModelError) {
    if let left = file.tensors.first(where: { !used.contains($0.name) }) { throw .unexpectedTensor(left.name) }
  }

  private mutating func take(_ name: String, _ dimensions: [Int]) throws(ModelError) -> GGUFTensorInfo {
    guard let tensor = file.tensor(named: name) else { throw .missingTensor(name) }
    guard tensor.dimensions == dimensions else {
      throw .wrongShape(tensor: name, found: tensor.dimensions, expected: dimensions)
    }
    used.insert(name)
    progress?(Double(used.count) / Double(file.tensors.count))
    return tensor
  }
}
