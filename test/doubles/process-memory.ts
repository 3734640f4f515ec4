// What lies in the memory of a running process, searched for some bytes: every private or shared region that can be read.

import { closeSync, openSync, readFileSync, readSync } from 'node:fs'

const STEP_BYTES = 8 * 1_048_576

interface Region {
  readonly start: number
  readonly end: number
}

/** Which of the words are there, as UTF-8 or UTF-16 (how JavaScript keeps text with more than Latin letters). @throws where it may not be read */
export function foundInMemory(pid: number, words: readonly string[]): string[] {
  const looked = words.map((word) => ({
    word,
    forms: [Buffer.from(word, 'utf8'), Buffer.from(word, 'utf16le')],
  }))
  const overlap = Math.max(...looked.flatMap(({ forms }) => forms.map(({ length }) => length)))
  const found = new Set<string>()
  const memory = openSync(`/proc/${pid}/mem`, 'r')
  try {
    const buffer = Buffer.alloc(STEP_BYTES + overlap)
    for (const { start, end } of regionsOf(pid)) {
      for (let at = start; at < end; at += STEP_BYTES) {
        const wanted = Math.min(buffer.length, end - at)
        const bytes = buffer.subarray(0, read(memory, buffer, wanted, at))
        for (const { word, forms } of looked) if (forms.some((form) => bytes.includes(form))) found.add(word)
      }
    }
  } finally {
    closeSync(memory)
  }
  return [...found]
}

function read(memory: number, buffer: Buffer, lengthBytes: number, at: number): number {
  try {
    return readSync(memory, buffer, 0, lengthBytes, at)
  } catch (error) {
    // A region that was given back meanwhile, or is a device's.
    if (['EIO', 'EFAULT', 'ENOMEM'].includes((error as NodeJS.ErrnoException).code ?? '')) return 0
    throw error
  }
}

function regionsOf(pid: number): Region[] {
  return readFileSync(`/proc/${pid}/maps`, 'utf8')
    .split('\n')
    .flatMap((line) => {
      const [, start, end, rights, path] =
        /^([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \S+\s*(.*)$/.exec(line) ?? []
      if (start === undefined || end === undefined || !rights?.startsWith('rw') || path === '[vvar]')
        return []
      return [{ start: Number.parseInt(start, 16), end: Number.parseInt(end, 16) }]
    })
}
