// ClamAV as it answers: its version, what it finds in a stream, and what its words mean. One clamd, at one socket.
// Promise: "clean" is said only of a whole file, unchanged from first byte to last, within every limit that is known.

import type { FileHandle } from 'node:fs/promises'
import { askClamd, type ClamdAnswer } from './clamd-socket.ts'
import { identityOf } from './file-look.ts'
import { openPlain } from './open-plain.ts'

export const SCANNER_NAME = 'ClamAV'

export type ScanReason =
  | 'too-large'
  | 'too-deep'
  | 'password'
  | 'scanner-stopped'
  | 'scanner-slow'
  | 'scanner-error'
  | 'changed'

export type ScanVerdict =
  | { readonly state: 'clean' }
  | { readonly state: 'found'; readonly name: string }
  | { readonly state: 'not-scanned'; readonly reason: ScanReason }

export interface ClamdVersion {
  /** `1.4.6` */
  readonly version: string
  /** Number and date of its signatures; null where it does not say them. */
  readonly signatures: string | null
  readonly signaturesAtMs: number | null
}

/** Read and sent at once; clamd writes it to its own disk. */
const CHUNK_BYTES = 262_144

/** Undefined when nobody, or somebody else, answers. */
export async function versionOf(socket: string, noProgressMs: number): Promise<ClamdVersion | undefined> {
  const said = await askClamd({ socket, command: 'VERSION', noProgressMs })
  return 'answer' in said ? parseVersion(said.answer) : undefined
}

/** `ClamAV 1.4.6/27500/Fri Nov 27 09:25:03 2026`, or `ClamAV 1.4.6` where it has none of the official signatures. */
export function parseVersion(answer: string): ClamdVersion | undefined {
  const [, version, number, date] =
    /^ClamAV ([\w.+~-]{1,40})(?:\/(\d{1,10})(?:\/(.{1,60}))?)?$/.exec(answer) ?? []
  if (version === undefined) return undefined
  const at = Date.parse(`${date ?? ''} UTC`)
  return {
    version,
    signatures: number === undefined || number === '0' ? null : number,
    signaturesAtMs: Number.isNaN(at) ? null : at,
  }
}

/** Of bytes that are here. */
export async function scanBytes(
  socket: string,
  bytes: Uint8Array,
  noProgressMs: number,
): Promise<ScanVerdict> {
  return verdictOf(await askClamd({ socket, command: 'INSTREAM', stream: once(bytes), noProgressMs }))
}

/** @param identity what it was when it was looked at. @throws when the file cannot be opened or read */
export async function scanFile(
  socket: string,
  path: string,
  identity: string,
  noProgressMs: number,
): Promise<ScanVerdict> {
  const file = await openPlain(path)
  try {
    const before = await factsOf(file)
    if (before.identity !== identity) return { state: 'not-scanned', reason: 'changed' }
    let sent = 0n
    const counted = async function* (): AsyncGenerator<Uint8Array> {
      for await (const bytes of chunksOf(file)) {
        sent += BigInt(bytes.length)
        yield bytes
      }
    }
    const said = await askClamd({ socket, command: 'INSTREAM', stream: counted(), noProgressMs })
    const verdict = verdictOf(said)
    // What was found was there at some moment; that nothing is there must hold for what is there now.
    if (verdict.state !== 'clean') return verdict
    const after = await factsOf(file)
    const same = before.identity === after.identity && before.ctimeNs === after.ctimeNs && sent === after.size
    return same ? verdict : { state: 'not-scanned', reason: 'changed' }
  } finally {
    await file.close()
  }
}

async function factsOf(file: FileHandle): Promise<{ identity: string; ctimeNs: bigint; size: bigint }> {
  const { size, mtimeNs, ctimeNs, ino } = await file.stat({ bigint: true })
  return { identity: identityOf(size, mtimeNs, ino), ctimeNs, size }
}

async function* chunksOf(file: FileHandle): AsyncGenerator<Uint8Array> {
  for (let at = 0; ; ) {
    // Anew each time: what was written before may still be on its way.
    const bytes = new Uint8Array(CHUNK_BYTES)
    const { bytesRead } = await file.read(bytes, 0, CHUNK_BYTES, at)
    if (bytesRead === 0) return
    at += bytesRead
    yield bytes.subarray(0, bytesRead)
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

/** Found by no signature: words for what it did not look at. */
const LIMITS = 'Heuristics.Limits.Exceeded'
const ENCRYPTED = 'Heuristics.Encrypted'
/** Names of what is found are short, and come from whoever made the signatures. */
const LONGEST_NAME = 255

export function verdictOf(said: ClamdAnswer): ScanVerdict {
  if ('failed' in said)
    return { state: 'not-scanned', reason: said.failed === 'slow' ? 'scanner-slow' : 'scanner-stopped' }
  const { answer } = said
  if (answer === 'stream: OK') return { state: 'clean' }
  const found = /^stream: (.+) FOUND$/.exec(answer)?.[1]
  if (found === undefined) {
    const large = /size limit exceeded/i.test(answer)
    return { state: 'not-scanned', reason: large ? 'too-large' : 'scanner-error' }
  }
  if (found.startsWith(ENCRYPTED)) return { state: 'not-scanned', reason: 'password' }
  if (!found.startsWith(LIMITS)) return { state: 'found', name: found.slice(0, LONGEST_NAME) }
  if (found.includes('MaxScanTime')) return { state: 'not-scanned', reason: 'scanner-slow' }
  const deep = found.includes('MaxRecursion') || found.includes('MaxFiles')
  return { state: 'not-scanned', reason: deep ? 'too-deep' : 'too-large' }
}
