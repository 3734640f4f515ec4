// What is added to a log file, as it is added: through rotation, and from before the file is there.

import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs'
import type { LogEntry } from '../api/schemas/status.ts'
import { entriesIn } from '../daemon/life/log-file.ts'

const STEP_BYTES = 65_536

export class LogTail {
  readonly #path: string
  #inode: number | undefined
  #at = 0
  #rest = ''

  /** From its end on. */
  constructor(path: string) {
    this.#path = path
    const stat = statSync(path, { throwIfNoEntry: false })
    this.#inode = stat?.ino
    this.#at = stat?.size ?? 0
  }

  /** Whole lines since the last look. */
  look(): LogEntry[] {
    let file: number
    try {
      file = openSync(this.#path, 'r')
    } catch {
      // Not there yet.
      return []
    }
    try {
      const { ino, size } = fstatSync(file)
      if (ino !== this.#inode || size < this.#at) {
        this.#inode = ino
        this.#at = 0
        this.#rest = ''
      }
      const lines = (this.#rest + this.#read(file, size)).split('\n')
      this.#rest = lines.pop() ?? ''
      return entriesIn(lines.join('\n'))
    } finally {
      closeSync(file)
    }
  }

  #read(file: number, size: number): string {
    const decoder = new TextDecoder()
    let text = ''
    while (this.#at < size) {
      const part = new Uint8Array(Math.min(STEP_BYTES, size - this.#at))
      const read = readSync(file, part, 0, part.length, this.#at)
      if (read === 0) break
      this.#at += read
      text += decoder.decode(part.subarray(0, read), { stream: true })
    }
    return text
  }
}
