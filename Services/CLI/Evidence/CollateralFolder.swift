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
    guard names.count <= Collateral.fileCountMax else {
      throw Failure("\(folder) has \(names.count) files, the limit is \(Collateral.fileCountMax)", status: 65)
    }
    var handed = Collateral()
    for name in names {
      let path = "\(folder)/\(name)"
      do { try handed.add(try Files.bytes(path)) } catch let error as AppraisalError {
        throw Failure("\(path): \(error)", status: 65)
      }
    }
    return handed
  }
}
