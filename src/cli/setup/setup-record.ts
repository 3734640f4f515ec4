// What `shoal setup` did, kept in the state folder (`setup.json`) until it is undone.

import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type Done, failed } from './setup-step.ts'

const NAME = 'setup.json'

export function readDone(stateFolder: string): Done[] {
  try {
    const parsed: unknown = JSON.parse(readFileSync(path.join(stateFolder, NAME), 'utf8'))
    return Array.isArray(parsed) ? parsed.filter(isDone) : []
  } catch {
    // Nothing was done, or nobody knows any more what.
    return []
  }
}

export function writeDone(stateFolder: string, done: readonly Done[]): void {
  const file = path.join(stateFolder, NAME)
  try {
    if (done.length === 0) {
      rmSync(file, { force: true })
      return
    }
    mkdirSync(stateFolder, { recursive: true, mode: 0o700 })
    writeFileSync(`${file}.new`, `${JSON.stringify(done, null, 2)}\n`, { mode: 0o600 })
    renameSync(`${file}.new`, file)
  } catch (error) {
    throw failed(file, error)
  }
}

function isDone(value: unknown): value is Done {
  const { kind, path: at, target, line, before } = (value ?? {}) as Record<string, unknown>
  if (typeof at !== 'string' || !path.isAbsolute(at)) return false
  if (kind === 'command') return typeof target === 'string'
  if (kind === 'shell-line') return typeof line === 'string'
  return kind === 'magnet' && (before === null || typeof before === 'string')
}
