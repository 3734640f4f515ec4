// What is got from a device nearby that offers it to everyone: public transfers, with that device's engine as a peer.
// Promise: it is asked only where its own link comes from, whatever it tells of itself; while this daemon runs, a transfer with nobody
// to get from looks again where the device is. Otherwise it is a transfer like any other of its content. One that was begun in a circle
// or with a person stays there: whoever is near and names its content gets nothing of it.

import type { OutputOf } from '../../api/routes.ts'
import { type Endpoint, endpointText } from '../../base/endpoint.ts'
import { CommunityError } from '../../community/community-error.ts'
import type { Transfer } from '../transfers/transfer.ts'
import type { CircleGets, WantedContent } from './circle-gets.ts'
import type { InnerCalls } from './people-messages.ts'

type NearbyEngine = NonNullable<ReturnType<InnerCalls['nearbyEngine']>>

export interface NearbyGetsGround {
  readonly gets: () => Pick<CircleGets, 'get'>
  readonly transfers: Iterable<Transfer>
  engineOf(device: string): Promise<NearbyEngine | undefined>
}

/** It may be near again, or listen elsewhere, without anybody saying so. */
const ASK_AGAIN_MS = 15_000

export class NearbyGets {
  readonly #ground: NearbyGetsGround
  /** By transfer: whom it is got from. Gone with the transfer, or when it is whole. */
  readonly #from = new Map<string, string>()
  readonly #timer: NodeJS.Timeout
  #closed = false

  constructor(ground: NearbyGetsGround) {
    this.#ground = ground
    this.#timer = setInterval(() => void this.#askAgain(), ASK_AGAIN_MS).unref()
  }

  /** @throws CommunityError DEVICE_GONE */
  async get(
    device: string,
    contents: readonly WantedContent[],
    saveFolder: string | undefined,
  ): Promise<OutputOf<'getShared'>> {
    const engine = await this.#ground.engineOf(device)
    if (engine === undefined) throw new CommunityError('DEVICE_GONE', { device })
    const peers = placesOf(engine).map(endpointText)
    const outcome = await this.#ground.gets().get(null, contents, { saveFolder, peers })
    for (const id of outcome.done) this.#from.set(id, device)
    this.#addPeers(new Set(outcome.done), engine)
    return outcome
  }

  async #askAgain(): Promise<void> {
    const missing = new Map<string, Set<string>>()
    const known = new Map([...this.#ground.transfers].map((transfer) => [transfer.id, transfer]))
    for (const [id, device] of this.#from) {
      const transfer = known.get(id)
      if (transfer === undefined || transfer.torrent?.hasAllWanted === true) this.#from.delete(id)
      else if (isAlone(transfer)) missing.set(device, (missing.get(device) ?? new Set()).add(id))
    }
    for (const [device, ids] of missing) {
      // While people are away nobody of theirs is found either.
      const engine = await this.#ground.engineOf(device).catch(() => undefined)
      if (engine !== undefined && !this.#closed) this.#addPeers(ids, engine)
    }
  }

  #addPeers(ids: ReadonlySet<string>, engine: NearbyEngine): void {
    const places = placesOf(engine)
    for (const transfer of this.#ground.transfers)
      if (ids.has(transfer.id) && transfer.record.realm === null && transfer.torrent?.hasAllWanted === false)
        for (const at of places) transfer.torrent.addPeer(at)
  }

  close(): void {
    this.#closed = true
    clearInterval(this.#timer)
  }
}

function placesOf({ hosts, port }: NearbyEngine): Endpoint[] {
  return port === undefined ? [] : hosts.map((host) => ({ host, port }))
}

/** It runs, and nobody is connected. */
function isAlone(transfer: Transfer): boolean {
  return transfer.torrent !== undefined && !transfer.rests && transfer.row().peers === 0
}
