// Who may have a connection: libp2p asks here once a key is proved.
// Promise: Ed25519 only; whom we know finds a place while strangers hold one; a stranger keeps its place long enough to ask.

import type { Connection, ConnectionGater, PeerId } from '@libp2p/interface'
import type { DeviceId } from '../ids.ts'
import { type FrontDoor, MOST_LINKS, STRANGER_PLACES } from './front-door.ts'
import { deviceOf } from './peer-key.ts'

/** What the node asks of whoever knows circles and contacts. */
export interface NodeGate {
  /** False for who is blocked. */
  mayLink(device: DeviceId): boolean
  /** Members, contacts, own devices: room is kept for them. */
  knows(device: DeviceId): boolean
  /**
   * Whether we carry bytes between these two: the account that pays (a circle that both share with us), or undefined. Where
   * it is absent nobody is carried.
   */
  mayRelay?(from: DeviceId, to: DeviceId): string | undefined
}

export class Gatekeeper implements ConnectionGater {
  readonly #gate: NodeGate
  readonly #door: FrontDoor
  connections: () => readonly Connection[] = () => []

  constructor(gate: NodeGate, door: FrontDoor) {
    this.#gate = gate
    this.#door = door
  }

  denyDialMultiaddr = (): boolean => false
  filterMultiaddrForPeer = (): boolean => false

  denyDialPeer = (peer: PeerId): boolean => {
    const device = deviceOf(peer)
    return device === undefined || !this.#gate.mayLink(device)
  }

  denyInboundEncryptedConnection = (peer: PeerId): boolean => {
    const device = deviceOf(peer)
    if (device === undefined || !this.#gate.mayLink(device) || !this.#door.mayStay(device)) return true
    const knows = this.#gate.knows(device)
    const open = this.connections()
    const strangers = open.filter(({ remotePeer }) => !this.#isKnown(remotePeer))
    if (!knows && strangers.length >= STRANGER_PLACES) return !letGo(strangers, STRANGER_KEEPS_MS)
    return open.length >= MOST_LINKS && !letGo(strangers, knows ? 0 : STRANGER_KEEPS_MS)
  }

  #isKnown(peer: PeerId): boolean {
    const device = deviceOf(peer)
    return device !== undefined && this.#gate.knows(device)
  }
}

/** How long a stranger may keep a place that another one wants: an invite is answered in less. */
const STRANGER_KEEPS_MS = 30_000

/** The stranger that came first makes way, if it had its time; for whoever we know, at once. */
function letGo(strangers: readonly Connection[], keepsMs: number): boolean {
  const [oldest] = strangers.toSorted((a, b) => a.timeline.open - b.timeline.open)
  if (oldest === undefined || Date.now() - oldest.timeline.open < keepsMs) return false
  oldest.abort(new Error('makes way'))
  return true
}
