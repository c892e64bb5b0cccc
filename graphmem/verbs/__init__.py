"""What a memory does, a file for each group of verbs; ``graphmem.memory.Memory`` has them all."""
