// The composition root: real ports and an engine session made of them. The only place where the parts meet; the command line
// and the library's public face come through here.

import type { Ports, Tcp } from '../base/ports.ts'
import type { ConnectionGate } from '../engine/session/gate.ts'
import { Session } from '../engine/session/session.ts'
import {
  DEFAULT_SESSION_OPTIONS,
  type SessionOptions,
  type SessionWarning,
} from '../engine/session/session-options.ts'
import type { TorrentOptions } from '../engine/torrent/options.ts'
import type { Torrent } from '../engine/torrent/torrent.ts'
import { SystemClock } from '../platform/clock.ts'
import { SystemDigest } from '../platform/digest.ts'
import { NodeDisk } from '../platform/disk.ts'
import { DIRECT, type Exit } from '../platform/exit/exit.ts'
import { type ExitWish, openExit } from '../platform/exit/open-exit.ts'
import { NodeGateways } from '../platform/gateways.ts'
import { NodeHasher } from '../platform/hasher.ts'
import { NodeHttp } from '../platform/http.ts'
import { NodeNames } from '../platform/names.ts'
import { SystemRandom } from '../platform/random.ts'
import { SystemSignatures } from '../platform/signatures.ts'
import { makeStateFolder } from '../platform/state-folder.ts'
import { NodeTcp } from '../platform/tcp.ts'
import { NodeUdp } from '../platform/udp.ts'
import { type IpFilter, readIpFilter } from '../safety/ip-filter.ts'
import { SessionContents } from './content/session-contents.ts'
import { gatedHttp, gatedUdp } from './gated-ports.ts'
import type { TransferStatus } from './get-source.ts'
import { TransferLocks } from './transfer-locks.ts'
import { VERSION } from './version.ts'
import { optionsBy, statusBy, type Withheld, withheldBy } from './way-out.ts'

export interface NodePorts extends Ports {
  /** Ends the hashing workers: the process can exit. */
  close(): Promise<void>
}

/**
 * @param gate asked about whoever is not connected with: web servers, and all that is said in datagrams
 * @param door what stands before the listener
 */
export function nodePorts(
  exit: Exit = DIRECT,
  gate?: ConnectionGate,
  door: (tcp: Tcp) => Tcp = (tcp) => tcp,
): NodePorts {
  const hasher = new NodeHasher()
  const udp = new NodeUdp(exit)
  const http = new NodeHttp({ exit })
  return {
    clock: new SystemClock(),
    random: new SystemRandom(),
    digest: new SystemDigest(),
    signatures: new SystemSignatures(),
    hasher,
    disk: new NodeDisk(),
    tcp: door(new NodeTcp(exit)),
    udp: gate === undefined ? udp : gatedUdp(udp, gate),
    http: gate === undefined ? http : gatedHttp(http, gate),
    names: exit.kind === 'direct' ? new NodeNames() : exit.names,
    close: () => hasher.close(),
  }
}

export interface Engine {
  readonly ports: NodePorts
  readonly session: Session
  readonly stateFolder: string
  readonly exit: Exit
  /** What is off because the way out does not carry it. */
  readonly withheld: readonly Withheld[]
  readonly filter: IpFilter | undefined
  /** Of everybody who may be met; undefined allows all. */
  readonly gate: ConnectionGate | undefined
  /** The torrent's own status, and what stands in its way outside of it. */
  statusOf(torrent: Torrent): TransferStatus
  /** session.add() of what no other process works on. @throws SessionError, TransferLockError TRANSFER_RUNNING */
  add(options: TorrentOptions, how?: { readonly wanted?: boolean; readonly forced?: boolean }): Torrent
  /** Everything durable, everyone told, workers ended, locks released. */
  close(): Promise<void>
}

export type EngineWarning = SessionWarning
export type EngineOptions = Pick<SessionOptions, 'stateFolder' | 'listen'> &
  Partial<SessionOptions> & {
    /** Through a proxy or an interface; the system's own way unless given. */
    readonly exit?: ExitWish
    /** Files of addresses that are not to be met. */
    readonly ipFilters?: readonly string[]
    readonly door?: (tcp: Tcp) => Tcp
  }

/** @throws SocketError when the port cannot be had, ExitError when nothing can leave as told, IpFilterError */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const { exit: wish, ipFilters = [], door, ...given } = options
  const filter = ipFilters.length === 0 ? undefined : await readIpFilter(ipFilters)
  const gate = bothOf(filter, given.gate)
  const exit = await openExit(wish ?? {})
  const withheld = withheldBy(exit)
  const ports = nodePorts(exit, gate, door)
  const end = async (): Promise<void> => {
    if (exit.kind !== 'direct') exit.close()
    await ports.close()
  }
  try {
    await makeStateFolder(options.stateFolder, ports.disk)
    const contents = new SessionContents(ports.digest)
    const session = await Session.open(ports, {
      ...DEFAULT_SESSION_OPTIONS,
      content: contents,
      agent: `Shoal ${VERSION}`,
      gateways: new NodeGateways(exit.kind === 'bound' ? exit : undefined),
      ...given,
      ...optionsBy(withheld),
      ...(gate === undefined ? {} : { gate }),
    })
    contents.torrents = session.torrents
    const locks = new TransferLocks()
    return {
      ports,
      session,
      exit,
      withheld,
      filter,
      gate,
      stateFolder: options.stateFolder,
      statusOf: (torrent) => statusBy(torrent.status(), exit, filter?.blocked),
      add: (torrent, how) => {
        locks.take(session.journalPaths(torrent), torrent.displayName)
        return session.add(torrent, how)
      },
      close: async () => {
        await session.close()
        await locks.releaseAll()
        await end()
      },
    }
  } catch (error) {
    await end()
    throw error
  }
}

function bothOf(
  one: ConnectionGate | undefined,
  other: ConnectionGate | undefined,
): ConnectionGate | undefined {
  if (one === undefined || other === undefined) return one ?? other
  return { allows: (host) => one.allows(host) && other.allows(host) }
}
