import CKernels

/// A model, ready to run: weights repacked for the kernels, tables made, nothing left to check.
///
/// Immutable after `load`, so any number of sessions on any threads may share it. All weights are copies: after
/// `load` the file is read again only by those who ask `file` for it (its metadata holds the tokenizer; its digest
/// names the model).
public final class Model: Sendable {
  public let shape: ModelShape
  /// The form of the kernels, never `automatic`.
  public let kernel: KernelChoice
  public let file: GGUFFile

  let kernels: exact_kernels
  let embedding: PackedMatrix
  let layers: [ModelLayer]
  let outputNorm: AlignedMemory<Float>
  /// The embedding itself when the model ties them.
  let output: PackedMatrix

  /// Opens, checks and repacks a GGUF file.
  /// - Parameters:
  ///   - threads: used for repacking only.
  ///   - progress: called with the finished fraction, 0 to 1, on the calling thread.
  /// - Throws: everything in `ModelError` up to `nonFiniteWeight`; `gguf(.changedWhileOpen)` when the file was
  ///   written to.
  public static func load(
    path: String, kernel: KernelChoice = .automatic, threads: Int, progress: (@Sendable (Double) -> Void)? = nil
  ) throws(ModelError) -> Model {
    let file: GGUFFile
    do { file = try GGUFFile.open(path: path) } catch { throw .gguf(error) }
    return try Model(file, kernel: kernel.resolved(), pool: ThreadPool(threads: threads), progress: progress)
  }

  private init(
    _ file: GGUFFile, kernel: KernelChoice, pool: ThreadPool, progress: (@Sendable (Double) -> Void)?
  ) throws(ModelError) {
    guard let table = kernel.table else {
      throw .kernelUnavailable(kernel, available: KernelChoice.available)
    }
    let environment = exact_float_environment_enter()
    defer { exact_float_environment_leave(environment) }
    self.file = file
    self.kernel = kernel
    kernels = table.pointee

    guard let embeddings = file.tensor(named: "token_embd.weight") else { throw .missingTensor("token_embd.weight") }
    guard embeddings.dimensions.count == 2 else {
      throw .wrongShape(tensor: embeddings.name, found: embeddings.dimensions, expected: [0, 0])
    }
    let shape = try ModelShape(file.metadata, vocabulary: embeddings.dimensions[1])
    self.shape = shape
    var reader = try TensorReader(file: file, pool: pool, progress: progress)
    embedding = try reader.matrix("token_embd.weight", columns: shape.width, rows: shape.vocabulary)
    var layers: [ModelLayer] = []
    let global = try RopeTable(
      positions: shape.contextLength, headWidth: shape.headWidth, base: shape.ropeBase, scaling: shape.ropeScaling,
      style: shape.architecture.ropeStyle)
    let local =
      shape.slidingWindow == 0
      ? global
      : try RopeTable(
        positions: shape.contextLength, headWidth: shape.headWidth, base: ModelShape.localRopeBase,
        style: shape.architecture.ropeStyle)
    for index in 0..<shape.layers {
      let rope = shape.isLocal(layer: index) ? local : global
      layers.append(try ModelLayer(index, shape, rope: rope, &reader))
    }
    self.layers = layers
    outputNorm = try reader.vector("output_norm.weight", count: shape.width)
    output =
      file.tensor(named: "output.weight") == nil
      ? embedding : try reader.matrix("output.weight", columns: shape.width, rows: shape.vocabulary)
    try reader.finish()
    do { try file.requireUnchanged() } catch { throw .gguf(error) }
  }
}
