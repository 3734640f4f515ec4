// A swarm of production sessions on simulated hosts, one file, and what came of it.
// Promise: after a finished run every leech holds every byte of the content, checked as it was written.

import type { Ports } from '../../src/base/ports.ts'
import { randomFraction, SeededRandom } from '../../src/base/random.ts'
import { Session } from '../../src/engine/session/session.ts'
import { DEFAULT_SESSION_OPTIONS, type EncryptionMode } from '../../src/engine/session/session-options.ts'
import type { Listing, TorrentOptions } from '../../src/engine/torrent/options.ts'
import type { Torrent } from '../../src/engine/torrent/torrent.ts'
import { createTorrent } from '../../src/metainfo/create.ts'
import type { Metainfo, TorrentVersion } from '../../src/metainfo/metainfo.ts'
import { ContentDisk } from './content-disk.ts'
import { SimDisk } from './disk.ts'
import { SimHasher } from './hasher.ts'
import type { SimHost } from './host.ts'
import { type NetworkOptions, SimNetwork } from './network.ts'
import { SimTracker } from './tracker.ts'
import { SimWebSeed } from './web-seed.ts'
import { World } from './world.ts'

export interface MemberPlan {
  /** Bytes per second. */
  readonly uploadRate: number
  readonly downloadRate: number
  /** When it joins; default at once. */
  readonly joinsAtMs?: number
  readonly superSeed?: boolean
  /** Default one of a private range. */
  readonly address?: string
  readonly encryption?: EncryptionMode
  /** Nobody can connect to it: behind a port-restricted NAT or a firewall. */
  readonly closed?: boolean
  /** What it gives at most, whatever its line can carry. */
  readonly upLimit?: number
  /** Bytes per second that its disk writes, and that it hashes; default as fast as may be. */
  readonly writeRate?: number
  readonly hashRate?: number
  /** Accepts no connections. */
  readonly deaf?: boolean
}

export interface SwarmPlan {
  readonly pieceCount: number
  readonly pieceLengthBytes: number
  readonly version?: TorrentVersion
  readonly seeds: readonly MemberPlan[]
  readonly leeches: readonly MemberPlan[]
  readonly network?: NetworkOptions
  /**
   * How leeches find the others: through a tracker, the LAN, only a seed given by hand and then PEX, or the DHT alone,
   * of which everybody knows the tracker's host as a node.
   */
  readonly discovery?: 'tracker' | 'lan' | 'pex' | 'dht'
  /** Default everyone. */
  readonly listing?: Listing
  readonly private?: boolean
  /** Leeches begin with the infohashes alone. */
  readonly byLink?: boolean
  readonly maxPeers?: number
  /** Connections over UDP too (BEP 29). */
  readonly utp?: boolean
  /** Default true; false leaves uTP alone. */
  readonly tcp?: boolean
  /** A server of the file beside the peers, with this upload rate; leeches know it from the torrent. */
  readonly webSeedRate?: number
  /** Called when a member's torrent went from one state to another. */
  readonly stateChanged?: (member: SwarmMember) => void
}

const PORT = 6881
const FILE = 'content.bin'
const FOLDER = '/data'
/** Host of the tracker, and of the DHT node that everybody knows. */
const NODE = '10.255.0.1'

/** Room for every peer of a large swarm in one process; a real session may take more. */
const BUFFER_BYTES = 32 * 1024 * 1024

export class SwarmMember {
  readonly plan: MemberPlan
  readonly role: 'seed' | 'leech'
  readonly host: SimHost
  readonly disk: ContentDisk
  /** Below `disk`: everything that is no payload. */
  readonly files: SimDisk
  session!: Session
  torrent: Torrent | undefined
  /** Virtual time from its joining until every byte was verified and in place. */
  finishedAfterMs: number | undefined
  joinedAtMs = 0

  constructor(plan: MemberPlan, role: 'seed' | 'leech', host: SimHost, content: Uint8Array) {
    const { world } = host.network
    this.plan = plan
    this.role = role
    this.host = host
    this.files = new SimDisk({
      random: world.random(`disk of ${host.name}`),
      wallMs: () => host.clock.wallMs(),
    })
    this.disk = new ContentDisk(
      this.files,
      (path) => (path.startsWith(`${FOLDER}/${FILE}`) ? content : undefined),
      plan.writeRate === undefined ? undefined : oneAfterTheOther(world, plan.writeRate),
    )
  }

  /** Ports of the program that runs on its host. */
  ports(): Ports {
    const { host, disk, plan } = this
    if (plan.hashRate === undefined) return host.ports(disk)
    const { program, network } = host
    const alive = () => !program.ended
    return host.ports(
      disk,
      new SimHasher(network.world, disk, { bytesPerSecond: plan.hashRate, parallelism: 1, alive }),
    )
  }

  /** Bytes of the content that are on its disk. */
  async storedBytes(): Promise<number> {
    return (
      (await this.disk.writtenBytes(`${FOLDER}/${FILE}`)) ||
      (await this.disk.writtenBytes(`${FOLDER}/${FILE}.part`))
    )
  }
}

export class Swarm {
  readonly world: World
  readonly network: SimNetwork
  readonly plan: SwarmPlan
  readonly content: Uint8Array
  readonly members: readonly SwarmMember[]
  readonly tracker: SimTracker
  readonly webSeed: SimWebSeed | undefined
  #metainfo: Metainfo | undefined
  #node: Session | undefined
  #unfinished = 0

  constructor(seed: number, plan: SwarmPlan) {
    this.world = new World(seed)
    this.plan = plan
    this.network = new SimNetwork(this.world, { strict: false, ...plan.network })
    this.content = noise(seed, plan.pieceCount * plan.pieceLengthBytes)
    this.tracker = new SimTracker(this.network.addHost('tracker', { addresses: [NODE] }))
    const { webSeedRate } = plan
    this.webSeed =
      webSeedRate === undefined
        ? undefined
        : new SimWebSeed(
            this.network.addHost('web', { addresses: ['10.255.0.2'], uploadRate: webSeedRate }),
            this.content,
          )
    this.members = [
      ...plan.seeds.map((member, i) => this.#member(member, 'seed', i)),
      ...plan.leeches.map((member, i) => this.#member(member, 'leech', plan.seeds.length + i)),
    ]
    this.#unfinished = plan.leeches.length
  }

  get leeches(): readonly SwarmMember[] {
    return this.members.filter(({ role }) => role === 'leech')
  }

  get seeds(): readonly SwarmMember[] {
    return this.members.filter(({ role }) => role === 'seed')
  }

  get unfinished(): number {
    return this.#unfinished
  }

  /** Makes the torrent, opens all sessions and lets members join at their times; returns when the first are there. */
  async start(): Promise<void> {
    await this.world.run('the start', () => this.#prepare(), 60_000)
  }

  /** @throws WorldError when not all leeches are done within that virtual time */
  async finish(withinMs: number): Promise<void> {
    try {
      await this.world.runUntil('every leech is done', () => this.#unfinished === 0, withinMs)
    } catch (error) {
      throw new Error(`${String(error)}\n${this.describe()}`, { cause: error })
    }
  }

  /** The program dies on the spot (kill -9); its disk keeps what was written. */
  kill(member: SwarmMember): void {
    member.host.kill()
    member.files.kill()
  }

  /** Starts the program again over what is on its disk. */
  async revive(member: SwarmMember): Promise<void> {
    member.files.start()
    member.host.restart()
    await this.#open(member)
    this.#join(member)
  }

  async close(): Promise<void> {
    await this.world.run('the end', () => this.#closeAll(), 600_000)
  }

  /**
   * The fluid bound: nobody can be faster, whatever the strategy. Milliseconds, for leeches that all join at once.
   * max(F / u of the seeds, F / slowest d, N·F / sum of all u)
   */
  get bestTimeMs(): number {
    const fileBytes = this.content.length
    const seedRate = this.plan.seeds.reduce(
      (sum, { uploadRate }) => sum + uploadRate,
      this.plan.webSeedRate ?? 0,
    )
    const allRates = this.plan.leeches.reduce((sum, { uploadRate }) => sum + uploadRate, seedRate)
    const slowest = Math.min(...this.plan.leeches.map(({ downloadRate }) => downloadRate))
    const { length: leeches } = this.plan.leeches
    return 1000 * Math.max(fileBytes / seedRate, fileBytes / slowest, (leeches * fileBytes) / allRates)
  }

  /** One line per member: what to look at when a run went wrong. */
  describe(): string {
    return this.members
      .map(({ host, torrent, finishedAfterMs }) => {
        if (torrent === undefined) return `${host.name}: not here yet`
        const status = torrent.status()
        const done =
          finishedAfterMs === undefined ? '' : `, done after ${(finishedAfterMs / 1000).toFixed(2)} s`
        const share = `${Math.floor((100 * status.doneBytes) / this.content.length)} %`
        return `${host.name}: ${status.state} ${share}, ${status.peers} peers, bottleneck ${JSON.stringify(status.bottleneck)}${done}`
      })
      .join('\n')
  }

  async #closeAll(): Promise<void> {
    await Promise.all(this.members.filter(({ host }) => host.alive).map(({ session }) => session?.close()))
    await this.#node?.close()
  }

  #member(plan: MemberPlan, role: 'seed' | 'leech', index: number): SwarmMember {
    const host = this.network.addHost(`${role} ${index}`, {
      addresses: [plan.address ?? `10.${1 + (index >> 8)}.${index & 255}.${1 + (index % 250)}`],
      uploadRate: plan.uploadRate,
      downloadRate: plan.downloadRate,
      ...(this.plan.discovery === 'lan' ? { lan: 'home' } : {}),
      ...(plan.closed === undefined ? {} : { closed: plan.closed }),
    })
    return new SwarmMember(plan, role, host, this.content)
  }

  async #prepare(): Promise<void> {
    const [first] = this.members as [SwarmMember, ...SwarmMember[]]
    for (const { disk } of this.members) await disk.makeDirectory(FOLDER)
    for (const { disk } of this.seeds) await disk.plant(`${FOLDER}/${FILE}`)
    const source = { components: [FILE], path: `${FOLDER}/${FILE}`, lengthBytes: this.content.length }
    const { torrent } = await createTorrent(
      { name: FILE, singleFile: true, files: [source] },
      {
        version: this.plan.version ?? 'v1',
        pieceLengthBytes: this.plan.pieceLengthBytes,
        private: this.plan.private ?? false,
      },
      first.host.ports(first.disk),
    )
    this.#metainfo = torrent.metainfo
    if (this.plan.discovery === 'dht') await this.#openNode()
    const late = this.members.filter(({ plan }) => (plan.joinsAtMs ?? 0) > 0)
    for (const member of this.members) if (!late.includes(member)) await this.#open(member)
    for (const member of this.members) if (!late.includes(member)) this.#join(member)
    for (const member of late) {
      this.world.after(
        member.plan.joinsAtMs ?? 0,
        () => void this.#open(member).then(() => this.#join(member)),
      )
    }
  }

  /** A session without torrents: a node of the DHT and nothing else. */
  async #openNode(): Promise<void> {
    const { host } = this.tracker
    const disk = new SimDisk({
      random: this.world.random('disk of the node'),
      wallMs: () => host.clock.wallMs(),
    })
    this.#node = await Session.open(host.ports(disk), {
      ...DEFAULT_SESSION_OPTIONS,
      agent: 'Shoal in the lab',
      listen: { host: '::', port: PORT },
      stateFolder: '/state',
      lan: false,
      dht: true,
    })
  }

  async #open(member: SwarmMember): Promise<void> {
    member.session = await Session.open(member.ports(), {
      ...DEFAULT_SESSION_OPTIONS,
      agent: 'Shoal in the lab',
      listen: member.plan.deaf === true ? undefined : { host: '::', port: PORT },
      stateFolder: '/state',
      lan: this.plan.discovery === 'lan',
      dht: this.plan.discovery === 'dht',
      dhtNodes: [`${NODE}:${PORT}`],
      utp: this.plan.utp ?? false,
      transports: { tcp: this.plan.tcp ?? true, utp: this.plan.utp ?? false },
      upLimit: member.plan.upLimit,
      encryption: member.plan.encryption ?? DEFAULT_SESSION_OPTIONS.encryption,
      bufferBytes: BUFFER_BYTES,
      maxConnections: Math.max(DEFAULT_SESSION_OPTIONS.maxConnections, this.members.length),
    })
  }

  #join(member: SwarmMember): void {
    member.joinedAtMs ||= this.world.nowMs
    member.torrent = member.session.add(this.#options(member, this.#metainfo as Metainfo))
  }

  #options(member: SwarmMember, metainfo: Metainfo): TorrentOptions {
    const { discovery = 'tracker' } = this.plan
    const first = this.members[0] as SwarmMember
    const byHand = discovery === 'pex' && member !== first
    return {
      infohashV1: metainfo.infohashV1,
      infohashV2: metainfo.infohashV2,
      metainfo: this.plan.byLink === true && member.role === 'leech' ? undefined : metainfo,
      displayName: FILE,
      realm: 'public',
      listing: this.plan.listing ?? 'everyone',
      saveFolder: FOLDER,
      trackers: discovery === 'tracker' ? [[{ url: this.tracker.url, by: 'hand' }]] : [],
      peers: byHand ? [{ host: first.host.addresses[0] as string, port: PORT }] : [],
      webSeeds: this.webSeed === undefined ? [] : [{ url: this.webSeed.url, kind: 'files', by: 'link' }],
      pex: true,
      lan: discovery === 'lan',
      dht: discovery === 'dht',
      maxPeers: this.plan.maxPeers ?? 50,
      priorities: undefined,
      sequential: false,
      superSeed: member.plan.superSeed ?? false,
      preallocate: 'sparse',
      partSuffix: '.part',
      justHashed: member.role === 'seed' && member.torrent === undefined,
      agreed: false,
      diskPaths: undefined,
      beforeFinal: undefined,
      events: {
        finished: () => this.#finished(member),
        stateChanged: () => this.plan.stateChanged?.(member),
      },
    }
  }

  #finished(member: SwarmMember): void {
    if (member.role === 'seed' || member.finishedAfterMs !== undefined) return
    member.finishedAfterMs = this.world.nowMs - member.joinedAtMs
    this.#unfinished--
  }
}

/** A disk of that rate, doing one thing after the other. */
function oneAfterTheOther(world: World, bytesPerSecond: number): (lengthBytes: number) => Promise<void> {
  let freeAtMs = 0
  return (lengthBytes) => {
    freeAtMs = Math.max(freeAtMs, world.nowMs) + (1_000 * lengthBytes) / bytesPerSecond
    return new Promise((resolve) => world.at(freeAtMs, resolve))
  }
}

/** Bytes without any repetition that storage could mistake for something else. */
function noise(seed: number, lengthBytes: number): Uint8Array {
  const random = new SeededRandom(seed)
  const content = new Uint8Array(new SharedArrayBuffer(lengthBytes))
  const words = new Uint32Array(content.buffer)
  for (let i = 0; i < words.length; i++) words[i] = random.uint32()
  return content
}

/** Members whose rates differ by up to `spread` times, drawn from the seed. */
export function unequal(
  seed: number,
  count: number,
  uploadRate: number,
  downloadRate: number,
  spread: number,
): MemberPlan[] {
  const random = new SeededRandom(seed)
  return Array.from({ length: count }, () => {
    const factor = spread ** (randomFraction(random) - 0.5)
    return { uploadRate: uploadRate * factor, downloadRate: downloadRate * factor }
  })
}
