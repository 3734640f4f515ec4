// Starts the daemon as a process of its own that outlives this one, and waits until it answers or has said why it died.
// It is `shoal start --foreground` on the same Node; what it prints goes to `log/daemon.out` in the state folder.

import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, fstatSync, mkdirSync, openSync, readSync, renameSync, statSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { NodeDisk } from '../../platform/disk.ts'
import { makeStateFolder } from '../../platform/state-folder.ts'
import { LifeError } from './life-error.ts'
import { findDaemon, type RunFile } from './run-file.ts'

export const LAUNCHER: string = fileURLToPath(new URL('../../../bin/shoal', import.meta.url))

/** It answers in a fraction of a second; a machine under load, or a disk that wakes up, takes longer. */
const ANSWERS_WITHIN_MS = 60_000
const LOOK_EVERY_MS = 10

const OWNER_ONLY = 0o600
const OWNER_ONLY_FOLDER = 0o700
/** It says little: two lines a start. The file before this one is kept too. */
const MAX_OUT_BYTES = 1_000_000
/** Of its last words, enough for the error and what came before it. */
const LAST_WORDS_BYTES = 16_384

/** What the daemon that died said, if it was an error of ours. */
export interface LastWords {
  readonly code: string
  readonly message: string
  readonly help?: string
  readonly retry: boolean
}

export type BackgroundStart =
  | { readonly outcome: 'answers'; readonly run: RunFile }
  | { readonly outcome: 'died'; readonly words: LastWords }

/** @throws DiskError, LifeError DAEMON_DIED without words, DAEMON_SILENT, STATE_UNWRITABLE */
export async function startInBackground(
  stateFolder: string,
  environment: NodeJS.ProcessEnv,
  launcher: string = LAUNCHER,
): Promise<BackgroundStart> {
  await makeStateFolder(stateFolder, new NodeDisk())
  const out = openOut(stateFolder)
  const before = fstatSync(out.file).size
  const child = spawn(
    process.execPath,
    [launcher, 'start', '--foreground', '--json', '--state-dir', stateFolder],
    // In a session of its own (setsid): it ends neither with this terminal nor by its Ctrl-C.
    {
      detached: true,
      env: inherited(environment),
      stdio: ['ignore', out.file, out.file],
      windowsHide: true,
    },
  )
  try {
    return await outcomeOf(child, stateFolder, out, before)
  } finally {
    closeSync(out.file)
    child.unref()
  }
}

interface Out {
  readonly file: number
  readonly path: string
}

function openOut(stateFolder: string): Out {
  const at = path.join(stateFolder, 'log', 'daemon.out')
  try {
    mkdirSync(path.dirname(at), { recursive: true, mode: OWNER_ONLY_FOLDER })
    if ((statSync(at, { throwIfNoEntry: false })?.size ?? 0) > MAX_OUT_BYTES) renameSync(at, `${at}.1`)
    return { file: openSync(at, 'a+', OWNER_ONLY), path: at }
  } catch (error) {
    throw new LifeError('STATE_UNWRITABLE', { path: at }, error)
  }
}

async function outcomeOf(
  child: ChildProcess,
  stateFolder: string,
  out: Out,
  before: number,
): Promise<BackgroundStart> {
  let ended: { readonly code: number | null; readonly signal: string | null } | undefined
  child.once('error', () => {
    ended ??= { code: null, signal: null }
  })
  child.once('exit', (code, signal) => {
    ended ??= { code, signal }
  })
  const until = performance.now() + ANSWERS_WITHIN_MS
  while (performance.now() < until) {
    const found = findDaemon(stateFolder)
    if (found.state === 'answers' && found.run.pid === child.pid)
      return { outcome: 'answers', run: found.run }
    if (ended !== undefined) {
      const words = lastWords(out.file, before)
      if (words !== undefined) return { outcome: 'died', words }
      throw new LifeError('DAEMON_DIED', {
        path: out.path,
        why: ended.signal === null ? `exit code ${ended.code}` : String(ended.signal),
      })
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
  }
  throw new LifeError('DAEMON_SILENT', { pid: child.pid, seconds: ANSWERS_WITHIN_MS / 1_000, path: out.path })
}

function lastWords(file: number, before: number): LastWords | undefined {
  const end = fstatSync(file).size
  const start = Math.max(before, end - LAST_WORDS_BYTES)
  const bytes = new Uint8Array(end - start)
  const read = readSync(file, bytes, 0, bytes.length, start)
  return errorIn(new TextDecoder().decode(bytes.subarray(0, read)))
}

/** The last line that is an error object (INTERFACE.md B4). */
export function errorIn(text: string): LastWords | undefined {
  for (const line of text.split('\n').reverse()) {
    if (!line.startsWith('{"error":')) continue
    try {
      const { error } = JSON.parse(line) as { error: Partial<LastWords> }
      if (typeof error.code !== 'string' || typeof error.message !== 'string') continue
      return {
        code: error.code,
        message: error.message,
        ...(typeof error.help === 'string' ? { help: error.help } : {}),
        retry: error.retry === true,
      }
    } catch {
      // Cut in the middle: an earlier line may be whole.
    }
  }
  return undefined
}

/** Set for a daemon that nobody keeps running: `restart` may end it and start it anew. */
export const BACKGROUND_VARIABLE = 'SHOAL_IN_BACKGROUND'

/** What makes Node believe that it is a test file of ours, or us that systemd waits to hear from us, is not its to inherit. */
function inherited(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const {
    NODE_TEST_CONTEXT: _context,
    NODE_TEST_WORKER_ID: _worker,
    NOTIFY_SOCKET: _notify,
    ...rest
  } = environment
  return { ...rest, [BACKGROUND_VARIABLE]: '1' }
}
