import FuzzKit

FuzzProgram.run([.bundle, .evidence, .collateral])
