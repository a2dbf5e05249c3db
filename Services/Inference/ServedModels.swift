internal import Cryptography
internal import Evidence
internal import Exact
internal import Receipts

/// A model that this service runs, with the manifest that it claims to run.
struct LoadedModel: Sendable {
  let manifest: ModelManifest
  let manifestDigest: Digest32
  let statement: SignedStatement
  let model: ChatModel
}

/// Reads the models folder at start. A model that is not what its manifest says is refused by name, and the others are
/// served.
struct ServedModels: Sendable {
  struct Refusal: Error, Sendable, CustomStringConvertible {
    let why: String
    var description: String { why }
  }

  private(set) var models: [LoadedModel] = []
  /// Folder name and reason.
  private(set) var refused: [(name: String, why: String)] = []

  init(settings: InferenceSettings) throws(GenerationError) {
    for folder in try ModelFolder.all(in: settings.models) {
      do {
        let loaded = try Self.load(folder, settings)
        guard model(loaded.manifest.id) == nil else {
          throw Refusal(why: "another folder has the id \(loaded.manifest.id)")
        }
        models.append(loaded)
      } catch {
        refused.append((folder.name, "\(error)"))
      }
    }
  }

  func model(_ id: String) -> LoadedModel? { models.first { $0.manifest.id.utf8.elementsEqual(id.utf8) } }

  private static func load(_ folder: ModelFolder, _ settings: InferenceSettings) throws -> LoadedModel {
    let statement = try SignedStatement(try folder.manifest())
    guard statement.statement.kind == .model else {
      throw Refusal(why: "manifest.cose is a statement of kind \(statement.statement.kind), it must be of kind model")
    }
    let manifest = try ModelManifest(statement.statement.predicate)
    let digest = try manifest.digest()
    guard statement.statement.subjectDigest == digest else {
      throw Refusal(why: "manifest.cose is about another digest than its own manifest's")
    }
    guard manifest.profile == ExecutionPredicate.profileExact else {
      throw Refusal(why: "its profile is \(manifest.profile), this engine runs \(ExecutionPredicate.profileExact)")
    }
    let model = try ChatModel.load(
      path: folder.weightsPath(), kernel: settings.kernel, threads: settings.threads)
    try model.identity.require(ModelIdentity(manifest))
    // The longest answer must be able to end, whatever the others hold.
    let context = min(manifest.contextLength, settings.contextTokensMax ?? .max)
    guard context <= settings.serving.cacheTokensMax else {
      throw Refusal(
        why: "its context of \(context) tokens does not fit in cache-tokens-max, \(settings.serving.cacheTokensMax): "
          + "raise that, or set context-tokens-max")
    }
    return LoadedModel(manifest: manifest, manifestDigest: digest, statement: statement, model: model)
  }
}
