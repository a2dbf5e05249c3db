extension ModelResources {
  /// What is missing, changed or not listed in what was `found`, in words; nil when the files are the same. Names and ignored
  /// paths of the two do not matter.
  public func difference(from found: ModelResources) -> String? {
    let listed = Dictionary(uniqueKeysWithValues: resources.map { (Array($0.name.utf8), $0.digest) })
    let there = Dictionary(uniqueKeysWithValues: found.resources.map { (Array($0.name.utf8), $0.digest) })
    var differences: [String] = []
    for resource in found.resources where listed[Array(resource.name.utf8)] == nil {
      differences.append("\(resource.name) is not in the signature")
    }
    for resource in resources {
      guard let digest = there[Array(resource.name.utf8)] else {
        differences.append("\(resource.name) is missing")
        continue
      }
      if digest != resource.digest { differences.append("\(resource.name) has another digest than was signed") }
    }
    guard !differences.isEmpty else { return nil }
    let more = differences.count > 8 ? ", and \(differences.count - 8) more" : ""
    return differences.prefix(8).joined(separator: ", ") + more
  }
}
