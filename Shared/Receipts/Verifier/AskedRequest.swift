/// The opened request, with what was retrieved for it where it asks for collections.
extension Evidence {
  /// Whether some document of the prompt is closed.
  func lacksDocuments(of execution: ExecutionPredicate) -> Bool {
    openings[.request] == nil || (execution.retrieved != nil && openings[.retrieved] == nil)
  }

  /// The request as it was executed; not whole where what was retrieved for it is closed: then its parameters, which say how
  /// many documents the model was shown, follow from nothing that is here.
  func asked(_ body: [UInt8], of execution: ExecutionPredicate) throws -> (request: ChatRequest, isWhole: Bool) {
    guard execution.retrieved != nil, openings[.retrieved] == nil else {
      return (try ChatRequest(body: body, retrieved: openings[.retrieved]?.data), true)
    }
    let request = try ChatRequest(asked: body)
    guard !request.parameters.collections.isEmpty else {
      throw Refusal("retrieved: is committed to, and the request asks for no collection")
    }
    return (request, false)
  }

  /// All documents of the prompt, in order. Errors: what was retrieved opens another commitment than the execution's.
  func documents(_ body: [UInt8]) throws -> [RequestedDocument] {
    let retrieved = openings[.retrieved]
    if let retrieved {
      guard try retrieved.commitment(for: .retrieved) == execution?.predicate.retrieved else {
        throw Refusal("retrieved: opens to another commitment")
      }
    }
    return try ChatRequest(body: body, retrieved: retrieved?.data).parameters.documents
  }
}
