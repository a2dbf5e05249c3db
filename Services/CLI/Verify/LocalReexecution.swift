import Evidence
import Exact
import Foundation
import Receipts

/// Executes an answer again on this machine, so that its verifier believes nobody's verdict.
struct LocalReexecution: Sendable {
  /// Path of the model's GGUF file.
  let model: String
  private let threads = min(max(1, ProcessInfo.processInfo.activeProcessorCount), ThreadPool.maxThreads)

  /// Errors: a file that cannot be read.
  init(model: String) throws {
    guard FileManager.default.isReadableFile(atPath: model) else {
      throw Failure("cannot read \(model)", status: 66)
    }
    self.model = model
  }

  /// `fail` speaks of the executor alone; where this machine, its file or the bundle falls short it is `not_checked`.
  func check(
    _ execution: ExecutionPredicate, _ manifest: ModelManifest, _ openings: [CommittedField: Opening]
  ) -> Check {
    do {
      // What was delivered is the content check's, and scores are attribution's: they play no part in an execution.
      let evidence = openings.filter(\.key.isForReexecution)
      let opened = try OpenedExecution(execution: execution, manifest: manifest, openings: evidence)
      let judgement = try opened.judge(pool: ThreadPool(threads: threads)) {
        try ChatModel.load(path: model, kernel: .automatic, threads: threads)
      }
      return check(judgement)
    } catch EvidenceError.missing(let field) {
      return Check(.reexecution, .notChecked, "the bundle does not open \(field): only its owner's does")
    } catch EvidenceError.profile(let profile) {
      return Check(.reexecution, .notChecked, "\(EvidenceError.profile(profile))")
    } catch let error as EvidenceError {
      return Check(.reexecution, .fail, "\(error)")
    } catch {
      return Check(.reexecution, .notChecked, "\(model): \(error)")
    }
  }

  private func check(_ judgement: Judgement) -> Check {
    switch judgement {
    case .agrees(let positions):
      Check(.reexecution, .pass, "\(positions) tokens executed again here, activation chain equal")
    case .differs(let finding, _): Check(.reexecution, .fail, "executed again here: \(finding)")
    case .undecided(.otherModel(let part, let found, let expected)):
      Check(
        .reexecution, .notChecked, "\(model) is another model: its \(part) is \(found), the manifest's is \(expected)")
    case .undecided(let error): Check(.reexecution, .notChecked, "\(model): \(error)")
    }
  }
}
