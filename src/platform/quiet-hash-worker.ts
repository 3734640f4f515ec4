// The hash worker for work that nobody waits for: on Linux its thread steps back behind every other.
// Only there a priority belongs to one thread; elsewhere it would be the whole program that steps back.

import { constants, setPriority } from 'node:os'

if (process.platform === 'linux') {
  try {
    // 0 is the calling thread (setpriority(2)).
    setPriority(0, constants.priority.PRIORITY_LOW)
  } catch {
    // A container may forbid it: then the work is only not hurried.
  }
}
await import('./hash-worker.ts')
