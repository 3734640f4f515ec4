// The whole look at one file: its name, its beginning, and what is inside. Reads only, within bounds, and never throws for what a
// file holds. Promise: a look that could not see everything says so (`unseen`); such a file is never called clean.

import { fileTypeFromBuffer } from 'file-type'
import { type Danger, type FileKind, type FileNature, HEAD_BYTES, natureOf } from '../file-nature.ts'
import { FileSource } from './byte-source.ts'
import { contentOf } from './content-kind.ts'
import { InsideLook } from './inside-look.ts'
import { type Extent, LookBudget } from './look-budget.ts'
import { openPlain } from './open-plain.ts'

/** Why not all of it could be looked at. */
export type Unseen = 'password' | 'too-deep'

export interface FileLook extends FileNature {
  readonly unseen: Unseen | null
  /** How large it is, and how much is packed in it: a scanner stops somewhere. */
  readonly lengthBytes: number
  readonly inside: Extent
  /** What it was like, to notice a change: a rename or mark is none. */
  readonly identity: string
}

/** As much as file-type wants to see. */
const SIGNAL_BYTES = 4_100

/** Each may hold an archive of MAX_NESTED_BYTES or two in memory: thousands of files become final in one go. */
const LOOKS_AT_ONCE = 4
let under = 0
const waiting: (() => void)[] = []

/** @param name as it will be; the file itself may have another still. @throws when it cannot be opened or read */
export async function lookAtFile(
  path: string,
  name: string,
  now = () => performance.now(),
): Promise<FileLook> {
  if (under >= LOOKS_AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve))
  else under++
  try {
    return await look(path, name, now)
  } finally {
    const next = waiting.shift()
    if (next === undefined) under--
    else next()
  }
}

async function look(path: string, name: string, now: () => number): Promise<FileLook> {
  const file = await openPlain(path)
  try {
    const { size, mtimeNs, ino } = await file.stat({ bigint: true })
    const lengthBytes = Number(size)
    const source = new FileSource(file, lengthBytes)
    const head = await source.read(0, HEAD_BYTES)
    const nature = natureOf(name, head)
    const format = contentOf(head)?.format ?? 'other'
    const budget = new LookBudget(now)
    const inside = new InsideLook(budget)
    await inside.lookAt(source, name, nature.kind, format)
    const dangers = new Set<Danger>([...nature.dangers, ...inside.dangers])
    const unseen: Unseen | null = inside.password ? 'password' : budget.exceeded ? 'too-deep' : null
    const seen = { unseen, lengthBytes, inside: budget.extent, identity: identityOf(size, mtimeNs, ino) }
    if (inside.installer) {
      dangers.add('runs-code')
      if (nature.named !== 'program' && nature.named !== 'file') dangers.add('pretends')
      return { kind: 'program', named: nature.named, dangers: [...dangers], ...seen }
    }
    const kind = nature.kind === 'file' ? await signalled(head, nature.named) : nature.kind
    return { kind, named: nature.named, dangers: [...dangers], ...seen }
  } finally {
    await file.close()
  }
}

/** What our own table does not know another may: one signal more, and only to calm. */
async function signalled(head: Uint8Array, named: FileKind): Promise<FileKind> {
  const found = await fileTypeFromBuffer(head.subarray(0, SIGNAL_BYTES)).catch(() => undefined)
  const [family = ''] = (found?.mime ?? '').split('/')
  return family === named ? named : 'file'
}

export function identityOf(size: bigint, mtimeNs: bigint, ino: bigint): string {
  return `${size}:${mtimeNs}:${ino}`
}
