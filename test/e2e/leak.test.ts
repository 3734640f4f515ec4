// Nothing leaves but as told: all packets of a host, captured while a transfer runs through a proxy or by an interface
// that goes away in the middle and comes back. The same transfer without either shows that the capture would see it.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { describe } from 'node:test'
import { promisify } from 'node:util'
import type { Host } from '../../lab/netns/lan.ts'
import { until } from '../../lab/netns/until.ts'
import { Capture } from '../interop/capture.ts'
import { Dante } from '../interop/dante.ts'
import { differences, makeBigFile } from '../interop/fixtures.ts'
import { Ground } from '../interop/ground.ts'
import { PEER_PORT } from '../interop/libtorrent.ts'
import type { Scene } from '../interop/scene.ts'
import { Shoal } from '../interop/shoal.ts'
import { Tracker } from '../interop/tracker.ts'

const ground = await Ground.enter(import.meta.filename)
const run = promisify(execFile)

const BYTES = 7_000_000
/** Some four seconds for all of it: time enough to take the way out away in the middle. */
const RATE = '2M'
/** Seconds for which nothing may leave: longer than all first retries of dials, trackers, the DHT and LSD. */
const AWAY_REPORTS = 5

/**
 * What still arrives for a connection that is no more the kernel answers by itself, by whichever way its routes say: a reset
 * without an acknowledgement, where a program's own has one (RFC 9293, 3.10.7.1; docs/privacy.md).
 */
const ANSWERS = 'tcp[tcpflags] == tcp-rst'

interface Line {
  readonly event?: string
  readonly doneBytes?: number
  readonly bottleneck?: { readonly code: string }
}

describe('what leaves a host', () => {
  ground.test(
    'through a proxy, and while the proxy is stopped in the middle of a transfer, nothing goes to anybody else',
    ['dante', 'tcpdump'],
    async (scene) => {
      const dante = await Dante.start(scene, await scene.host('proxy'))
      const stage = await Stage.set(scene)
      const capture = await Capture.start(scene, stage.taker)
      const get = await stage.get('--proxy', dante.url())
      await halfDone(get)
      await dante.stop()
      await waits(get, 'PROXY_DOWN')
      const before = doneBytes(get)
      await waits(get, 'PROXY_DOWN', AWAY_REPORTS)
      assert.equal(doneBytes(get), before)
      await dante.start()
      await get.done()
      await stage.same()
      await get.program.ended
      await capture.stop()
      const elsewhere = await capture.packets(`not host ${dante.host.address} and not net 127.0.0.0/8`)
      assert.deepEqual(elsewhere, [])
      const through = await capture.packets(`tcp and host ${dante.host.address}`)
      assert.ok(through.length > 100, `${through.length} packets to the proxy`)
      // The tracker, which is asked by datagrams, saw the proxy only.
      const askers = new Set(stage.tracker.announces.map(({ address }) => address))
      assert.ok(askers.has(dante.host.address) && !askers.has(stage.taker.address), [...askers].join())
    },
  )

  ground.test(
    'without one, the capture sees every kind of packet go elsewhere',
    ['tcpdump'],
    async (scene) => {
      const stage = await Stage.set(scene)
      const capture = await Capture.start(scene, stage.taker)
      const get = await stage.get()
      await get.done()
      await get.program.ended
      await capture.stop()
      for (const kind of [
        `tcp and host ${stage.giver.address}`,
        `udp and host ${stage.giver.address}`,
        `udp and host ${scene.lan.address}`,
        'udp port 6771',
      ])
        assert.notDeepEqual(await capture.packets(kind), [], kind)
    },
  )

  for (const [what, away, back] of [
    ['down', ['link set tied0 down'], ['link set tied0 up']],
    ['gone', ['link del tied0'], undefined],
  ] as const) {
    ground.test(
      `by an interface, and while it is ${what} in the middle of a transfer, nothing leaves by another`,
      ['tcpdump'],
      async (scene) => {
        const stage = await Stage.set(scene)
        await tie(stage)
        const capture = await Capture.start(scene, stage.taker, 'eth0')
        // The other interface has a route to everywhere, to the giver's tied address too.
        const get = await stage.get('--interface', 'tied0', '--peer', `${TIED.giver}:${PEER_PORT}`)
        await halfDone(get)
        await ip(stage.taker, ...away)
        await waits(get, 'INTERFACE_GONE')
        const before = doneBytes(get)
        await waits(get, 'INTERFACE_GONE', AWAY_REPORTS)
        assert.equal(doneBytes(get), before)
        if (back === undefined) await tie(stage)
        else await ip(stage.taker, ...back)
        await get.done()
        await stage.same()
        await get.program.ended
        await capture.stop()
        assert.deepEqual(await capture.packets(`not (${ANSWERS})`), [])
      },
    )
  }
})

/** Who gives, who takes, and a tracker that both know. */
class Stage {
  readonly giver: Host
  readonly taker: Host
  readonly tracker: Tracker
  readonly #scene: Scene
  readonly #source: string
  readonly #target: string
  readonly #magnet: string

  private constructor(
    scene: Scene,
    hosts: readonly [Host, Host],
    tracker: Tracker,
    paths: readonly [string, string],
    magnet: string,
  ) {
    this.#scene = scene
    this.giver = hosts[0]
    this.taker = hosts[1]
    this.tracker = tracker
    this.#source = paths[0]
    this.#target = paths[1]
    this.#magnet = magnet
  }

  static async set(scene: Scene): Promise<Stage> {
    const hosts = [await scene.host('giver'), await scene.host('taker')] as const
    const tracker = await Tracker.start(scene)
    const source = join(await scene.folder('source'), 'film')
    await makeBigFile(source, 'leak', BYTES)
    const node = ['--dht-node', `${hosts[1].address}:${PEER_PORT}`]
    const words = [
      '--to',
      'everyone',
      '--licence',
      'own-work',
      '--tracker',
      tracker.url('http'),
      '--up',
      RATE,
      ...node,
    ]
    const { magnet } = await Shoal.share(scene, hosts[0], source, ...words)
    await tracker.heard('the giver', ({ left }) => left === 0, { deadlineMs: 60_000 })
    return new Stage(scene, hosts, tracker, [source, await scene.folder('target')], magnet)
  }

  /** With every way of finding others that there is: trackers of both kinds, the DHT, the local network, addresses. */
  get(...words: readonly string[]): Promise<Shoal> {
    const { giver, tracker } = this
    const ways = ['--peer', `${giver.address}:${PEER_PORT}`, '--dht-node', `${giver.address}:${PEER_PORT}`]
    const trackers = ['--tracker', tracker.url('udp'), '--tracker', 'http://tracker.example/announce']
    return Shoal.get(
      this.#scene,
      this.taker,
      this.#magnet,
      '-o',
      this.#target,
      ...ways,
      ...trackers,
      ...words,
    )
  }

  async same(): Promise<void> {
    assert.deepEqual(await differences(this.#source, join(this.#target, 'film')), [])
  }
}

const TIED = { taker: '10.201.0.1', giver: '10.201.0.2' } as const

/** A second wire between the two, beside the network that both are on. */
async function tie({ giver, taker }: Stage): Promise<void> {
  const namespace = (host: Host): string =>
    (/--net=(\S+)/.exec(host.prefix.join(' ')) as RegExpExecArray)[1] as string
  const pid = (/\/proc\/(\d+)\//.exec(namespace(giver)) as RegExpExecArray)[1]
  await ip(
    taker,
    `link add tied0 type veth peer name tied1 netns ${pid}`,
    'link set tied0 up',
    `addr add ${TIED.taker}/24 dev tied0`,
  )
  await ip(giver, 'link set tied1 up', `addr add ${TIED.giver}/24 dev tied1`)
}

async function ip(host: Host, ...lines: readonly string[]): Promise<void> {
  for (const line of lines) {
    const [program = '', ...args] = [...host.prefix, 'ip', ...line.split(' ')]
    await run(program, args)
  }
}

function progress(get: Shoal): readonly Line[] {
  return (get.lines as readonly Line[]).filter(({ event }) => event === 'progress')
}

function doneBytes(get: Shoal): number {
  return progress(get).at(-1)?.doneBytes ?? 0
}

async function halfDone(get: Shoal): Promise<void> {
  await until('a part of it is here', () => doneBytes(get) > BYTES / 4, { program: get.program })
}

/** `reports` more times it is said, once a second, that this is what holds everything up. */
async function waits(get: Shoal, code: string, reports = 1): Promise<void> {
  const said = () => progress(get).filter(({ bottleneck }) => bottleneck?.code === code).length
  const before = said()
  await until(`it says ${code}`, () => said() >= before + reports, { program: get.program })
}
