// Tells the library what it offers to nobody and does not play: what lists of unwanted content name, and what is locked in transfers.
// Promise: when tell() resolves, what is blocked or locked by then is in no catalogue, durably.

import { type ContentId, contentIdText, parseContentId } from '../../metainfo/content-id.ts'
import type { Transfer } from '../transfers/transfer.ts'
import type { LibraryLink } from './library-link.ts'

/** On lists of what is not wanted. */
export interface BlockedContents {
  readonly own: ReadonlyMap<string, unknown>
  readonly listsChanges: number
  listed(): Iterable<string>
  /** @param content id as text */
  reasonFor(content: string): unknown
}

/** Told in one go: some 30 ms of the library’s thread; a list of 200,000 takes it a second, and 24 MB. */
const TOLD_AT_ONCE = 5_000
/** As library/withheld.ts takes them. */
const PACKED_BYTES = 40
const ROOT_BYTES = 32

export class WithheldContents {
  readonly #blocks: BlockedContents
  /** By transfer, of those that have any, what was read of its record. */
  readonly #locked = new Map<string, { readonly of: object; readonly contents: readonly string[] }>()
  #listsTold: number | undefined
  #telling: Promise<void> = Promise.resolve()

  constructor(blocks: BlockedContents) {
    this.#blocks = blocks
  }

  has(content: ContentId): boolean {
    const text = contentIdText(content)
    if (this.#blocks.reasonFor(text) !== undefined) return true
    for (const { contents } of this.#locked.values()) if (contents.includes(text)) return true
    return false
  }

  /** @returns whether other contents are locked in it than before. Cheap. */
  touch(id: string, transfer: Transfer | undefined): boolean {
    const before = this.#locked.get(id)
    const locked = transfer?.record.locked
    if (before?.of === locked) return false
    const contents = transfer === undefined ? [] : lockedIn(transfer)
    // A file of which no content is known yet is looked at again.
    if (locked === undefined || contents.length === 0) this.#locked.delete(id)
    else this.#locked.set(id, { of: locked, contents })
    return contents.join() !== (before?.contents ?? []).join()
  }

  /** @param anew the library knows nothing of it. @throws LibraryError */
  tell(link: LibraryLink, anew = false): Promise<void> {
    const told = this.#telling.then(() => this.#tell(link, anew))
    this.#telling = told.catch(() => undefined)
    return told
  }

  async #tell(link: LibraryLink, anew: boolean): Promise<void> {
    const { listsChanges, own } = this.#blocks
    if (anew || this.#listsTold !== listsChanges) {
      await put(link, 'lists', [...this.#blocks.listed()])
      this.#listsTold = listsChanges
    }
    const locked = [...this.#locked.values()].flatMap(({ contents }) => contents)
    await put(link, 'mine', [...own.keys(), ...locked])
  }
}

/** Contents of files that are given to nobody. */
function lockedIn({ record, metainfo }: Transfer): string[] {
  return Object.entries(record.locked).flatMap(([index, { content }]) => {
    const file = metainfo?.files[Number(index)]
    if (file?.root === undefined) return content ?? []
    return contentIdText({ root: file.root, lengthBytes: file.lengthBytes })
  })
}

async function put(link: LibraryLink, source: 'mine' | 'lists', contents: readonly string[]): Promise<void> {
  for (let at = 0; at === 0 || at < contents.length; at += TOLD_AT_ONCE) {
    const part = contents.slice(at, at + TOLD_AT_ONCE)
    const last = at + TOLD_AT_ONCE >= contents.length
    await link.ask('withhold', source, packed(part), { first: at === 0, last })
  }
}

function packed(contents: readonly string[]): Uint8Array {
  const bytes = new Uint8Array(contents.length * PACKED_BYTES)
  const view = new DataView(bytes.buffer)
  for (const [at, text] of contents.entries()) {
    const content = parseContentId(text)
    if (content === undefined) continue
    bytes.set(content.root, at * PACKED_BYTES)
    view.setFloat64(at * PACKED_BYTES + ROOT_BYTES, content.lengthBytes)
  }
  return bytes
}
