// `daemon.json` in the state folder: where the daemon that runs on it answers. Written when it answers, removed at the end.
// Promise: what is read here is said by a process that lives; a file that a killed daemon left is known by the lock.

import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { LifeError } from './life-error.ts'
import { daemonProcess } from './state-lock.ts'

export interface RunFile {
  readonly pid: number
  /** Of page and API, without a path: `http://127.0.0.1:7417`. */
  readonly url: string
  readonly port: number
  /** ISO 8601. */
  readonly startedAt: string
  readonly version: string
  /** Who sees to it that it runs: nobody (in the background), or whoever started it in the foreground. */
  readonly kept: 'background' | 'foreground' | 'systemd'
}

const NAME = 'daemon.json'
/** A port is known to whoever looks; that it is Shoal's, and since when, is its owner's to tell. */
const OWNER_ONLY = 0o600
const MAX_CHARACTERS = 4_096

/** Whole or not at all; not synced, since it says nothing once the system has restarted. @throws LifeError */
export function writeRunFile(stateFolder: string, run: RunFile): void {
  const file = path.join(stateFolder, NAME)
  try {
    writeFileSync(`${file}.new`, `${JSON.stringify(run, null, 2)}\n`, { mode: OWNER_ONLY })
    renameSync(`${file}.new`, file)
  } catch (error) {
    throw new LifeError('STATE_UNWRITABLE', { path: file }, error)
  }
}

export function removeRunFile(stateFolder: string): void {
  rmSync(path.join(stateFolder, NAME), { force: true })
}

/** `starting` also holds while it ends: the process is there and nothing answers. */
export type Found =
  | { readonly state: 'none' }
  | { readonly state: 'starting'; readonly pid: number }
  | { readonly state: 'answers'; readonly run: RunFile }

/** Looks for the daemon of a state folder; asks nobody. */
export function findDaemon(stateFolder: string): Found {
  const pid = daemonProcess(stateFolder)?.pid
  if (pid === undefined) return { state: 'none' }
  const run = readRunFile(stateFolder)
  // One of another process was left by a daemon that was killed, and the one that has the lock has not answered yet.
  return run?.pid === pid ? { state: 'answers', run } : { state: 'starting', pid }
}

function readRunFile(stateFolder: string): RunFile | undefined {
  try {
    return runFileIn(readFileSync(path.join(stateFolder, NAME), 'utf8'))
  } catch {
    // Not there, or not ours to read.
    return undefined
  }
}

/** Undefined for what no daemon of ours wrote. */
export function runFileIn(text: string): RunFile | undefined {
  if (text.length > MAX_CHARACTERS) return undefined
  try {
    const { pid, url, port, startedAt, version, kept } = JSON.parse(text) as Partial<RunFile>
    if (!Number.isSafeInteger(pid) || !Number.isSafeInteger(port)) return undefined
    if (typeof url !== 'string' || !URL.canParse(url) || new URL(url).protocol !== 'http:') return undefined
    if (typeof startedAt !== 'string' || typeof version !== 'string') return undefined
    return {
      pid: pid as number,
      url,
      port: port as number,
      startedAt,
      version,
      kept: kept === 'background' || kept === 'systemd' ? kept : 'foreground',
    }
  } catch {
    return undefined
  }
}
