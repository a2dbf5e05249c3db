import CKernels

/// Takes the tensors of an encoder one by one, each checked for its shape, and knows at the end whether any was left over.
struct EncoderReader {
  let file: SafetensorsFile
  let pool: ThreadPool
  private var used: Set<String> = []

  init(file: SafetensorsFile, pool: ThreadPool) {
    self.file = file
    self.pool = pool
  }

  /// A tensor of floats, widened to binary32. Errors: those of the file, `outOfMemory`, `nonFiniteWeight`.
  mutating func values(_ name: String, _ shape: [Int]) throws(EmbeddingError) -> AlignedMemory<Float> {
    let tensor = try take(name, shape)
    let memory: AlignedMemory<Float>
    do { memory = try AlignedMemory(tensor.count, "tensor \(name)") } catch { throw .engine(error) }
    do { try file.read(tensor, into: memory.base) } catch { throw .safetensors(error) }
    guard exact_all_finite(memory.base, tensor.count) != 0 else { throw .nonFiniteWeight(tensor: name) }
    return memory
  }

  /// What some files carry beside the encoder: the pooler, which mean pooling does not use, and the position ids, which
  /// must be 0, 1, 2 and so on, as anything else would mean another computation.
  mutating func skipUnused(positions: Int) throws(EmbeddingError) {
    for name in ["pooler.dense.weight", "pooler.dense.bias"] { used.insert(name) }
    let name = "embeddings.position_ids"
    guard file.tensors.contains(where: { $0.name == name }) else { return }
    let tensor = try take(name, [1, positions])
    let counts = file.withBytes(of: tensor) { bytes in
      tensor.type == .i64
        && (0..<positions).allSatisfy { bytes.loadUnaligned(fromByteOffset: 8 * $0, as: Int64.self).littleEndian == $0 }
    }
    guard counts else {
      throw .unsupported(
        file: "model.safetensors", member: name, found: "something else", supported: "0, 1, 2, ... as I64")
    }
  }

  /// Refuses a file with tensors that nothing has taken: they would change what the model computes.
  func finish() throws(EmbeddingError) {
    if let left = file.tensors.first(where: { !used.contains($0.name) }) { throw .unexpectedTensor(left.name) }
  }

  private mutating func take(_ name: String, _ shape: [Int]) throws(EmbeddingError) -> SafetensorsTensor {
    used.insert(name)
    do { return try file.tensor(named: name, shape: shape) } catch { throw .safetensors(error) }
  }
}
