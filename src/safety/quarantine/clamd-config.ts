// The limits of a clamd, from its configuration where that can be read and is the one it runs with; else the lowest that any
// ClamAV of the last years, or a distribution, came with. Promise: never more than what clamd does.

import { readdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import type { ScanLimits } from './scan-limits.ts'

export interface ClamdConfig {
  readonly limits: Pick<ScanLimits, 'streamBytes' | 'fileBytes' | 'scanBytes'>
  /** When its signatures last changed on disk; undefined when they cannot be seen. */
  readonly databaseAtMs: number | undefined
  /** Undefined where no configuration was found that names this socket. */
  readonly path: string | undefined
}

const MIB = 1_048_576
/** Debian's, and ClamAV's own before 1.0. */
const LOWEST = { streamBytes: 25 * MIB, fileBytes: 25 * MIB, scanBytes: 100 * MIB }
/** What a configuration leaves out, since ClamAV 1.0; before, the lowest. */
const DEFAULTS = { streamBytes: 100 * MIB, fileBytes: 100 * MIB, scanBytes: 400 * MIB }
/** "0: no limit" ends here all the same. */
const NO_LIMIT_BYTES = 2 * 1_024 * MIB - 2

const PLACES = [
  '/etc/clamav/clamd.conf',
  '/etc/clamd.d/scan.conf',
  '/etc/clamd.conf',
  '/usr/local/etc/clamav/clamd.conf',
  '/usr/local/etc/clamd.conf',
  '/opt/homebrew/etc/clamav/clamd.conf',
]
/** A configuration is a few kilobytes. */
const LONGEST_BYTES = 1_048_576

/** @param version of ClamAV, such as `1.4.6` */
export async function readClamdConfig(socket: string, version: string): Promise<ClamdConfig> {
  const began = await modifiedMs(socket)
  for (const place of [path.join(path.dirname(socket), 'clamd.conf'), ...PLACES]) {
    const settings = await readSettings(place)
    if (settings === undefined || !(await isSame(settings.get('localsocket'), socket))) continue
    const databaseAtMs = await newestIn(settings.get('databasedirectory') ?? '/var/lib/clamav')
    // Changed since the socket was made: it may run with the one before.
    const since = (await modifiedMs(place)) ?? Number.POSITIVE_INFINITY
    const own = since > (began ?? 0) ? LOWEST : limitsIn(settings, version)
    return { limits: own, databaseAtMs, path: place }
  }
  return { limits: LOWEST, databaseAtMs: undefined, path: undefined }
}

function limitsIn(settings: ReadonlyMap<string, string>, version: string): ClamdConfig['limits'] {
  const defaults = Number.parseInt(version, 10) >= 1 ? DEFAULTS : LOWEST
  const limit = (name: string, usual: number) => sizeOf(settings.get(name.toLowerCase())) ?? usual
  return {
    streamBytes: limit('StreamMaxLength', defaults.streamBytes),
    fileBytes: limit('MaxFileSize', defaults.fileBytes),
    scanBytes: limit('MaxScanSize', defaults.scanBytes),
  }
}

/** `25M`, `4096K`, bytes. */
export function sizeOf(text: string | undefined): number | undefined {
  const found = /^(\d{1,12})([km]?)$/i.exec(text ?? '')
  if (found === null) return undefined
  const unit = { k: 1_024, m: MIB }[(found[2] ?? '').toLowerCase()] ?? 1
  const bytes = Number(found[1]) * unit
  return bytes === 0 ? NO_LIMIT_BYTES : Math.min(bytes, NO_LIMIT_BYTES)
}

async function readSettings(place: string): Promise<ReadonlyMap<string, string> | undefined> {
  try {
    if ((await stat(place)).size > LONGEST_BYTES) return undefined
    const lines = (await readFile(place, 'utf8')).split(/\r?\n/)
    const pairs = lines.map((line) => /^\s*([A-Za-z]\w*)\s+(.*?)\s*$/.exec(line))
    return new Map(
      pairs.flatMap((pair) => (pair === null ? [] : [[(pair[1] ?? '').toLowerCase(), pair[2] ?? '']])),
    )
  } catch {
    // Not there, or not for us to read: the next place.
    return undefined
  }
}

async function isSame(named: string | undefined, socket: string): Promise<boolean> {
  if (named === undefined) return false
  if (named === socket) return true
  const [a, b] = await Promise.all([stat(named), stat(socket)].map((each) => each.catch(() => undefined)))
  return a !== undefined && b !== undefined && a.dev === b.dev && a.ino === b.ino
}

async function modifiedMs(place: string): Promise<number | undefined> {
  return await stat(place).then(
    ({ mtimeMs }) => mtimeMs,
    () => undefined,
  )
}

async function newestIn(folder: string): Promise<number | undefined> {
  const names = await readdir(folder).catch(() => [])
  const times = await Promise.all(names.slice(0, 1_000).map((name) => modifiedMs(path.join(folder, name))))
  const known = times.filter((time) => time !== undefined)
  return known.length === 0 ? undefined : Math.max(...known)
}
