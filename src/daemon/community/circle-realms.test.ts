// Two engines on this computer, with the streams between their people processes made of memory.

import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import net from 'node:net'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { until } from '../../../lab/netns/until.ts'
import { contentOf, gets, noise } from '../../../test/doubles/content-scene.ts'
import { streamPair } from '../../../test/doubles/device-streams.ts'
import { digest } from '../../../test/doubles/digest.ts'
import { RealEngine } from '../../../test/doubles/real-engine.ts'
import { SocketError } from '../../base/ports.ts'
import type { OfferedContent } from '../../engine/session/content-source.ts'
import { contentInfohash } from '../../metainfo/content-id.ts'
import { SystemRandom } from '../../platform/random.ts'
import { CircleRealms } from './circle-realms.ts'
import type { RealmFacts } from './people-messages.ts'
import { StreamBridge } from './stream-bridge.ts'
import { joinStream } from './stream-end.ts'

const REALM = 'circle:geese'
const FILE = noise(4, 5_000_000)

async function bridge(t: TestContext): Promise<StreamBridge> {
  const opened = await StreamBridge.open(new SystemRandom())
  t.after(() => opened.close())
  return opened
}

/** One computer; its streams lead to whatever `other` is. */
class Side {
  readonly device: string
  readonly offered: OfferedContent[] = []
  readonly realms: CircleRealms
  engine: RealEngine | undefined
  other: Side | undefined
  streams: ReturnType<typeof streamPair>[] = []

  constructor(device: string, bridge: StreamBridge) {
    this.device = device
    this.realms = new CircleRealms({
      digest,
      offers: {
        byInfohash: async (_realm, hash) =>
          this.offered.find(({ content }) => contentInfohash(content, digest).startsWith(hash.toHex())),
        after: async () =>
          this.offered.map(({ content }) =>
            Uint8Array.fromHex(contentInfohash(content, digest).slice(0, 40)),
          ),
      },
      bridge: async () => bridge,
      openBytes: async ({ end }) => {
        const { other } = this
        if (other === undefined) return false
        const [mine, theirs] = streamPair()
        this.streams.push([mine, theirs])
        joinStream(theirs, other.realms.came(REALM, this.device))
        joinStream(mine, Promise.resolve(end))
        return true
      },
      session: () => this.engine?.engine.session,
      direct: async () => undefined,
      changed: () => {},
    })
  }

  async offer(bytes: Uint8Array, folder: string): Promise<void> {
    const at = path.join(folder, 'Nest.bin')
    await writeFile(at, bytes)
    const { modifiedMs, identity } = (await this.engine?.engine.ports.disk.stat(at)) ?? assert.fail()
    this.offered.push({
      content: contentOf(bytes),
      path: at,
      identity: { lengthBytes: bytes.length, modifiedMs, identity },
    })
    await this.realms.offersChanged()
  }
}

async function two(t: TestContext): Promise<[Side, Side]> {
  const sides = [new Side('anna', await bridge(t)), new Side('ben', await bridge(t))] as const
  const [anna, ben] = sides
  anna.other = ben
  ben.other = anna
  for (const side of sides) side.engine = await RealEngine.open(t, { realms: side.realms })
  return [anna, ben]
}

function facts(device: string, secret: Uint8Array | undefined = noise(1, 32)): RealmFacts {
  return { realm: REALM, secret, devices: [{ device, linked: true }] }
}

test('a content goes from engine to engine over local sockets and a stream between, and nothing is held that is not read', async (t) => {
  const [anna, ben] = await two(t)
  await anna.realms.set([facts('ben')])
  await ben.realms.set([facts('anna')])
  await anna.offer(FILE, anna.engine?.folder ?? '')
  const { engine, saveFolder } = ben.engine ?? assert.fail()
  const got = gets(engine.session, contentOf(FILE), {
    realm: REALM,
    peers: [ben.realms.endpointOf('anna')],
    saveFolder,
  })
  await until('it is got', () => got.finished)
  assert.deepEqual(await readFile(path.join(saveFolder, contentOf(FILE).root.toHex())), Buffer.from(FILE))
  for (const ends of ben.streams)
    for (const end of ends) assert.ok(end.mostHeld < 1_000_000, `${end.mostHeld}`)
})

test('who is out has no stream, and those that were open end', async (t) => {
  const [anna, ben] = await two(t)
  await anna.realms.set([facts('ben')])
  await ben.realms.set([facts('anna')])
  await anna.offer(FILE, anna.engine?.folder ?? '')
  const { session } = anna.engine?.engine ?? assert.fail()
  session.upLimit = 200_000
  const { engine, saveFolder } = ben.engine ?? assert.fail()
  const got = gets(engine.session, contentOf(FILE), {
    realm: REALM,
    peers: [ben.realms.endpointOf('anna')],
    saveFolder,
  })
  await until('it has begun', () => (session.realms?.givenBytes ?? 0) > 0)
  await anna.realms.set([facts('somebody else', noise(2, 32))])
  const given = session.realms?.givenBytes
  await until('ben has nobody', () => got.swarm.peers.size === 0)
  assert.equal(await anna.realms.came(REALM, 'ben'), undefined)
  assert.equal(session.realms?.givenBytes, given)
})

test('whoever does not know the word is cut off, and one that is not awaited any more', async (t) => {
  const opened = await bridge(t)
  const remote = { host: 'fd00::1', port: 1 }
  const expected = opened.expect(remote, 10_000) ?? assert.fail()
  const wrong = net.connect(expected.end.path)
  wrong.write(new Uint8Array(32))
  await new Promise((over) => wrong.once('close', over).resume())
  expected.cancel()
  assert.ok((await expected.connection) instanceof SocketError)
  const late = net.connect(expected.end.path)
  late.write(expected.end.word)
  await new Promise((over) => late.once('close', over).resume())
})

test('a word is good for one stream', async (t) => {
  const opened = await bridge(t)
  const expected = opened.expect({ host: 'fd00::1', port: 1 }, 10_000) ?? assert.fail()
  const first = net.connect(expected.end.path)
  first.write(expected.end.word)
  assert.ok(!((await expected.connection) instanceof SocketError))
  const second = net.connect(expected.end.path)
  second.write(expected.end.word)
  await new Promise((over) => second.once('close', over).resume())
  first.destroy()
})
