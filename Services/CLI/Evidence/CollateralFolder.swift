import Evidence
import Foundation

/// A folder of what appraisals need besides evidence.
enum CollateralFolder {
  /// Every file of the folder, in the order of names; one that is no collateral is named, not passed over.
  static func read(_ folder: String) throws -> Collateral {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { !$0.hasPrefix(".") }.sorted()
    } catch {
      throw Failure("cannot read the folder \(folder)", status: 66)
    }
    // One more than there may be shows that there are too many.
    let files = try names.prefix(Collateral.fileCountMax + 1).map { ($0, try Files.bytes("\(folder)/\($0)")) }
    do { return try Collateral(files: files) } catch { throw Failure("\(folder): \(error)", status: 65) }
  }
}
