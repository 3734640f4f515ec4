// `kill -9` at random instants while a folder is scanned and hashed: real processes over one database. Afterwards the
// database is sound, every content id is that of the bytes (counted by other code), and nothing was read twice beyond
// what was under way at a kill. `node lab/library/scan-kill.ts [kills] [seed]`; a sample runs with the tests.

import { spawn } from 'node:child_process'
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { contentIdText } from '../../src/metainfo/content-id.ts'
import { Merkle, rootLayer } from '../../src/metainfo/merkle.ts'
import { SystemDigest } from '../../src/platform/digest.ts'

/** What may be under way when it is killed: two batches of 64 files and one slice of a long one. */
const UNDER_WAY_FILES = 129
const LONG_AGO = new Date('2020-01-02T03:04:05.678Z')
/** Longest way to the end of one run. */
const RUN_MS = 60_000

export interface ScanKillPlan {
  readonly kills: number
  readonly seed: number
  readonly files: number
  readonly longFileBytes: number
}

export interface ScanKillResult {
  /** Kills that met the program at work. */
  readonly met: number
  readonly files: number
  readonly readFiles: number
  /** What must not be; empty when all is well. */
  readonly faults: string[]
}

function dice(seed: number): (below: number) => number {
  let state = seed >>> 0
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

export async function scanKill(plan: ScanKillPlan): Promise<ScanKillResult> {
  const base = mkdtempSync(path.join(tmpdir(), 'shoal-scan-kill-'))
  const folder = path.join(base, 'files')
  const database = path.join(base, 'library.db')
  const log = path.join(base, 'read.log')
  const roll = dice(plan.seed)
  const faults: string[] = []
  try {
    const wanted = makeTree(folder, plan, roll)
    let met = 0
    for (let kill = 0; kill < plan.kills; kill++) {
      const end = await run(database, folder, log, 1 + roll(60), roll(8))
      if (end === 'killed') met++
      else if (end !== 'idle') faults.push(end)
      faults.push(...damageOf(database))
    }
    const last = await run(database, folder, log, undefined, 0)
    if (last !== 'idle') faults.push(`the last run: ${last}`)
    faults.push(...damageOf(database), ...wrongContents(database, wanted))
    const readFiles = existsSync(log) ? readFileSync(log, 'utf8').split('\n').length - 1 : 0
    if (readFiles > wanted.size + met * UNDER_WAY_FILES)
      faults.push(`${readFiles} files were read for ${wanted.size} and ${met} kills`)
    return { met, files: wanted.size, readFiles, faults }
  } finally {
    rmSync(base, { recursive: true, force: true })
  }
}

/** Files by path with the content id that each must get. */
function makeTree(folder: string, plan: ScanKillPlan, roll: (below: number) => number): Map<string, string> {
  const merkle = new Merkle(new SystemDigest())
  const wanted = new Map<string, string>()
  const put = (name: string, bytes: Uint8Array) => {
    const at = path.join(folder, name)
    mkdirSync(path.dirname(at), { recursive: true })
    writeFileSync(at, bytes)
    utimesSync(at, LONG_AGO, LONG_AGO)
    const root = merkle.root(merkle.leaves(bytes), 0, rootLayer(bytes.length))
    wanted.set(name, contentIdText({ root, lengthBytes: bytes.length }))
  }
  for (let i = 0; i < plan.files; i++) {
    const bytes = new Uint8Array(1 + roll(20_000))
    for (let at = 0; at < bytes.length; at += 97) bytes[at] = roll(256)
    put(`d${i % 37}/file ${i}`, bytes)
  }
  if (plan.longFileBytes > 0) {
    // Holes, so that it takes no space; its hash is known from the same number of zeros.
    const at = path.join(folder, 'long')
    closeSync(openSync(at, 'w'))
    truncateSync(at, plan.longFileBytes)
    utimesSync(at, LONG_AGO, LONG_AGO)
    wanted.set('long', zerosId(merkle, plan.longFileBytes))
  }
  return wanted
}

/** The content id of a file of zeros, by its equal leaves: a whole number of blocks. */
function zerosId(merkle: Merkle, lengthBytes: number): string {
  let node = merkle.leaves(new Uint8Array(16_384))
  let count = lengthBytes / 16_384
  let last = node
  const top = rootLayer(lengthBytes)
  for (let layer = 0; layer < top; layer++) {
    last = count % 2 === 0 ? merkle.parent(node, last) : merkle.parent(last, merkle.zero(layer))
    node = merkle.parent(node, node)
    count = Math.ceil(count / 2)
  }
  return contentIdText({ root: last, lengthBytes })
}

/** Runs it to its end, or kills it a few milliseconds after its n-th step. */
function run(
  database: string,
  folder: string,
  log: string,
  killAtStep: number | undefined,
  delayMs: number,
): Promise<string> {
  const program = path.join(import.meta.dirname, 'scan-process.ts')
  const child = spawn(process.execPath, [program, database, folder, log], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-2_000)
  })
  let steps = 0
  let idle = false
  createInterface(child.stdout).on('line', (line) => {
    if (line === 'idle') idle = true
    if (++steps === killAtStep) setTimeout(() => child.kill('SIGKILL'), delayMs)
  })
  const late = setTimeout(() => child.kill('SIGTERM'), RUN_MS)
  return new Promise((resolve) => {
    child.on('exit', (status, signal) => {
      clearTimeout(late)
      if (idle) resolve('idle')
      else resolve(signal === 'SIGKILL' ? 'killed' : `ended with ${signal ?? status}: ${said}`)
    })
  })
}

function damageOf(path: string): string[] {
  if (!existsSync(path)) return []
  const database = new DatabaseSync(path)
  try {
    // Contentless full-text tables are looked at by their own check, too.
    const found = database
      .prepare('PRAGMA integrity_check')
      .all()
      .map((row) => String(row.integrity_check))
    const loose = database.prepare('PRAGMA foreign_key_check').all()
    return [...found.filter((line) => line !== 'ok'), ...loose.map((row) => JSON.stringify(row))]
  } catch (error) {
    // A database that was never finished being made has no tables to be wrong.
    return [String(error)]
  } finally {
    database.close()
  }
}

function wrongContents(path: string, wanted: ReadonlyMap<string, string>): string[] {
  const database = new DatabaseSync(path, { readOnly: true })
  try {
    const rows = database
      .prepare(
        `SELECT files.name, directories.name AS directory, lower(hex(contents.root)) AS root, contents.length
         FROM files JOIN directories ON directories.id = files.directory LEFT JOIN contents ON contents.id = files.content`,
      )
      .all()
    const found = new Map(
      rows.map((row) => [
        row.directory === '' ? String(row.name) : `${row.directory}/${row.name}`,
        `${row.root}-${row.length}`,
      ]),
    )
    const wrong = [...wanted].filter(([name, content]) => found.get(name) !== content)
    if (found.size !== wanted.size) return [`${found.size} files are known of ${wanted.size}`]
    return wrong.map(([name, content]) => `${name} is ${found.get(name)}, should be ${content}`)
  } finally {
    database.close()
  }
}

if (process.argv[1] === import.meta.filename) {
  const [kills = '60', seed = '1'] = process.argv.slice(2)
  const plan = { kills: Number(kills), seed: Number(seed), files: 3_000, longFileBytes: 3_221_225_472 }
  const result = await scanKill(plan)
  console.log(JSON.stringify({ ...plan, ...result }, undefined, 2))
  process.exitCode = result.faults.length === 0 ? 0 : 1
}
