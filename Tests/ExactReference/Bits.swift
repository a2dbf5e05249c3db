/// The bits of floats, for comparisons in which -0 and +0 differ and NaN equals itself.
func bits(_ values: [Float]) -> [UInt32] { values.map(\.bitPattern) }

func bits(_ values: ArraySlice<Float>) -> [UInt32] { values.map(\.bitPattern) }

func bits(_ values: UnsafeBufferPointer<Float>) -> [UInt32] { values.map(\.bitPattern) }

/// Whether `bits` of both are equal.
func sameBits(_ a: [Float], _ b: [Float]) -> Bool {
  a.count == b.count && a.indices.allSatisfy { a[$0].bitPattern == b[$0].bitPattern }
}

/// The place of the largest, of equal ones the first; nil of none.
func argmax(_ values: UnsafeBufferPointer<Float>) -> Int? { values.indices.max { values[$0] < values[$1] } }

/// The fixed tree of FORMAT section 6 over 16 lanes.
func laneTree(_ lanes: [Float]) -> Float {
  var sum = lanes
  for step in [8, 4, 2, 1] { for i in 0..<step { sum[i] += sum[i + step] } }
  return sum[0]
}
