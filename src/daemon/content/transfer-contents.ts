// The files of transfers by their content: where what is here lies, and which of it everyone may get by its content torrent.
// Invariant: only what is listed (everyone), complete and given now is offered; a file of an unlisted share is not, because whoever
// knows the file can compute what to ask for (docs/content-ids.md, Privacy). It is an index: each answer is looked at again in the
// transfer itself.

import path from 'node:path'
import { compareBytes } from '../../base/bytes.ts'
import { wireHash } from '../../base/ids.ts'
import type { Digest } from '../../base/ports.ts'
import type { OfferedContent } from '../../engine/session/content-source.ts'
import { type ContentId, contentIdText, contentInfohash } from '../../metainfo/content-id.ts'
import { torrentTag } from '../../protocol/mse/keys.ts'
import type { Transfer } from '../transfers/transfer.ts'
import { offeredFile } from './offered-file.ts'

/** Of all transfers together, some 500 bytes each; what is beyond is found by its own torrent only. */
const MAX_FILES = 100_000
/** Hashed in one go before others have their turn, some 15 µs each: well under the 50 ms that nobody may hold the loop. */
const SLICE = 100

interface Held {
  readonly transfer: Transfer
  readonly index: number
}

interface Entry {
  /** What it was when it was last read: another one is read again. */
  readonly state: string
  readonly contents: readonly string[]
  /** Hashes, in hex, that it offers. */
  readonly hashes: readonly string[]
}

export class TransferContents {
  readonly #digest: Digest
  readonly #find: (id: string) => Transfer | undefined
  readonly #entries = new Map<string, Entry>()
  readonly #byContent = new Map<string, Held[]>()
  readonly #byHash = new Map<string, Held[]>()
  readonly #hashByTag = new Map<string, string>()
  readonly #touched = new Set<string>()
  #files = 0
  #inSlice = 0
  #reading: Promise<boolean> = Promise.resolve(false)

  /** @param find a transfer by its id; undefined when it was removed */
  constructor(digest: Digest, find: (id: string) => Transfer | undefined) {
    this.#digest = digest
    this.#find = find
  }

  /** Something about it changed. Cheap. */
  touch(id: string): void {
    this.#touched.add(id)
  }

  get stale(): boolean {
    return this.#touched.size > 0
  }

  /** Reads what was touched. @returns whether something is offered that was not, or no more */
  refresh(): Promise<boolean> {
    this.#reading = this.#reading.then(() => this.#refresh())
    return this.#reading
  }

  /** Complete files of this content, whomever they are shared with; by their paths, which may be old. */
  places({ root, lengthBytes }: ContentId): string[] {
    const found = this.#byContent.get(contentIdText({ root, lengthBytes })) ?? []
    return found.flatMap((held) => pathOf(held) ?? [])
  }

  byInfohash(hash: Uint8Array): OfferedContent | undefined {
    return this.#offered(hash.toHex())
  }

  byTag(tag: Uint8Array): OfferedContent | undefined {
    const hash = this.#hashByTag.get(tag.toHex())
    return hash === undefined ? undefined : this.#offered(hash)
  }

  /** In their order, those behind `hash`. */
  after(hash: Uint8Array | undefined, count: number): Uint8Array[] {
    const hashes = [...this.#byHash.keys()].map((hex) => Uint8Array.fromHex(hex))
    const behind = hash === undefined ? hashes : hashes.filter((each) => compareBytes(each, hash) > 0)
    return behind.sort(compareBytes).slice(0, count)
  }

  #offered(hash: string): OfferedContent | undefined {
    for (const held of this.#byHash.get(hash) ?? []) {
      const offered = this.#offer(held)
      if (offered !== undefined) return offered
    }
    return undefined
  }

  /** As its torrent, which has verified it, knows it now. */
  #offer({ transfer, index }: Held): OfferedContent | undefined {
    const { torrent } = transfer
    if (torrent === undefined || !isOffered(transfer)) return undefined
    return offeredFile(torrent, index, this.#digest)
  }

  async #refresh(): Promise<boolean> {
    let changed = false
    for (const id of [...this.#touched]) {
      this.#touched.delete(id)
      const transfer = this.#find(id)
      const state = transfer === undefined ? '' : stateOf(transfer)
      const before = this.#entries.get(id)
      if ((before?.state ?? '') === state) continue
      this.#forget(id, before)
      const hashes = transfer === undefined || state === '' ? [] : await this.#read(id, transfer, state)
      changed ||= hashes.join() !== (before?.hashes ?? []).join()
    }
    return changed
  }

  async #read(id: string, transfer: Transfer, state: string): Promise<readonly string[]> {
    const contents: string[] = []
    const hashes: string[] = []
    // From the first on: what changes meanwhile is touched, and read again after this.
    this.#entries.set(id, { state, contents, hashes })
    for (const { index, root, lengthBytes } of transfer.metainfo?.files ?? []) {
      if (root === undefined || this.#files >= MAX_FILES) continue
      this.#files++
      const held = { transfer, index }
      const content = { root, lengthBytes }
      const key = contentIdText(content)
      contents.push(key)
      push(this.#byContent, key, held)
      if (!isOffered(transfer)) continue
      const hash = wireHash(contentInfohash(content, this.#digest))
      hashes.push(hash)
      push(this.#byHash, hash, held)
      this.#hashByTag.set(torrentTag(this.#digest, hash).toHex(), hash)
      if (++this.#inSlice < SLICE) continue
      this.#inSlice = 0
      await new Promise<void>((resolve) => setImmediate(resolve))
    }
    return hashes
  }

  #forget(id: string, entry: Entry | undefined): void {
    if (entry === undefined) return
    this.#entries.delete(id)
    this.#files -= entry.contents.length
    for (const key of entry.contents) drop(this.#byContent, key, id)
    for (const hash of entry.hashes) {
      drop(this.#byHash, hash, id)
      if (!this.#byHash.has(hash))
        this.#hashByTag.delete(
          torrentTag(this.#digest, wireHash(hash as Parameters<typeof wireHash>[0])).toHex(),
        )
    }
  }
}

/** Everyone may get it from us now, by its own torrent: so by its files, too. */
function isOffered({ record, metainfo, rests }: Transfer): boolean {
  if (record.audience !== 'everyone' || metainfo === undefined || metainfo.private) return false
  return !rests && (record.role === 'share' || record.summary.finished)
}

/** Empty while nothing of it is known to be here. */
function stateOf(transfer: Transfer): string {
  const { record, metainfo } = transfer
  if (metainfo === undefined || metainfo.version === 'v1' || record.hashing !== null) return ''
  if (record.role === 'get' && !record.summary.finished) return ''
  return `${metainfo.infohashV2} ${isOffered(transfer)}`
}

/** Where a complete file of a transfer lies; undefined for what was not wanted. */
function pathOf({ transfer, index }: Held): string | undefined {
  const { record, metainfo, torrent } = transfer
  const file = metainfo?.files[index]
  if (file === undefined || record.priorities?.[index] === 0) return undefined
  const live = torrent?.live?.store.path(index)
  if (live !== undefined) return live
  const elsewhere = record.diskPaths?.[index]
  return elsewhere ?? path.join(record.saveFolder, ...(record.renamed[String(index)] ?? file.path))
}

function push(map: Map<string, Held[]>, key: string, held: Held): void {
  const known = map.get(key)
  if (known === undefined) map.set(key, [held])
  else known.push(held)
}

function drop(map: Map<string, Held[]>, key: string, id: string): void {
  const left = map.get(key)?.filter(({ transfer }) => transfer.id !== id) ?? []
  if (left.length === 0) map.delete(key)
  else map.set(key, left)
}
