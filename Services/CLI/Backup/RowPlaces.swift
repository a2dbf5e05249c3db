import Foundation
import Stores

/// Where the services of this environment keep their rows, when that is not a file in the data folder.
enum RowPlaces {
  /// As the services read it: `COLOPHON_<SERVICE>_DATABASE`, `COLOPHON_<SERVICE>_DATABASE_PASSWORD_FILE`.
  static func fromEnvironment() throws -> [String: DatabaseLocation] {
    let environment = ProcessInfo.processInfo.environment
    var places: [String: DatabaseLocation] = [:]
    for service in Migrate.services {
      let name = "COLOPHON_\(service.uppercased())_DATABASE"
      guard let database = environment[name], database != "sqlite" else { continue }
      places[service] = try DatabaseLocation(
        database: database, passwordFile: environment["\(name)_PASSWORD_FILE"], connectionsMax: 1, path: "")
    }
    return places
  }
}
