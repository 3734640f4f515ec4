// Loaded before a program (`--import`): counts what it makes durable, into the file that its own address names
// (`…/count-syncs.ts?into=/path`). Written at once, so that the count is there whatever becomes of the program.

import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** Arguments for node: its program counts. */
export function countingSyncs(into: string): string[] {
  const address = pathToFileURL(import.meta.filename)
  address.searchParams.set('into', into)
  return ['--import', address.href]
}

/** How often it called fsync until now, of files and folders. */
export function syncsIn(into: string): number {
  return fs.existsSync(into) ? fs.statSync(into).size : 0
}

const own = new URL(import.meta.url)
const into = own.searchParams.get('into')
if (into !== null && fileURLToPath(own).endsWith('count-syncs.ts')) {
  const at = fs.openSync(into, 'a')
  const { fsync } = fs
  const counted = (...call: Parameters<typeof fsync>): void => {
    fs.writeSync(at, '.')
    fsync(...call)
  }
  fs.fsync = Object.assign(counted, { __promisify__: fsync.__promisify__ })
  syncBuiltinESMExports()
}
