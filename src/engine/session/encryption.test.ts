// Sessions that differ in what they want of encryption, in the simulator: who gets the file, and what was seen of it.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Swarm } from '../../../lab/sim/swarm.ts'
import { digest } from '../../../test/doubles/digest.ts'
import { link } from '../../../test/doubles/linked-connections.ts'
import { HASH } from '../../../test/doubles/peer-scene.ts'
import { VirtualClock } from '../../../test/doubles/virtual-clock.ts'
import type { Endpoint } from '../../base/endpoint.ts'
import type { WireHash } from '../../base/ids.ts'
import type { Connection } from '../../base/ports.ts'
import { SeededRandom } from '../../base/random.ts'
import { torrentTag } from '../../protocol/mse/keys.ts'
import { PEX_PREFERS_ENCRYPTION } from '../../protocol/wire/pex-message.ts'
import { ANSWER_TIMEOUT_MS, EncryptingConnection } from '../peer/encrypting.ts'
import { ReusedFrames } from '../peer/frame-pool.ts'
import { peerStatusOf } from '../torrent/status-of.ts'
import type { Torrent } from '../torrent/torrent.ts'
import { Encryption, NOT_ENCRYPTED } from './encryption.ts'
import { PublicTorrents } from './public-torrents.ts'
import type { EncryptionMode } from './session-options.ts'

const MODES: readonly EncryptionMode[] = ['off', 'prefer', 'require']

/** `hidden`: both handshakes and the file; `half`: the file is not, nor the answer; `open`: nothing is. */
type Outcome = 'hidden' | 'half' | 'open' | 'never'

/** Who dials, then who is dialled, far away from each other. */
const OUTCOMES: Readonly<Record<string, Outcome>> = {
  'off off': 'open',
  'off prefer': 'open',
  'off require': 'never',
  'prefer off': 'open',
  'prefer prefer': 'hidden',
  'prefer require': 'hidden',
  'require off': 'never',
  'require prefer': 'hidden',
  'require require': 'hidden',
}

const PROTOCOL = 'BitTorrent protocol'
const RATE = { uploadRate: 2e6, downloadRate: 4e6 }

interface Run {
  readonly outcome: Outcome
  /** How often a plain handshake was on the wire. */
  readonly handshakes: number
  readonly connects: number
  /** What the status of the leech's peers said. */
  readonly told: readonly string[]
  readonly seconds: number
}

async function run(dialler: EncryptionMode, dialled: EncryptionMode, near: boolean): Promise<Run> {
  const [seedAddress, leechAddress] = near ? ['10.0.0.1', '10.0.0.2'] : ['8.8.4.1', '9.9.4.2']
  const swarm = new Swarm(1, {
    pieceCount: 16,
    pieceLengthBytes: 32_768,
    discovery: 'pex',
    seeds: [{ ...RATE, encryption: dialled, address: seedAddress as string }],
    leeches: [{ ...RATE, encryption: dialler, address: leechAddress as string }],
  })
  const told = new Set<string>()
  const wire = { handshakes: 0, content: false, connects: 0 }
  const sample = Buffer.from(swarm.content.subarray(100_000, 100_024))
  const { network } = swarm
  const lend = network.lend.bind(network)
  network.lend = (bytes, take) => {
    const seen = Buffer.from(bytes)
    for (let at = seen.indexOf(PROTOCOL); at >= 0; at = seen.indexOf(PROTOCOL, at + 1)) wire.handshakes++
    wire.content ||= seen.includes(sample)
    for (const peer of swarm.leeches[0]?.torrent?.swarm.peers ?? [])
      told.add(peerStatusOf(peer, peer.connectedAt).encryption)
    lend(bytes, take)
  }
  await swarm.start()
  const connections = swarm.seeds[0]?.host.connections
  assert.ok(connections !== undefined)
  const add = connections.add.bind(connections)
  connections.add = (connection) => {
    wire.connects++
    return add(connection)
  }
  try {
    await swarm.finish(300_000)
  } catch {
    // Said below: it never came.
  }
  const [leech] = swarm.leeches
  const done = leech?.finishedAfterMs
  await swarm.close()
  const { handshakes, content, connects } = wire
  const outcome =
    done === undefined
      ? 'never'
      : handshakes === 0 && !content
        ? 'hidden'
        : handshakes === 1 && content
          ? 'half'
          : 'open'
  return { outcome, handshakes, connects, told: [...told], seconds: (done ?? Number.NaN) / 1000 }
}

describe('each mode meets each over uTP alone', () => {
  for (const dialler of MODES) {
    for (const dialled of MODES) {
      const gets = OUTCOMES[`${dialler} ${dialled}`] !== 'never'
      test(`who dials with ${dialler} ${gets ? 'gets it' : 'gets nothing'} from who listens with ${dialled}`, async () => {
        const swarm = new Swarm(1, {
          pieceCount: 8,
          pieceLengthBytes: 32_768,
          discovery: 'pex',
          utp: true,
          tcp: false,
          seeds: [{ ...RATE, encryption: dialled, address: '8.8.4.1' }],
          leeches: [{ ...RATE, encryption: dialler, address: '9.9.4.2' }],
        })
        await swarm.start()
        if (gets) await swarm.finish(60_000)
        else await assert.rejects(swarm.finish(60_000))
        await swarm.close()
      })
    }
  }
})

describe('each mode meets each', () => {
  for (const dialler of MODES) {
    for (const dialled of MODES) {
      const outcome = OUTCOMES[`${dialler} ${dialled}`]
      test(`who dials with ${dialler} gets it from who listens with ${dialled}: ${outcome}`, async () => {
        const result = await run(dialler, dialled, false)
        assert.equal(result.outcome, outcome, JSON.stringify(result))
        if (outcome === 'never') {
          assert.equal(result.handshakes > 0, dialler === 'off', 'who requires it says nothing plainly')
          return
        }
        assert.ok(result.seconds < 10, JSON.stringify(result))
        assert.deepEqual(result.told, [outcome === 'open' ? 'none' : 'rc4'])
        // Once encrypted, refused at its first byte, and once plainly: no third time.
        assert.equal(result.connects, dialler === 'prefer' && dialled === 'off' ? 2 : 1)
      })
    }
  }

  test('on one network the file goes as it is, because nobody stands between; unless one requires it', async () => {
    const { outcome, told } = await run('prefer', 'prefer', true)
    assert.deepEqual([outcome, told], ['half', ['plain']])
    assert.equal((await run('require', 'prefer', true)).outcome, 'hidden')
    assert.equal((await run('prefer', 'require', true)).outcome, 'hidden')
  })
})

/** The flags in the messages of peer exchange that could be read on the wire, for one peer each. */
async function exchangedFlags(encryption: EncryptionMode): Promise<number[]> {
  const member = { uploadRate: 1e5, downloadRate: 1e5, encryption }
  // On one network, so that only handshakes are encrypted.
  const swarm = new Swarm(1, {
    pieceCount: 64,
    pieceLengthBytes: 32_768,
    discovery: 'pex',
    seeds: [member],
    leeches: [member, member],
  })
  const flags: number[] = []
  const { network } = swarm
  const lend = network.lend.bind(network)
  const mark = '7:added.f1:'
  network.lend = (bytes, take) => {
    const at = Buffer.from(bytes).indexOf(mark)
    if (at >= 0) flags.push(bytes[at + mark.length] as number)
    lend(bytes, take)
  }
  await swarm.start()
  await swarm.finish(600_000)
  await swarm.close()
  return flags
}

test('peers that shook hands encrypted are told of as such, others are not (BEP 11)', async () => {
  const [encrypted, plain] = [await exchangedFlags('prefer'), await exchangedFlags('off')]
  assert.ok(
    encrypted.length > 0 && encrypted.every((flags) => (flags & PEX_PREFERS_ENCRYPTION) !== 0),
    `${encrypted}`,
  )
  assert.ok(plain.length > 0 && plain.every((flags) => (flags & PEX_PREFERS_ENCRYPTION) === 0), `${plain}`)
})

describe('addresses that answered plain handshakes only', () => {
  const clock = new VirtualClock()
  const encryption = (mode: EncryptionMode) =>
    new Encryption({
      mode,
      ports: { clock, digest, random: new SeededRandom(1) },
      frames: new ReusedFrames(),
      find: () => undefined,
    })
  const at = (number: number): Endpoint => ({ host: `203.0.${number >> 8}.${number & 255}`, port: 6_881 })
  const dialled = (): Connection => link(clock)[0]
  const encrypted = (connection: Connection) => connection instanceof EncryptingConnection

  /** A dial to whom closes at the first encrypted byte. @returns the reason told */
  function refused(whose: Encryption, to: Endpoint): string {
    return whose.failed(whose.outgoing(dialled(), to, HASH), to, 'CLOSED')
  }

  test('are dialled plainly from then on, until that fails too', () => {
    const whose = encryption('prefer')
    assert.equal(refused(whose, at(1)), NOT_ENCRYPTED)
    const plain = whose.outgoing(dialled(), at(1), HASH)
    assert.equal(encrypted(plain), false)
    assert.equal(encrypted(whose.outgoing(dialled(), at(2), HASH)), true, 'others are not')
    assert.equal(whose.failed(plain, at(1), 'CLOSED'), 'CLOSED', 'a plain dial that fails has failed')
    assert.equal(encrypted(whose.outgoing(dialled(), at(1), HASH)), true)
  })

  test('are none when encryption is required', () => {
    const whose = encryption('require')
    assert.equal(refused(whose, at(1)), 'CLOSED')
    assert.equal(encrypted(whose.outgoing(dialled(), at(1), HASH)), true)
  })

  test('are not those that answered an encrypted handshake and closed later', async () => {
    const whose = encryption('prefer')
    const [near, far] = link(clock)
    const connection = whose.outgoing(near, at(1), HASH)
    far.write(new SeededRandom(2).bytes(96))
    await clock.advance(100)
    far.close()
    await clock.advance(100)
    assert.equal(whose.failed(connection, at(1), 'CLOSED'), 'CLOSED')
    assert.equal(encrypted(whose.outgoing(dialled(), at(1), HASH)), true)
    await clock.advance(ANSWER_TIMEOUT_MS)
  })

  test('are at most a thousand: the oldest is forgotten first', () => {
    const whose = encryption('prefer')
    for (let number = 0; number <= 1_000; number++) refused(whose, at(number))
    assert.equal(encrypted(whose.outgoing(dialled(), at(0), HASH)), true)
    assert.equal(encrypted(whose.outgoing(dialled(), at(1), HASH)), false)
    assert.equal(encrypted(whose.outgoing(dialled(), at(1_000), HASH)), false)
  })
})

test('torrents of other realms are found neither by hash nor by tag, and removed ones no more', () => {
  const [one, two, circle] = ['11', '22', '33'].map((hex) => hex.repeat(20) as WireHash) as [
    WireHash,
    WireHash,
    WireHash,
  ]
  const torrent = (realm: string, ...wireHashes: WireHash[]) =>
    ({ options: { realm }, wireHashes }) as unknown as Torrent
  const torrents = new PublicTorrents(digest)
  const hybrid = torrent('public', one, two)
  torrents.add(hybrid)
  torrents.add(torrent('circle', circle))
  for (const hash of [one, two]) {
    assert.equal(torrents.get(hash), hybrid)
    assert.equal(torrents.find(torrentTag(digest, hash)), hash)
  }
  assert.equal(torrents.get(circle), undefined)
  assert.equal(torrents.find(torrentTag(digest, circle)), undefined)
  torrents.remove(hybrid)
  for (const hash of [one, two]) {
    assert.equal(torrents.get(hash), undefined)
    assert.equal(torrents.find(torrentTag(digest, hash)), undefined)
  }
})
