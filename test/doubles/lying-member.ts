// A member's program that keeps no rule: it takes and serves whatever it is given, and signs whatever it is asked to.

import type { BDict } from '../../src/base/bencode-value.ts'
import type { Millis } from '../../src/base/ids.ts'
import { type Content, encodeContent } from '../../src/community/chat/content.ts'
import { decodeEntry, type Entry, type EntryBody, signEntry } from '../../src/community/chat/entry.ts'
import { EntrySeal } from '../../src/community/chat/seal.ts'
import { type DeviceId, keyText, type PersonId, type RecordId } from '../../src/community/ids.ts'
import { UNBOUNDED } from '../../src/community/log/log-record.ts'
import { LogSync } from '../../src/community/log/log-sync.ts'
import type { EpochFacts } from '../../src/community/membership.ts'
import type { Service } from '../../src/community/service.ts'
import type { ChatDevice, ChatWorld } from './chat-world.ts'
import { MemoryLogStore } from './memory-log-store.ts'

export class LyingMember implements Service {
  readonly name = 'chat'
  readonly seed: Uint8Array
  readonly device: DeviceId
  readonly person: PersonId
  readonly store = new MemoryLogStore()
  readonly sync: LogSync
  readonly #world: ChatWorld
  readonly #seal: EntrySeal

  constructor(world: ChatWorld, number: number) {
    this.#world = world
    this.#seal = new EntrySeal(world.crypto)
    this.seed = world.crypto.sha256(new Uint8Array([7, number]))
    this.device = keyText<DeviceId>(world.crypto.publicKey(this.seed))
    this.person = keyText<PersonId>(world.crypto.sha256(new Uint8Array([8, number])))
    this.sync = new LogSync({
      owner: {
        read: (_circle, bytes) => ({
          ...decodeEntry(bytes).body,
          id: keyText<RecordId>(world.crypto.sha256(bytes)),
          bytes,
        }),
        bound: () => UNBOUNDED,
        judge: () => 'take',
        stored: () => undefined,
        forked: () => undefined,
        holds: () => undefined,
        caughtUp: () => undefined,
      },
      store: this.store,
      out: world.wire.out(this.device),
      digest: world.crypto,
    })
    world.wire.add(this.device, this)
  }

  /** The next of its chain unless told otherwise; anything may be otherwise. */
  entry(
    change: Partial<EntryBody> & { content?: Content; plain?: Uint8Array } = {},
    epoch?: EpochFacts,
  ): Entry {
    const { circle, wallSeconds, crypto } = this.#world
    const used = epoch ?? (circle.epochs.at(-1) as EpochFacts)
    const chain = this.sync.chain(circle.id, this.device)
    const body = {
      circle: circle.id,
      author: this.device,
      seq: (chain?.seq ?? 0) + 1,
      prev: chain?.head,
      dependencies: [],
      lamport: 1_000 + (chain?.seq ?? 0),
      time: wallSeconds,
      epoch: used.id,
      ...change,
    }
    const plain = change.plain ?? encodeContent(change.content as Exclude<Content, { kind: 'unknown' }>)
    const sealed = change.sealed ?? this.#seal.seal(body, used.read as Uint8Array, plain)
    return signEntry({ ...body, sealed }, this.seed, crypto)
  }

  append(entry: Entry): Entry {
    this.sync.append(entry)
    return entry
  }

  text(text: string, room: string, change: Partial<EntryBody> = {}, epoch?: EpochFacts): Entry {
    const content: Content = {
      kind: 'text',
      room: room.split(':')[2],
      text,
      replyTo: undefined,
      mentions: [],
    }
    return this.append(this.entry({ ...change, content }, epoch))
  }

  link(to: ChatDevice): void {
    const { wire, circle } = this.#world
    wire.link(this.device, to.device)
    this.sync.opened(circle.id, to.device, false, wire.now)
    to.membership.link(circle.id, this.device)
  }

  unlink(to: ChatDevice): void {
    const { wire, circle } = this.#world
    wire.unlink(this.device, to.device)
    to.membership.unlink(circle.id, this.device)
  }

  linked(): void {
    // Links are opened by link().
  }

  received(from: DeviceId, kind: string, body: BDict, now: Millis): void {
    this.sync.received(from, kind, body, now)
  }

  drained(device: DeviceId, now: Millis): void {
    this.sync.drained(device, now)
  }

  unlinked(device: DeviceId, now: Millis): void {
    this.sync.unlinked(device, now)
  }

  wake(now: Millis): void {
    this.sync.wake(now)
  }

  deadline(): Millis | undefined {
    return this.sync.deadline()
  }
}
