// The owner's token: `api-token` in the state folder, readable by the account alone. Whoever shows it proves to be able to read
// the account's files. Promise: a token that others could have read is not kept.

import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import path from 'node:path'
import type { Holder, Keys } from './admission.ts'
import type { Credential } from './credentials.ts'
import { digestOf, newSecret, sameDigest } from './secret.ts'
import { replaceFile } from './secret-file.ts'

const FILE_NAME = 'api-token'
const OTHERS = 0o077
const SHAPE = /^[A-Za-z0-9_-]{43}$/
/** More than a token and its end of line is none. */
const MAX_BYTES = 100

const OWNER: Holder = { id: 'owner', caller: { kind: 'owner' }, scope: 'control' }

export class OwnersKey implements Keys {
  readonly #digest: Buffer

  private constructor(token: string) {
    this.#digest = digestOf(token)
  }

  /** @throws the system's error where the folder cannot be written */
  static async open(stateFolder: string): Promise<OwnersKey> {
    return new OwnersKey(await ownersToken(stateFolder))
  }

  holderOf(credential: Credential): Holder | undefined {
    if (credential.kind === 'session') return undefined
    return sameDigest(digestOf(credential.secret), this.#digest) ? OWNER : undefined
  }
}

/** @returns the token that is there, or a new one. @throws the system's error where the folder cannot be written */
async function ownersToken(stateFolder: string): Promise<string> {
  const file = path.join(stateFolder, FILE_NAME)
  const kept = await readToken(file)
  if (kept !== undefined) return kept
  const token = newSecret()
  await replaceFile(file, Buffer.from(`${token}\n`))
  return token
}

async function readToken(file: string): Promise<string | undefined> {
  let handle: Awaited<ReturnType<typeof open>>
  try {
    handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch {
    // Not there, a link, not ours to read: in each case a new one takes its place, or that fails and says why.
    return undefined
  }
  try {
    const stat = await handle.stat()
    const foreign = process.platform !== 'win32' && (stat.mode & OTHERS) !== 0
    if (!stat.isFile() || foreign || stat.size > MAX_BYTES) return undefined
    const token = (await handle.readFile('latin1')).trim()
    return SHAPE.test(token) ? token : undefined
  } finally {
    await handle.close()
  }
}
