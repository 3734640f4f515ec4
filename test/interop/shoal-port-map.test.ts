// Ports held open by a real router (miniupnpd over nftables): by each of PCP, NAT-PMP and UPnP a mapping is made, used
// from outside, renewed beyond its first lifetime, and given back at exit; a computer that is gone loses it.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { Host } from '../../lab/netns/lan.ts'
import { enterNamespace } from '../../lab/netns/namespace.ts'
import { Program } from '../../lab/netns/program.ts'
import { until } from '../../lab/netns/until.ts'
import type { MappingMethod, RouterStatus } from '../../src/engine/discovery/port-map.ts'
import { needs } from '../doubles/require-program.ts'
import { HOME6, HomeRouter, OUTER, ROUTER_NAME } from './home-router.ts'
import type { PlayerLine, PlayerOrder } from './port-map-player.ts'

const footing = await enterNamespace(import.meta.filename)

const SHOAL = join(import.meta.dirname, '..', '..', 'bin', 'shoal')
const PLAYER = join(import.meta.dirname, 'port-map-player.ts')
/** Renewed after 4 s, as often as RFC 6887 permits at all. */
const LIFETIME_SECONDS = 6
const PORT = 7_001

let router: Promise<HomeRouter> | undefined

/** The router, once for the file; undefined after the test was marked as skipped. */
async function routerFor(t: TestContext): Promise<HomeRouter | undefined> {
  if (footing.kind === 'refused') {
    if (process.env.CI === 'true') throw new Error(footing.reason)
    t.skip(footing.reason)
    return undefined
  }
  if (!needs(t, 'miniupnpd', 'miniupnpd-nftables') || !needs(t, 'nft', 'nftables')) return undefined
  router ??= mkdtemp(join(footing.directory, 'router-')).then((directory) => HomeRouter.make(directory))
  const made = await router
  t.after(async () => {
    if (!t.passed) t.diagnostic(made.tail())
    await made.stop()
  })
  return made
}

class Player {
  readonly program: Program
  readonly lines: PlayerLine[] = []

  constructor(t: TestContext, host: Host, order: PlayerOrder) {
    const words = [process.execPath, PLAYER, JSON.stringify(order)]
    this.program = new Program('player at home', words, { host })
    this.program.onLine((line) => this.lines.push(JSON.parse(line) as PlayerLine))
    t.after(async () => {
      if (!t.passed) t.diagnostic(this.program.tail())
      await this.program.stop('SIGKILL')
    })
  }

  status(family: 4 | 6): RouterStatus | undefined {
    const line = this.lines.findLast((one) => one.event === 'status')
    return line?.status.routers.find((router) => router.family === family)
  }

  mapped(family: 4 | 6): Promise<RouterStatus> {
    return until(
      'both ports are mapped',
      () => {
        const status = this.status(family)
        return status?.state === 'mapped' && status.external.udp > 0 && status.externalHost !== undefined
          ? status
          : undefined
      },
      { program: this.program },
    )
  }

  /** Asks it to give everything back. @returns how long that took */
  async stop(): Promise<number> {
    this.program.closeInput()
    await this.program.ended
    const line = this.lines.find((one) => one.event === 'stopped')
    assert.ok(line !== undefined, this.program.tail())
    return line.afterMs
  }
}

/** From outside: what comes back from there over both protocols, or why nothing does. */
async function call(from: Host, host: string, port: number): Promise<string> {
  const script = `
    const [host, port] = [process.argv[1], Number(process.argv[2])]
    const tcp = new Promise((resolve) => {
      const socket = require('node:net').connect({ host, port, timeout: 2000 })
      let heard = ''
      socket.on('data', (bytes) => { heard += bytes })
      socket.on('end', () => resolve(heard))
      socket.on('timeout', () => { socket.destroy(); resolve('silence') })
      socket.on('error', (error) => resolve(error.code))
    })
    const udp = new Promise((resolve) => {
      const socket = require('node:dgram').createSocket(host.includes(':') ? 'udp6' : 'udp4')
      const end = (what) => { clearTimeout(timer); socket.close(); resolve(what) }
      const timer = setTimeout(() => end('silence'), 2000)
      socket.on('message', (bytes) => end(String(bytes)))
      socket.send('anybody?', port, host)
    })
    Promise.all([tcp, udp]).then((heard) => console.log(heard.join(' ')))
  `
  const program = new Program('caller', [process.execPath, '-e', script, host, String(port)], { host: from })
  let heard = ''
  program.onLine((line) => {
    heard = line
  })
  await program.ended
  return heard
}

/** From nothing to a mapping, through a renewal, and back to nothing. */
async function journey(t: TestContext, made: HomeRouter, method: MappingMethod, port: number): Promise<void> {
  const { home, outside } = made
  const rules = async () => (await made.mapped()).filter((rule) => rule.includes(`dport ${port} `)).length
  assert.equal(await call(outside, OUTER, port), 'ECONNREFUSED silence')

  // The daemon has one switch for PCP and NAT-PMP: the player is told which to speak. UPnP must find its turn itself.
  const methods: readonly MappingMethod[] = method === 'upnp' ? ['pcp', 'nat-pmp', 'upnp'] : [method]
  const began = performance.now()
  const player = new Player(t, home, { methods, lifetimeSeconds: LIFETIME_SECONDS, port })
  const status = await player.mapped(4)
  const mappedAt = performance.now()
  assert.deepEqual(
    [status.method, status.externalHost, status.external.tcp, status.external.udp],
    [method, OUTER, port, port],
  )
  if (method === 'upnp') assert.equal(status.routerName, ROUTER_NAME)
  assert.equal(await rules(), 2)
  assert.equal(await call(outside, OUTER, port), 'home home')

  await until(
    'its first lifetime is over by half',
    () => performance.now() - mappedAt > 1_500 * LIFETIME_SECONDS,
  )
  assert.equal(await rules(), 2, player.program.tail())
  assert.equal(await call(outside, OUTER, port), 'home home')

  const stoppedAfterMs = await player.stop()
  assert.equal(await rules(), 0)
  assert.equal(await call(outside, OUTER, port), 'ECONNREFUSED silence')
  t.diagnostic(
    `${method}: mapped ${Math.round(mappedAt - began)} ms after its process was started, ` +
      `given back within ${Math.round(stoppedAfterMs)} ms`,
  )
}

test('by PCP and by NAT-PMP ports are mapped, used from outside, renewed, and given back at exit', async (t) => {
  const made = await routerFor(t)
  if (made === undefined) return
  await made.start(['enable_natpmp=yes', 'enable_upnp=no', 'ipv6_disable=yes'])
  await Promise.all([journey(t, made, 'pcp', PORT), journey(t, made, 'nat-pmp', PORT + 1)])
  assert.deepEqual(await made.mapped(), [])
})

test('by UPnP alone ports are mapped, used from outside, renewed, and given back at exit', async (t) => {
  const made = await routerFor(t)
  if (made === undefined) return
  await made.start(['enable_natpmp=no', 'enable_upnp=yes', 'ipv6_disable=yes'])
  await journey(t, made, 'upnp', PORT)
})

test('pcp: pinholes are opened in the firewall of an IPv6 router, used from outside, and closed at exit', async (t) => {
  const made = await routerFor(t)
  if (made === undefined) return
  await made.start(['enable_natpmp=yes', 'enable_upnp=no'])
  assert.equal(await call(made.outside, HOME6, PORT), 'silence silence')
  const order: PlayerOrder = { methods: ['pcp'], lifetimeSeconds: LIFETIME_SECONDS, port: PORT }
  const player = new Player(t, made.home, order)
  const status = await player.mapped(6)
  assert.deepEqual([status.externalHost, status.external], [HOME6, { tcp: PORT, udp: PORT }])
  assert.match(status.gatewayHost, /^fe80::1%/)
  assert.equal(await call(made.outside, HOME6, PORT), 'home home')
  await player.stop()
  assert.deepEqual(await made.mapped(), [])
  assert.equal(await call(made.outside, HOME6, PORT), 'silence silence')
})

test('what `shoal share` offers behind the router is fetched from outside by its link alone, and no open port stays', async (t) => {
  const made = await routerFor(t)
  if (made === undefined || footing.kind === 'refused') return
  await made.start(['enable_natpmp=yes', 'enable_upnp=yes'])
  const [shared, got] = [
    await mkdtemp(join(footing.directory, 'shared-')),
    await mkdtemp(join(footing.directory, 'got-')),
  ]
  const content = randomBytes(3_000_000)
  await writeFile(join(shared, 'photo.raw'), content)
  const shoal = (host: Host, ...words: readonly string[]): Program => {
    const quiet = [
      '--no-dht',
      '--no-lsd',
      '--state-dir',
      join(host === made.home ? shared : got, 'state'),
      '--json',
    ]
    const program = new Program(`shoal ${words[0]}`, [process.execPath, SHOAL, ...words, ...quiet], { host })
    t.after(() => program.stop('SIGKILL'))
    return program
  }
  const giving = shoal(made.home, 'share', join(shared, 'photo.raw'), '--port', String(PORT))
  let link = ''
  giving.onLine((line) => {
    link ||= (JSON.parse(line) as { magnet?: string }).magnet ?? ''
  })
  await until('it has a link', () => link !== '', { program: giving })
  await until('the router lets others in', async () => (await made.mapped()).length >= 2, { program: giving })
  // Nothing but the link: it carries the router's address and port.
  assert.ok(link.includes(`&x.pe=${OUTER}:${PORT}`), link)
  const fetching = shoal(made.outside, 'get', link, '-o', got, '--no-port-mapping')
  assert.equal((await fetching.ended).code, 0, fetching.tail())
  assert.ok(content.equals(await readFile(join(got, 'photo.raw'))))
  giving.signal('SIGINT')
  await giving.ended
  assert.deepEqual(await made.mapped(), [])
})

test('a computer that is gone without a word loses its mappings when their lifetime is over', async (t) => {
  const made = await routerFor(t)
  if (made === undefined) return
  await made.start(['enable_natpmp=yes', 'enable_upnp=no', 'ipv6_disable=yes'])
  const player = new Player(t, made.home, { methods: ['pcp'], lifetimeSeconds: LIFETIME_SECONDS, port: PORT })
  await player.mapped(4)
  player.program.signal('SIGKILL')
  await player.program.ended
  assert.equal((await made.mapped()).length, 2)
  await until('the router forgot them', async () => (await made.mapped()).length === 0)
})
