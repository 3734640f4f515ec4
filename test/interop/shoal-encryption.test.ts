// Shoal and the other clients where one of them requires encryption, in both roles. A capture of the network proves that no
// plain handshake and nothing of the content was on it; a transfer without encryption proves that the capture would
// have seen them.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe } from 'node:test'
import type { Host } from '../../lab/netns/lan.ts'
import { Aria2 } from './aria2.ts'
import { differences, makeBigFile, SeededBytes } from './fixtures.ts'
import { Ground, type Need } from './ground.ts'
import { Libtorrent, type TorrentKind } from './libtorrent.ts'
import type { Scene } from './scene.ts'
import { Shoal } from './shoal.ts'
import { Tracker } from './tracker.ts'
import { Transmission } from './transmission.ts'
import { WireCapture } from './wire-capture.ts'

const ground = await Ground.enter(import.meta.filename)

const SEED = 'encryption'
const CONTENT_BYTES = 6 * 1024 * 1024 + 12_345
const PLAIN_HANDSHAKE = 'BitTorrent protocol'

/** How much a client insists: `never` has it switched off, `able` speaks both, `required` nothing else than RC4. */
type Will = 'never' | 'able' | 'required'

/** Until it has everything and can be found. */
type Other = (
  scene: Scene,
  host: Host,
  will: Will,
  torrent: string,
  folder: string,
  seed: boolean,
  utp: boolean,
) => Promise<unknown>

const OTHERS: Readonly<Record<'transmission' | 'libtorrent' | 'aria2', Other>> = {
  async transmission(scene, host, will, torrent, folder) {
    const encryption = ({ never: 'off', able: 'preferred', required: 'required' } as const)[will]
    const client = await Transmission.start(scene, host, { encryption })
    return (await client.add(torrent, { savePath: folder })).complete()
  },
  async libtorrent(scene, host, will, torrent, folder, _seed, utp) {
    const encryption = ({ never: 'disabled', able: 'enabled', required: 'forced' } as const)[will]
    const client = await Libtorrent.start(scene, host, { encryption, utp, tcp: !utp })
    return (await client.add(torrent, { savePath: folder })).complete()
  },
  async aria2(scene, host, will, torrent, folder, seed) {
    const flags = will === 'required' ? ['--bt-require-crypto=true', '--bt-min-crypto-level=arc4'] : []
    const client = await Aria2.start(scene, host, { flags })
    return (await client.add(torrent, { savePath: folder, seed })).complete()
  },
}

const SHOAL_MODE: Readonly<Record<Will, string>> = { never: 'off', able: 'prefer', required: 'require' }

interface Row {
  readonly other: keyof typeof OTHERS
  readonly gives: 'shoal' | 'other'
  readonly shoal: Will
  readonly theirs: Will
  readonly kind: TorrentKind
  /** libtorrent only: it dials nobody over TCP, and hangs up on who comes that way. */
  readonly utp?: boolean
}

const made = new Map<string, Promise<string>>()

function content(): Promise<string> {
  const known = made.get('content')
  if (known !== undefined) return known
  const making = ground.folder('content').then(async (folder) => {
    await makeBigFile(join(folder, 'content'), SEED, CONTENT_BYTES)
    return folder
  })
  made.set('content', making)
  return making
}

/** Sixteen bytes from each 64 KiB of the content: most of them lie inside one packet. */
function samples(): Buffer[] {
  const bytes = new SeededBytes(SEED)
  const whole = Buffer.concat(Array.from({ length: 7 }, () => bytes.next(1024 * 1024)))
  return Array.from({ length: 96 }, (_, i) => whole.subarray(i * 65_536 + 100, i * 65_536 + 116))
}

/** What could be read: plain handshakes by who sent them, and samples of the content. */
interface Seen {
  readonly ours: number
  readonly theirs: number
  readonly samples: number
}

async function transfer(scene: Scene, row: Row): Promise<Seen> {
  const source = await content()
  const tracker = await Tracker.start(scene)
  const torrent = join(scene.directory, 'content.torrent')
  await Libtorrent.idle(scene).make({
    path: join(source, 'content'),
    output: torrent,
    kind: row.kind,
    trackers: [tracker.url('http')],
  })
  const [shoalHost, otherHost] = [await scene.host('shoal'), await scene.host('other')]
  const capture = await WireCapture.start(scene, shoalHost, `host ${otherHost.address}`)
  const target = await scene.folder('target')
  const flags = ['--encryption', SHOAL_MODE[row.shoal], '--no-lsd', '--no-pex', '--no-dht']
  const other = OTHERS[row.other]
  if (row.gives === 'shoal') {
    await Shoal.share(
      scene,
      shoalHost,
      torrent,
      '--dir',
      source,
      '--to',
      'everyone',
      '--licence',
      'own-work',
      ...flags,
    )
    await tracker.heard('the giver', ({ left }) => left === 0)
    await other(scene, otherHost, row.theirs, torrent, target, false, row.utp ?? false)
  } else {
    await other(scene, otherHost, row.theirs, torrent, source, true, row.utp ?? false)
    await tracker.heard('the giver', ({ left }) => left === 0)
    await (await Shoal.get(scene, shoalHost, torrent, '-o', target, ...flags)).done()
  }
  assert.deepEqual(await differences(join(source, 'content'), join(target, 'content')), [])
  const packets = await capture.end()
  const wholeBytes = packets.reduce((sum, { bytes }) => sum + bytes.length, 0)
  assert.ok(wholeBytes > CONTENT_BYTES, `captured only ${wholeBytes} bytes`)
  const udpBytes = packets.reduce((sum, { udp, bytes }) => sum + (udp ? bytes.length : 0), 0)
  assert.equal(udpBytes > CONTENT_BYTES, row.utp ?? false, `${udpBytes} bytes over UDP`)
  const plain = packets.filter(({ bytes }) => bytes.includes(PLAIN_HANDSHAKE))
  const ours = plain.filter(({ from }) => from === shoalHost.address).length
  const seen = samples().filter((sample) => packets.some(({ bytes }) => bytes.includes(sample)))
  return { ours, theirs: plain.length - ours, samples: seen.length }
}

function named({ other, gives, shoal, theirs, kind }: Row): string {
  const [giver, taker] = gives === 'shoal' ? ['Shoal', other] : [other, 'Shoal']
  const who =
    shoal === 'required'
      ? 'Shoal requires encryption'
      : theirs === 'required'
        ? `${other} requires encryption`
        : 'nobody may encrypt'
  return `${taker} fetches a ${kind} torrent from ${giver} where ${who}`
}

const needs = (row: Row): Need[] => [...new Set<Need>(['libtorrent', row.other, 'tcpdump'])]

const ROWS: readonly Row[] = (['transmission', 'libtorrent', 'aria2'] as const).flatMap((other) =>
  (['shoal', 'other'] as const).flatMap((gives) => [
    // The handshake is about a torrent's hash: v2 and hybrid torrents have others, which only libtorrent knows.
    { other, gives, shoal: 'able', theirs: 'required', kind: other === 'libtorrent' ? 'v2' : 'v1' } as const,
    {
      other,
      gives,
      shoal: 'required',
      theirs: 'able',
      kind: other === 'libtorrent' ? 'hybrid' : 'v1',
    } as const,
  ]),
)

describe('encryption required on either side', { concurrency: 4 }, () => {
  for (const row of ROWS) {
    ground.test(`${named(row)}: none of it can be read on the way`, needs(row), async (scene) => {
      const seen = await transfer(scene, row)
      assert.deepEqual([seen.ours, seen.samples], [0, 0])
      // Where they need not, libtorrent tries without encryption first, and is refused.
      assert.ok(
        seen.theirs <= (row.theirs === 'able' && row.other === 'libtorrent' ? 1 : 0),
        `${seen.theirs} by them`,
      )
    })
  }

  const overUtp: Row = {
    other: 'libtorrent',
    gives: 'shoal',
    shoal: 'required',
    theirs: 'required',
    kind: 'v1',
    utp: true,
  }
  ground.test(`${named(overUtp)}, over uTP: none of it can be read`, needs(overUtp), async (scene) => {
    assert.deepEqual(await transfer(scene, overUtp), { ours: 0, theirs: 0, samples: 0 })
  })

  const open: Row = { other: 'libtorrent', gives: 'other', shoal: 'never', theirs: 'never', kind: 'v1' }
  ground.test(`${named(open)}: handshakes and content can be read`, needs(open), async (scene) => {
    const seen = await transfer(scene, open)
    assert.ok(seen.ours >= 1 && seen.theirs >= 1 && seen.samples > 48, JSON.stringify(seen))
  })
})
