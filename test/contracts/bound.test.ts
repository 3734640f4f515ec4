// The contracts of Tcp and Udp on one network interface, and what happens when it goes away: nothing leaves by another.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { enterNamespace } from '../../lab/netns/namespace.ts'
import { pause, until } from '../../lab/netns/until.ts'
import { SocketError } from '../../src/base/ports.ts'
import { BoundExit } from '../../src/platform/exit/bound-exit.ts'
import { NameServers } from '../../src/platform/exit/name-servers.ts'
import { NodeHttp } from '../../src/platform/http.ts'
import { SystemRandom } from '../../src/platform/random.ts'
import { NodeTcp } from '../../src/platform/tcp.ts'
import { NodeUdp } from '../../src/platform/udp.ts'
import { tcpContract } from './tcp-contract.ts'
import { udpContract } from './udp-contract.ts'

const footing = await enterNamespace(import.meta.filename)
const skip = footing.kind === 'refused' ? footing.reason : undefined

/** Two ways to everywhere; the one that sockets are tied to is the dearer one, so that others would take the first. */
const OWN = 'tied0'
const OTHER = 'other0'
const ELSEWHERE = '203.0.113.9'
const ELSEWHERE6 = '2001:db8:9::9'

function ip(...lines: readonly string[]): void {
  for (const line of lines) execFileSync('ip', line.split(' '))
}

/** Without ARP, so that what is sent to anywhere leaves at once. */
function make(device: string, net: number, metric: number): void {
  ip(
    `link add ${device} type veth peer name ${device}-end`,
    `link set ${device}-end up`,
    `link set ${device} arp off up`,
    `addr add 10.${net}.0.1/24 dev ${device}`,
    `-6 addr add fd00:${net}::1/64 dev ${device} nodad`,
    `route add default dev ${device} metric ${metric}`,
    `-6 route add default dev ${device} metric ${metric}`,
  )
}

/** What the kernel takes away from an interface that is down. */
const bringUp = () =>
  ip(
    `link set ${OWN} up`,
    `-6 addr add fd00:201::1/64 dev ${OWN} nodad`,
    `route add default dev ${OWN} metric 50`,
    `-6 route add default dev ${OWN} metric 50`,
  )

const makeOwn = () => make(OWN, 201, 50)

if (skip === undefined) {
  make(OTHER, 202, 10)
  makeOwn()
}

/** Packets that left by each of the two, as the kernel counts them. */
function sent(device: string): number {
  const line = readFileSync('/proc/self/net/dev', 'utf8')
    .split('\n')
    .find((text) => text.trim().startsWith(`${device}:`))
  return line === undefined ? 0 : Number((line.split(':')[1] as string).trim().split(/\s+/)[9])
}

/** Packets are counted where they leave, and the kernel sends some of its own (IPv6): many of ours make the difference. */
const MANY = 200
const FEW = 30

/** By both families and both protocols, as fast as they go. */
async function sendMuch(exit: BoundExit): Promise<void> {
  const tcp = new NodeTcp(exit)
  const dials = [ELSEWHERE, ELSEWHERE6].flatMap((host) =>
    Array.from({ length: MANY / 4 }, (_, i) => tcp.dial({ host, port: 1_000 + i }, 300).result),
  )
  for (const [any, host] of [
    ['0.0.0.0', ELSEWHERE],
    ['::', ELSEWHERE6],
  ] as const) {
    try {
      const socket = await new NodeUdp(exit).bind({ at: { host: any, port: 0 } })
      for (let i = 0; i < MANY / 2; i++) socket.send(Uint8Array.of(i), { host, port: 1_000 })
      await pause(50)
      socket.close()
    } catch (error) {
      assert.equal((error as SocketError).code, 'NO_WAY_OUT')
    }
  }
  for (const result of await Promise.all(dials)) assert.ok(result instanceof SocketError)
}

if (skip !== undefined) test('sockets on one interface', { skip }, () => {})
else {
  tcpContract('on one interface', async (body) => {
    const exit = BoundExit.open('lo')
    const holes: Worker[] = []
    try {
      await body({
        near: new NodeTcp(exit),
        far: new NodeTcp(exit),
        farHosts: ['127.0.0.1', '::1'],
        silent: async () => {
          const hole = await blackHole()
          holes.push(hole.worker)
          return { host: '127.0.0.1', port: hole.port }
        },
        pass: pause,
      })
    } finally {
      for (const worker of holes) await worker.terminate()
      exit.close()
    }
  })

  udpContract('on one interface', async (body) => {
    const exit = BoundExit.open('lo')
    try {
      const udp = new NodeUdp(exit)
      await body({
        near: udp,
        far: new NodeUdp(exit),
        farHosts: ['127.0.0.1', '::1'],
        groups: [],
        pass: pause,
      })
    } finally {
      exit.close()
    }
  })

  test('whatever the routes prefer, everything leaves by the interface', async () => {
    for (const to of [OWN, '10.201.0.1', 'fd00:201::1']) {
      const exit = BoundExit.open(to)
      const [own, other] = [sent(OWN), sent(OTHER)]
      const both = to === OWN
      if (both) await sendMuch(exit)
      else {
        const host = to.includes(':') ? ELSEWHERE6 : ELSEWHERE
        const socket = await new NodeUdp(exit).bind({
          at: { host: to.includes(':') ? '::' : '0.0.0.0', port: 0 },
        })
        assert.equal(socket.local.host, to)
        for (let i = 0; i < MANY; i++) socket.send(Uint8Array.of(i), { host, port: 1_000 })
        await pause(50)
        socket.close()
      }
      assert.ok(sent(OWN) - own >= MANY - FEW, `${to}: ${sent(OWN) - own} by the interface`)
      assert.ok(sent(OTHER) - other < FEW, `${to}: ${sent(OTHER) - other} by another`)
      exit.close()
    }
  })

  for (const [what, away, back] of [
    ['is down', [`link set ${OWN} down`], bringUp],
    ['is no more', [`link del ${OWN}`], makeOwn],
  ] as const) {
    test(`while the interface ${what} nothing leaves by another, and dials go on when it is back`, async () => {
      const exit = BoundExit.open(OWN)
      const old = await new NodeUdp(exit).bind({ at: { host: '0.0.0.0', port: 0 } })
      ip(...away)
      const other = sent(OTHER)
      for (let i = 0; i < MANY; i++) old.send(Uint8Array.of(i), { host: ELSEWHERE, port: 1_000 })
      await sendMuch(exit)
      assert.ok(sent(OTHER) - other < FEW, `${sent(OTHER) - other} by another`)
      assert.deepEqual(exit.trouble(), { code: 'INTERFACE_GONE', data: { interface: OWN } })
      const waiting = new NodeTcp(exit).dial({ host: '10.201.0.1', port: 9 }, 20_000).result
      const page = new NodeHttp({ exit }).get({
        url: `http://${ELSEWHERE}/`,
        timeoutMs: 300,
        limitBytes: 1,
        limitUnpackedBytes: 1,
        maxRedirects: 0,
        mayConnect: () => true,
      }).result
      assert.equal((await page).ok, false)
      back()
      assert.ok((await waiting) instanceof SocketError)
      assert.equal(exit.trouble(), undefined)
      // The old socket works on, on the port it had.
      const own = sent(OWN)
      await until('the old socket is on the interface again', async () => {
        for (let i = 0; i < 10; i++) old.send(Uint8Array.of(i), { host: ELSEWHERE, port: 1_000 })
        return sent(OWN) - own > 100
      })
      old.close()
      exit.close()
    })
  }

  test('names are asked of the servers by the interface, and of nobody when there is none', async () => {
    const exit = BoundExit.open('lo')
    const server = await new NodeUdp(exit).bind({ at: { host: '127.0.0.1', port: 0 } })
    server.onMessage = (bytes, from) => {
      const answer = new Uint8Array([...bytes, 0xc0, 0x0c, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 198, 51, 100, 7])
      answer[2] = 0x81
      answer[7] = bytes.at(-3) === 1 ? 1 : 0
      server.send(answer, from)
    }
    const names = (servers: () => readonly (typeof server.local)[]) =>
      new NameServers({ bind: (at) => new NodeUdp(exit).bind({ at }), random: new SystemRandom(), servers })
    assert.deepEqual(await names(() => [server.local]).resolve('tracker.example'), ['198.51.100.7'])
    assert.deepEqual(await names(() => []).resolve('tracker.example'), [])
    server.close()
    exit.close()
  })

  test('what is not there is said when it is opened', () => {
    for (const to of ['absent0', '198.51.100.1', 'a/b', '', 'x'.repeat(40)])
      assert.throws(() => BoundExit.open(to), { code: 'INTERFACE_GONE' })
  })
}

/** A listener whose queue is full: what dials it hears nothing. */
async function blackHole(): Promise<{ readonly port: number; readonly worker: Worker }> {
  const worker = new Worker(
    `const { parentPort } = require('node:worker_threads')
     const server = require('node:net').createServer().listen({ host: '127.0.0.1', port: 0, backlog: 1 }, () => {
       parentPort.postMessage(server.address().port)
       setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0))
     })`,
    { eval: true },
  )
  const port = await new Promise<number>((resolve) => worker.once('message', resolve))
  const tcp = new NodeTcp()
  const fillers = Array.from({ length: 6 }, () => tcp.dial({ host: '127.0.0.1', port }, 3_000).result)
  await Promise.race(fillers)
  await pause(50)
  return { port, worker }
}
