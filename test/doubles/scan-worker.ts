// A worker of the scan that does to a file what its name says: `hang` never answers, `die` ends the thread, `heap` takes all memory.

import { parentPort } from 'node:worker_threads'
import type { ScanRequest } from '../../src/safety/sensitive/scan-worker.ts'

parentPort?.on('message', ({ job, input, nameOnly }: ScanRequest) => {
  const name = input.components[input.components.length - 1]
  if (nameOnly === undefined && name === 'hang') for (;;);
  if (nameOnly === undefined && name === 'die') process.exit(3)
  if (nameOnly === undefined && name === 'heap') {
    const held: number[][] = []
    for (;;) held.push(Array.from({ length: 100_000 }, (_, i) => i + held.length))
  }
  const data = { what: name ?? '', reason: nameOnly ?? 'none' }
  parentPort?.postMessage({ job, findings: [{ class: 'unreadable', sure: true, data }] })
})
