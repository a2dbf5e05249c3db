import FuzzKit

FuzzProgram.run([.gguf, .tokenizer, .safetensors, .wordpiece, .template])
