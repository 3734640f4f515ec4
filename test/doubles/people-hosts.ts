// People processes without a daemon around them, in this process: real links on loopback, real databases, and one DHT between
// them that is a map. For what real daemons on loopback cannot show, since their DHT takes no nodes of this computer.

import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { until } from '../../lab/netns/until.ts'
import type { PeopleRouteName } from '../../src/api/people-routes.ts'
import type { InputOf, OutputOf } from '../../src/api/routes.ts'
import { toHex } from '../../src/base/bytes.ts'
import { SystemCrypto } from '../../src/community/network/system-crypto.ts'
import { PeopleHost } from '../../src/daemon/community/people-host.ts'
import type { PeopleAsks } from '../../src/daemon/community/people-messages.ts'
import { isNewer, isSignedWell, type MutableItem, signItem } from '../../src/protocol/dht/item.ts'

const PATIENCE_MS = 30_000

export class PretendedDht {
  readonly #items = new Map<string, MutableItem>()
  readonly #crypto = new SystemCrypto()

  get size(): number {
    return this.#items.size
  }

  /** As after two hours without a put. */
  forget(): void {
    this.#items.clear()
  }

  readonly asks: Pick<PeopleAsks, 'dhtPut' | 'dhtPutAgain' | 'dhtGet'> = {
    dhtPut: async ({ seed, salt, seq, value }) =>
      this.#put(signItem({ salt, sequence: seq, value }, seed, this.#crypto)),
    dhtPutAgain: async ({ publicKey, signature, salt, seq, value }) =>
      this.#put({ publicKey, signature, salt, sequence: seq, value }),
    dhtGet: async ({ publicKey, salt }) => {
      const found = this.#items.get(place(publicKey, salt))
      return found && { value: found.value, seq: found.sequence, signature: found.signature }
    },
  }

  #put(item: MutableItem): boolean {
    const at = place(item.publicKey, item.salt)
    if (!isSignedWell(item, this.#crypto)) return false
    if (isNewer(item, this.#items.get(at))) this.#items.set(at, item)
    return true
  }
}

function place(publicKey: Uint8Array, salt: Uint8Array): string {
  return `${toHex(publicKey)} ${toHex(salt)}`
}

export class HostedPerson {
  readonly folder: string
  readonly #dht: PretendedDht
  #host: PeopleHost | undefined
  /** The process is to begin anew: who it is has changed. */
  again = false

  constructor(folder: string, dht: PretendedDht) {
    this.folder = folder
    this.#dht = dht
  }

  async start(): Promise<void> {
    const nothing: Partial<Record<keyof PeopleAsks, unknown>> = {
      contentsHere: [],
      mapPeoplePort: { addresses: [] },
      publicState: undefined,
    }
    const asks = this.#dht.asks as Readonly<Record<string, (input: unknown) => unknown>>
    const host = await PeopleHost.open(
      {
        stateFolder: this.folder,
        port: 0,
        hosts: ['127.0.0.1'],
        interface: undefined,
        settings: { visible: 'off', typing: false, lan: false },
      },
      {
        ask: (async (name: string, input: unknown) => {
          const answer = asks[name]
          return answer === undefined ? nothing[name as keyof PeopleAsks] : await answer(input)
        }) as never,
        changed: () => undefined,
        again: () => {
          this.again = true
        },
        log: () => undefined,
        failed: (error) => {
          throw error
        },
      },
    )
    if (host instanceof Error) throw host
    this.#host = host
  }

  async call<Name extends PeopleRouteName>(name: Name, input: InputOf<Name>): Promise<OutputOf<Name>> {
    if (this.#host === undefined) throw new Error('it is not open')
    return (await this.#host.call(name, input)) as OutputOf<Name>
  }

  async stop(): Promise<void> {
    const host = this.#host
    this.#host = undefined
    await host?.close()
  }

  until<T>(what: string, look: () => Promise<T | undefined | false>): Promise<T> {
    return until(what, look, { deadlineMs: PATIENCE_MS })
  }
}

/** Closed and removed with the test. */
export async function hostPeople(t: TestContext, names: readonly string[]): Promise<HostedPerson[]> {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-hosts-'))
  const dht = new PretendedDht()
  const people = await Promise.all(
    names.map(async (name) => {
      const own = join(folder, name)
      await mkdir(own)
      const person = new HostedPerson(own, dht)
      await person.start()
      return person
    }),
  )
  t.after(async () => {
    await Promise.all(people.map((person) => person.stop()))
    await rm(folder, { recursive: true, force: true })
  })
  return people
}
