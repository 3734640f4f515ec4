// Two real engines on loopback that agree on tickets as their people processes would, and strangers at their doors.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import net from 'node:net'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { connect } from 'node:tls'
import { until } from '../../../lab/netns/until.ts'
import { contentOf, gets, noise } from '../../../test/doubles/content-scene.ts'
import { digest } from '../../../test/doubles/digest.ts'
import { RealEngine } from '../../../test/doubles/real-engine.ts'
import { type Connection, SocketError } from '../../base/ports.ts'
import type { OfferedContent } from '../../engine/session/content-source.ts'
import { contentInfohash } from '../../metainfo/content-id.ts'
import { keyedTls } from '../../platform/keyed-tls.ts'
import { SystemRandom } from '../../platform/random.ts'
import { NodeTcp } from '../../platform/tcp.ts'
import { TcpConnection } from '../../platform/tcp-connection.ts'
import { CircleRealms } from './circle-realms.ts'
import { DirectPath } from './direct-path.ts'
import type { Ticket } from './direct-ticket.ts'
import type { RealmFacts } from './people-messages.ts'
import { TicketDoor } from './ticket-door.ts'

const REALM = 'circle:geese'
const FILE = noise(4, 5_000_000)
const LOOPBACK = '127.0.0.1'
const PATIENCE_MS = 30_000

/** One computer. What it asks for goes to `other`. */
class Side {
  readonly device: string
  readonly offered: OfferedContent[] = []
  readonly realms: CircleRealms
  readonly door = new TicketDoor()
  readonly direct: DirectPath
  /** Those that it was given. */
  readonly tickets: Ticket[] = []
  engine: RealEngine | undefined
  other: Side | undefined

  constructor(device: string) {
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
      bridge: () => assert.fail('no stream is asked for here'),
      openBytes: async () => false,
      session: () => this.engine?.engine.session,
      direct: (realm, device, as) => this.direct.dial(realm, device, as),
      changed: () => {},
    })
    this.direct = new DirectPath({
      random: new SystemRandom(),
      door: this.door,
      engine: () => this.engine?.engine,
      realms: this.realms,
      ask: async ({ realm, ticket }) => {
        const { other } = this
        if (other === undefined) return undefined
        const theirs = await other.direct.asked({ realm, device: this.device, ticket, seen: LOOPBACK })
        if (theirs !== undefined) this.tickets.push(theirs)
        return { ticket: theirs, seen: LOOPBACK }
      },
    })
  }

  async offer(bytes: Uint8Array): Promise<void> {
    const at = path.join(this.engine?.folder ?? '', 'Nest.bin')
    await writeFile(at, bytes)
    const { modifiedMs, identity } = (await this.engine?.engine.ports.disk.stat(at)) ?? assert.fail()
    this.offered.push({
      content: contentOf(bytes),
      path: at,
      identity: { lengthBytes: bytes.length, modifiedMs, identity },
    })
    await this.realms.offersChanged()
  }

  get(bytes: Uint8Array) {
    const { engine, saveFolder } = this.engine ?? assert.fail()
    const peers = [this.realms.endpointOf(this.other?.device ?? '')]
    return gets(engine.session, contentOf(bytes), { realm: REALM, peers, saveFolder })
  }
}

function facts(device: string, secret: Uint8Array | undefined = noise(1, 32)): RealmFacts {
  return { realm: REALM, secret, devices: [{ device, linked: true }] }
}

/** @param listening whether each can be called */
async function two(
  t: TestContext,
  listening: { readonly anna: boolean; readonly ben: boolean } = { anna: true, ben: true },
) {
  const [anna, ben] = [new Side('anna'), new Side('ben')]
  anna.other = ben
  ben.other = anna
  for (const [side, listens] of [
    [anna, listening.anna],
    [ben, listening.ben],
  ] as const) {
    side.engine = await RealEngine.open(t, {
      realms: side.realms,
      door: (tcp) => side.door.at(tcp),
      ...(listens ? {} : { listen: undefined }),
    })
  }
  await anna.realms.set([facts('ben')])
  await ben.realms.set([facts('anna')])
  await anna.offer(FILE)
  return { anna, ben }
}

/** Slow at first, so that it is seen who gives; then to its end. @returns by what it came */
async function waysOf(got: ReturnType<Side['get']>, giver: Side): Promise<string[]> {
  const { session } = giver.engine?.engine ?? assert.fail()
  await until('it has begun', () => (session.realms?.givenBytes ?? 0) > 0)
  const ways = [...got.swarm.peers].map(({ connection }) => connection.transport)
  session.upLimit = undefined
  await until('it is got', () => got.finished)
  return ways
}

function slow({ engine }: Side): void {
  if (engine !== undefined) engine.engine.session.upLimit = 200_000
}

/** What a listener says to these bytes until it hangs up. */
async function answerTo(side: Side, bytes: Uint8Array): Promise<Buffer> {
  const socket = net.connect(side.engine?.listensAt.port ?? 0, LOOPBACK)
  const parts: Buffer[] = []
  socket.on('data', (part: Buffer) => parts.push(part))
  socket.on('error', () => {})
  socket.write(bytes)
  await once(socket, 'close')
  return Buffer.concat(parts)
}

function ticketFor(device: string, side: Side): Promise<Ticket | undefined> {
  return side.direct.asked({ realm: REALM, device, ticket: undefined, seen: LOOPBACK })
}

/** Shows the ticket and speaks TLS by its key. */
async function call({ identity, key, port }: Ticket): Promise<Connection | SocketError> {
  const at = { host: LOOPBACK, port }
  const dialled = await new NodeTcp().dial(at, PATIENCE_MS).result
  if (!(dialled instanceof TcpConnection)) return assert.fail('there is a listener')
  return await keyedTls(dialled, {
    ...{ side: 'caller', key, remote: at, before: identity, timeoutMs: PATIENCE_MS },
  })
}

/** The first bytes of TLS, as a stranger would send them. */
async function clientHello(): Promise<Uint8Array> {
  const { promise, resolve } = Promise.withResolvers<Uint8Array>()
  const server = net.createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', (hello: Buffer) => {
      resolve(hello)
      socket.destroy()
    })
  })
  await new Promise<void>((listens) => server.listen(0, LOOPBACK, listens))
  const { port } = server.address() as net.AddressInfo
  connect({ host: LOOPBACK, port }).on('error', () => {})
  const hello = await promise
  server.close()
  return hello
}

test('a content goes from engine to engine, over TLS, at the port that is there', async (t) => {
  const { anna, ben } = await two(t)
  slow(anna)
  const got = ben.get(FILE)
  assert.deepEqual(await waysOf(got, anna), ['tls'])
  const bytes = await readFile(path.join(ben.engine?.saveFolder ?? '', contentOf(FILE).root.toHex()))
  assert.deepEqual(bytes, Buffer.from(FILE))
  assert.equal(ben.tickets.length, 1)
})

test('who cannot be called calls back', async (t) => {
  const { anna, ben } = await two(t, { anna: false, ben: true })
  slow(anna)
  assert.deepEqual(await waysOf(ben.get(FILE), anna), ['tls'])
  assert.equal(ben.tickets.length, 0, 'there was nothing to call')
})

test('where neither can be called there is no direct way, and it is not asked for again at once', async (t) => {
  const { ben } = await two(t, { anna: false, ben: false })
  const dial = () => ben.direct.dial(REALM, 'anna', ben.realms.endpointOf('anna'))
  assert.equal(await dial(), undefined)
  ben.other = undefined
  assert.equal(await dial(), undefined)
})

test('whom the filters forbid is not called', async (t) => {
  const { anna, ben } = await two(t, { anna: true, ben: false })
  const engine = ben.engine?.engine ?? assert.fail()
  Object.assign(engine, { gate: { allows: () => false } })
  assert.equal(await ben.direct.dial(REALM, 'anna', ben.realms.endpointOf('anna')), undefined)
  assert.equal(ben.tickets.length, 1)
  assert.equal(anna.engine?.engine.session.connections.now, 0)
})

test('a ticket is good once', async (t) => {
  const { anna } = await two(t)
  const ticket = (await ticketFor('ben', anna)) ?? assert.fail()
  const first = await call(ticket)
  assert.ok(!(first instanceof SocketError))
  assert.ok((await call(ticket)) instanceof SocketError)
  first.close()
})

test('a ticket without its key opens nothing, and is used up', async (t) => {
  const { anna } = await two(t)
  const ticket = (await ticketFor('ben', anna)) ?? assert.fail()
  assert.ok((await call({ ...ticket, key: noise(9, 32) })) instanceof SocketError)
  assert.ok((await call(ticket)) instanceof SocketError)
})

test('there is no ticket for another realm, or for a device that is not in it', async (t) => {
  const { anna } = await two(t)
  const ask = { device: 'ben', realm: REALM, ticket: undefined, seen: LOOPBACK }
  assert.equal(await anna.direct.asked({ ...ask, realm: 'circle:ducks' }), undefined)
  assert.equal(await anna.direct.asked({ ...ask, device: 'carl' }), undefined)
})

test('a ticket of somebody who was put out meanwhile opens nothing', async (t) => {
  const { anna } = await two(t)
  const ticket = (await ticketFor('ben', anna)) ?? assert.fail()
  await anna.realms.set([facts('carl', noise(2, 32))])
  const connection = await call(ticket)
  if (connection instanceof SocketError) return
  await new Promise<void>((closed) => {
    connection.events = { data: () => assert.fail('it was answered'), drain() {}, closed: () => closed() }
  })
  assert.equal(anna.engine?.engine.session.connections.now, 0)
})

test('who is put out has no connection any more', async (t) => {
  const { anna, ben } = await two(t)
  slow(anna)
  const got = ben.get(FILE)
  const { session } = anna.engine?.engine ?? assert.fail()
  await until('it has begun', () => (session.realms?.givenBytes ?? 0) > 0)
  assert.deepEqual(
    [...got.swarm.peers].map(({ connection }) => connection.transport),
    ['tls'],
  )
  await anna.realms.set([facts('somebody else', noise(2, 32))])
  const given = session.realms?.givenBytes
  await until('ben has nobody', () => got.swarm.peers.size === 0)
  assert.equal(session.realms?.givenBytes, given)
})

test('a stranger who speaks TLS gets what junk gets, whether a ticket is awaited or not', async (t) => {
  const { anna } = await two(t)
  const hello = await clientHello()
  const answers = [await answerTo(anna, hello), await answerTo(anna, noise(7, hello.length))]
  assert.ok((await ticketFor('ben', anna)) !== undefined)
  answers.push(await answerTo(anna, hello), await answerTo(anna, noise(8, hello.length)))
  assert.deepEqual(
    answers.map((answer) => answer.length),
    [0, 0, 0, 0],
  )
})
