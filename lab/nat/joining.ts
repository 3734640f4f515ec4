// Two clients behind routers of their own and a public one that knows both: how the two come together, and whether the file
// arrives. The public one holds nothing of the file and wants nothing, so that what arrives came directly; only where the two
// cannot meet does it take part, slowly, so that it is seen what they would lose without it.

import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { MadeTorrent } from '../../test/doubles/made-torrent.ts'
import { Program } from '../netns/program.ts'
import { until } from '../netns/until.ts'
import { type Meeting, physics } from './meeting.ts'
import type { ConnectedPeer, PeerPlan, PeerReport } from './peer.ts'
import type { NatWorld, Place } from './world.ts'

export interface Joining {
  readonly giver: Place
  readonly taker: Place
  /** Of both; one that their routers have not seen, so that nothing of an earlier run can help. */
  readonly port: number
  /** Only the giver hears of the other: whatever brings them together, it began. Else both hear, and may dial at once. */
  readonly oneSided: boolean
  /** They dial by uTP alone, so that it is the routers' handling of UDP that decides. Else by TCP first, as usual. */
  readonly utpOnly: boolean
}

export type Way =
  /** One dialled the other without help. */
  | 'direct'
  /** The public one told both to dial (BEP 55), and only so each could let the other in. */
  | 'punched'
  /** The same, where one can be reached and the other cannot: the latter was asked to dial. */
  | 'called back'
  /** Both dialled at once, each having heard of the other: the same hole, by chance of time. */
  | 'crossed'
  | 'none'

export interface Outcome {
  readonly expected: Meeting
  readonly way: Way
  readonly transport: ConnectedPeer['transport'] | undefined
  /** From when the taker is connected to the public one. */
  readonly seconds: number
  /** The whole file arrived, with the right bytes. */
  readonly arrived: boolean
  /** Of those bytes, what the public one gave. */
  readonly relayedBytes: number
}

export const FILE_BYTES = 3 * 1024 * 1024 + 77
const NAME = 'made'
const PEER = join(import.meta.dirname, 'peer.ts')
/** The file takes this long through the public one: longer than a dial, a rendezvous and a second dial. */
const DETOUR_SECONDS = 25
const MEETING_DEADLINE_MS = 60_000
const START_DEADLINE_MS = 60_000

class LabPeer {
  readonly program: Program
  report: PeerReport | undefined

  constructor(name: string, plan: PeerPlan, place: Place | undefined) {
    this.program = new Program(name, [process.execPath, PEER, JSON.stringify(plan)], {
      host: place,
      chatter: () => true,
    })
    this.program.onLine((line) => {
      this.report = JSON.parse(line) as PeerReport
    })
  }

  connectedTo(host: string): ConnectedPeer | undefined {
    return this.report?.peers.find((peer) => peer.host === host)
  }

  describe(): string {
    return `${this.program.tail()}\n${JSON.stringify(this.report)}`
  }
}

export class JoiningLab {
  readonly #world: NatWorld
  readonly #folder: string
  readonly #content: Uint8Array
  #runs = 0
  #publicPort = 30_000

  private constructor(world: NatWorld, folder: string, content: Uint8Array) {
    this.#world = world
    this.#folder = folder
    this.#content = content
  }

  /** @param folder an empty one, for what is written */
  static async make(world: NatWorld, folder: string): Promise<JoiningLab> {
    const made = await MadeTorrent.make({
      name: NAME,
      version: 'hybrid',
      lengthsBytes: [FILE_BYTES],
      pieceLengthBytes: 32_768,
    })
    const [content] = made.contents
    if (content === undefined) throw new Error('no content')
    await mkdir(join(folder, 'source'))
    await writeFile(join(folder, 'source', NAME), content)
    await writeFile(join(folder, 'made.torrent'), made.bytes)
    return new JoiningLab(world, folder, content)
  }

  async run(joining: Joining): Promise<Outcome> {
    const { giver, taker, port, oneSided, utpOnly } = joining
    const expected = physics(giver.kind, taker.kind)
    const run = join(this.#folder, `run-${++this.#runs}`)
    const between = { host: this.#world.addresses[0], port: this.#publicPort++ }
    const peers: LabPeer[] = []
    const start = async (name: string, place: Place | undefined, changes: Partial<PeerPlan>) => {
      const saveFolder = join(run, name)
      await mkdir(saveFolder, { recursive: true })
      const plan: PeerPlan = {
        torrentPath: join(this.#folder, 'made.torrent'),
        saveFolder,
        stateFolder: join(run, `${name}-state`),
        listen: { host: '0.0.0.0', port },
        peers: [between],
        pex: true,
        wants: true,
        utpOnly,
        ...changes,
      }
      const peer = new LabPeer(name, plan, place)
      peers.push(peer)
      await until(`${name} runs`, () => peer.report, {
        deadlineMs: START_DEADLINE_MS,
        program: peer.program,
      })
      return peer
    }
    try {
      const detour = expected === 'none'
      const middle = await start('public', undefined, {
        listen: between,
        peers: [],
        wants: detour,
        ...(detour ? { upLimit: Math.ceil(FILE_BYTES / DETOUR_SECONDS) } : {}),
      })
      const giving = await start('giver', giver, { saveFolder: join(this.#folder, 'source') })
      await connected(middle, giver)
      const taking = await start('taker', taker, { pex: !oneSided })
      await connected(middle, taker)
      const began = performance.now()
      const sides = () => [taking.connectedTo(giver.outer), giving.connectedTo(taker.outer)] as const
      let met: readonly [ConnectedPeer, ConnectedPeer] | undefined
      let meetingMs = 0
      await until(
        'the file arrives',
        () => {
          const [one, other] = sides()
          if (met === undefined && one !== undefined && other !== undefined) {
            met = [one, other]
            meetingMs = performance.now() - began
          }
          return taking.report?.finished
        },
        {
          deadlineMs: MEETING_DEADLINE_MS,
          program: taking.program,
          describe: () => peers.map((peer) => peer.describe()).join('\n'),
        },
      )
      const relayedBytes = taking.connectedTo(between.host)?.downloadedBytes ?? 0
      const bytes = await readFile(join(run, 'taker', NAME))
      return {
        expected,
        way: met === undefined ? 'none' : wayOf(met, expected),
        transport: met?.[0].transport,
        seconds: (met === undefined ? performance.now() - began : meetingMs) / 1_000,
        arrived: Buffer.compare(bytes, this.#content) === 0,
        relayedBytes,
      }
    } finally {
      await Promise.all(peers.map((peer) => peer.program.stop('SIGKILL')))
    }
  }
}

async function connected(middle: LabPeer, place: Place): Promise<void> {
  await until(`the public one has ${place.name}`, () => middle.connectedTo(place.outer), {
    deadlineMs: START_DEADLINE_MS,
    program: middle.program,
    describe: () => middle.describe(),
  })
}

function wayOf(sides: readonly ConnectedPeer[], expected: Meeting): Way {
  if (sides.some(({ source }) => source === 'punched'))
    return expected === 'direct' ? 'called back' : 'punched'
  return expected === 'direct' ? 'direct' : 'crossed'
}
