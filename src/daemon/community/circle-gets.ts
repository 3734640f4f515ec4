// What is got from people: each content a transfer in the circle's realm (in none where it is offered to everyone), under the name that
// was offered, made safe and never over a file that is there. Finds whom to ask in realms, and tells the messages that offered it how
// far it is.

import path from 'node:path'
import { explain } from '../../api/errors.ts'
import type { OutputOf } from '../../api/routes.ts'
import type { FileCard } from '../../api/schemas/conversations.ts'
import { CodedError } from '../../base/errors.ts'
import type { Digest, Disk } from '../../base/ports.ts'
import type { ClosedRealm } from '../../engine/torrent/options.ts'
import { type ContentId, contentIdText, contentInfohash } from '../../metainfo/content-id.ts'
import { formatMagnet } from '../../metainfo/magnet.ts'
import { isBlankName, safeName } from '../../metainfo/safe-name.ts'
import type { Adding } from '../transfers/adding.ts'
import type { Transfer } from '../transfers/transfer.ts'
import { AlsoWantedFiles } from './also-wanted.ts'
import type { CircleRealms } from './circle-realms.ts'
import { cardOf, type GotFile } from './got-card.ts'

export interface WantedContent extends ContentId {
  /** As it was offered, with `/`: hostile. */
  readonly path: string
}

export interface HowGot {
  readonly saveFolder?: string | undefined
  readonly message?: string | undefined
  /** Addresses that are asked first, and after a restart. */
  readonly peers?: readonly string[]
}

export interface CircleGetsGround {
  readonly adding: Adding
  readonly transfers: Iterable<Transfer>
  readonly realms: CircleRealms
  readonly digest: Digest
  readonly disk: Pick<Disk, 'stat' | 'nameRules' | 'copy' | 'makeDirectory'>
  saveFolder(): string
  /** Devices known to have it, the linked ones first. */
  holders(realm: string, content: string): Promise<readonly string[]>
  /** Of a message that is being got, or of what was sent. @param message as the transfers' records have it */
  told(message: string, card: Partial<FileCard>, bytesPerSecond: number): Promise<unknown>
}

/** Who has it may have come, or become known, without anybody saying so. */
const ASK_AGAIN_MS = 15_000
/** A person looks at it. */
const TELL_MS = 1_000
/** Tries for a name that is free. */
const MAX_TWINS = 1_000
const MAX_FOLDERS = 32

export class CircleGets {
  readonly #ground: CircleGetsGround
  readonly #also: AlsoWantedFiles
  readonly #timers: NodeJS.Timeout[]
  /** What was told last of each message, as text. */
  readonly #told = new Map<string, string>()
  /** Messages of which not everything is a transfer yet. */
  readonly #adding = new Set<string>()
  #closed = false

  constructor(ground: CircleGetsGround) {
    this.#ground = ground
    this.#also = new AlsoWantedFiles(ground.disk)
    this.#timers = [
      setInterval(() => void this.#askAll(), ASK_AGAIN_MS).unref(),
      setInterval(() => void this.tell(), TELL_MS).unref(),
    ]
  }

  /** Each by itself; what cannot be got says why. @param realm null for what is offered to everyone */
  async get(
    realm: ClosedRealm | null,
    contents: readonly WantedContent[],
    how: HowGot,
  ): Promise<OutputOf<'getShared'>> {
    const done: string[] = []
    const failed: OutputOf<'getShared'>['failed'] = []
    if (how.message !== undefined) this.#adding.add(how.message)
    for (const content of contents) {
      try {
        done.push(await this.#add(realm, content, how))
      } catch (error) {
        if (!(error instanceof CodedError)) throw error
        failed.push({ id: contentIdText(content), error: { ...explain(error).report } })
      }
    }
    if (how.message !== undefined) this.#adding.delete(how.message)
    return { done, failed }
  }

  async #add(
    realm: ClosedRealm | null,
    { root, lengthBytes, path: offered }: WantedContent,
    { saveFolder: folder = this.#ground.saveFolder(), message, peers = [] }: HowGot,
  ): Promise<string> {
    const { adding, digest } = this.#ground
    const content = { root, lengthBytes }
    const [name, ...above] = this.#safe(offered).reverse() as [string, ...string[]]
    const saveFolder = path.join(folder, ...above.reverse())
    const displayName = await this.#free(saveFolder, name)
    const link = formatMagnet({
      infohashV1: undefined,
      infohashV2: contentInfohash(content, digest),
      content,
      displayName,
      to: 'link',
    })
    const request = { source: { link }, saveFolder, peers: [...peers] }
    const { transfer, added } = await adding.add(request, { realm, message: message ?? null })
    const known = this.#find(transfer.id)
    if (!added && known !== undefined) {
      const wanted = { message: message ?? null, folder: saveFolder, name, free: displayName }
      await this.#also.want(known, realm, wanted)
    }
    void this.#askFor(known)
    return transfer.id
  }

  /** Components that are names on this disk; what is left of nothing is a name all the same. */
  #safe(offered: string): string[] {
    const { nameRules } = this.#ground.disk
    const parts = offered.split('/').map((part) => safeName(part, nameRules))
    const named = parts.filter((part) => !isBlankName(part)).slice(-MAX_FOLDERS)
    return named.length === 0 ? ['file'] : named
  }

  async #free(folder: string, name: string): Promise<string> {
    const { ext, name: stem } = path.parse(name)
    for (let twin = 1; twin <= MAX_TWINS; twin++) {
      const tried = twin === 1 ? name : `${stem} (${twin})${ext}`
      // A name that cannot be looked at is met again, and refused with its reason, when the file is written.
      const there = await this.#ground.disk.stat(path.join(folder, tried)).catch(() => undefined)
      if (there === undefined && !this.#isTaken(folder, tried)) return tried
    }
    return name
  }

  /** By what is on its way there. */
  #isTaken(folder: string, name: string): boolean {
    for (const { record } of this.#ground.transfers)
      if (record.saveFolder === folder && record.name === name) return true
      else if (record.also.some(({ at }) => at === path.join(folder, name))) return true
    return false
  }

  #find(id: string): Transfer | undefined {
    for (const transfer of this.#ground.transfers) if (transfer.id === id) return transfer
    return undefined
  }

  // ── whom to ask ──

  /** Members, links or secrets of a realm are others. */
  changed(realm: ClosedRealm): void {
    for (const transfer of this.#ground.transfers)
      if (transfer.record.realm === realm) void this.#askFor(transfer)
  }

  async #askAll(): Promise<void> {
    for (const transfer of [...this.#ground.transfers])
      if (transfer.record.realm !== null) await this.#askFor(transfer)
  }

  /** Those who are known to have it, then whoever is linked: one who got it a moment ago is in no catalogue. */
  async #askFor(transfer: Transfer | undefined): Promise<void> {
    const realm = transfer?.record.realm
    const file = transfer?.metainfo?.files[0]
    if (transfer === undefined || realm == null || file?.root === undefined || this.#closed) return
    if (transfer.torrent === undefined || transfer.torrent.hasAllWanted || transfer.rests) return
    const content = contentIdText({ root: file.root, lengthBytes: file.lengthBytes })
    const { realms, holders } = this.#ground
    // While people are away nobody of theirs is reached either.
    const known = await holders.call(this.#ground, realm, content).catch(() => [])
    for (const device of new Set([...known, ...realms.linked(realm)]))
      transfer.torrent?.addPeer(realms.endpointOf(device))
  }

  // ── messages ──

  /** Of each message that something is got for: said again where it is another. */
  async tell(): Promise<void> {
    const byMessage = new Map<string, GotFile[]>()
    for (const transfer of this.#ground.transfers) {
      const { record } = transfer
      if (record.message === null && record.also.length === 0) continue
      this.#also.copy(transfer)
      for (const [message, file] of filesOf(transfer))
        byMessage.set(message, [...(byMessage.get(message) ?? []), file])
    }
    await this.#tellRemoved(byMessage)
    for (const [key, files] of byMessage) {
      const card = {
        ...cardOf(files),
        ...(this.#adding.has(key) ? { state: 'getting' as const, saved: null } : {}),
      }
      const text = JSON.stringify(card)
      if (this.#told.get(key) === text || this.#closed) continue
      this.#told.set(key, text)
      const bytesPerSecond = files.reduce((sum, { row }) => sum + row.downBytesPerSecond, 0)
      // Told again when people are there again.
      await this.#ground.told(key, card, bytesPerSecond).catch(() => this.#told.delete(key))
    }
  }

  /** Somebody else told another state of it. */
  tellAgain(message: string): void {
    this.#told.delete(message)
  }

  /** What was on its way and was removed can be got again. */
  async #tellRemoved(byMessage: ReadonlyMap<string, unknown>): Promise<void> {
    for (const [key, text] of this.#told) {
      if (byMessage.has(key) || this.#closed) continue
      this.#told.delete(key)
      const { state } = JSON.parse(text) as Partial<FileCard>
      if (state === 'got') continue
      const card: Partial<FileCard> = {
        state: 'offered',
        doneBytes: 0,
        transfer: null,
        saved: null,
        problem: null,
      }
      // While people are away it stays as it was told; getting it again mends that.
      await this.#ground.told(key, card, 0).catch(() => undefined)
    }
  }

  close(): void {
    this.#closed = true
    for (const timer of this.#timers) clearInterval(timer)
  }
}

/** For whom the transfer is: whoever asked first, then whoever asked again. */
function filesOf(transfer: Transfer): [string, GotFile][] {
  const { message, also } = transfer.record
  const row = transfer.row()
  const first: [string, GotFile][] =
    message === null ? [] : [[message, { row, at: row.path, there: true, problem: null }]]
  const others = also.flatMap(({ message, at, there, problem }): [string, GotFile][] =>
    message === null ? [] : [[message, { row, at, there, problem }]],
  )
  return [...first, ...others]
}
