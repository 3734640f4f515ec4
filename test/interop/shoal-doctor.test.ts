// `shoal doctor` at home behind a real router: with and without miniupnpd, with and without somebody on the way who cuts plain
// BitTorrent, and on no network at all.

import assert from 'node:assert/strict'
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, type TestContext, test } from 'node:test'
import type { Host } from '../../lab/netns/lan.ts'
import { enterNamespace } from '../../lab/netns/namespace.ts'
import { Program } from '../../lab/netns/program.ts'
import { until } from '../../lab/netns/until.ts'
import { needs } from '../doubles/require-program.ts'
import { HomeRouter, INNER, OUTER, OUTSIDE, ROUTER_NAME } from './home-router.ts'

const footing = await enterNamespace(import.meta.filename)

const SHOAL = join(import.meta.dirname, '..', '..', 'bin', 'shoal')
const WITNESSES = join(import.meta.dirname, 'dht-witnesses.ts')
const PEER_PORT = 6_000
const NODE_PORT = 6_001

interface Found {
  readonly check: string
  readonly state: string
  readonly code: string
  readonly data: Readonly<Record<string, unknown>>
  readonly sentence: string
}

interface Report {
  readonly code: number | null
  readonly findings: readonly Found[]
  readonly tookMs: number
  of(check: string): Found
}

interface World {
  readonly router: HomeRouter
  readonly directory: string
  /** Of what a peer outside shares. */
  readonly link: string
}

let world: Promise<World> | undefined

async function worldFor(t: TestContext): Promise<World | undefined> {
  if (footing.kind === 'refused') {
    if (process.env.CI === 'true') throw new Error(footing.reason)
    t.skip(footing.reason)
    return undefined
  }
  if (!needs(t, 'miniupnpd', 'miniupnpd-nftables') || !needs(t, 'nft', 'nftables')) return undefined
  world ??= makeWorld(footing.directory)
  return world
}

/** Those that run through the whole file. */
const outsiders: Program[] = []

after(() => Promise.all(outsiders.map((program) => program.stop('SIGKILL'))))

async function makeWorld(folder: string): Promise<World> {
  const directory = await mkdtemp(join(folder, 'doctor-'))
  const router = await HomeRouter.make(directory)
  const host = router.outside
  const witnesses = [process.execPath, WITNESSES, join(directory, 'witnesses'), String(NODE_PORT), ...OUTSIDE]
  const nodes = new Program('witnesses', witnesses, { host })
  outsiders.push(nodes)
  let ready = false
  nodes.onLine(() => {
    ready = true
  })
  await until('the nodes outside run', () => ready, { program: nodes })
  const file = join(directory, 'photo.raw')
  await writeFile(file, 'a photo')
  const words = [
    '--bind',
    OUTSIDE[0],
    '--port',
    String(PEER_PORT),
    '--no-dht',
    '--no-lsd',
    '--no-port-mapping',
  ]
  const state = ['--state-dir', join(directory, 'peer-state'), '--json']
  const sharing = new Program('peer', [process.execPath, SHOAL, 'share', file, ...words, ...state], { host })
  outsiders.push(sharing)
  let link = ''
  sharing.onLine((line) => {
    link ||= (JSON.parse(line) as { magnet?: string }).magnet ?? ''
  })
  await until('the peer outside shares', () => link !== '', { program: sharing })
  return { router, directory, link }
}

async function doctor(
  t: TestContext,
  prefix: Pick<Host, 'prefix'>,
  state: string,
  words: readonly string[],
): Promise<Report> {
  await mkdir(state, { recursive: true })
  const fixed = ['--state-dir', state, '--dht-router', 'none', '--json']
  const command = [...prefix.prefix, process.execPath, SHOAL, 'doctor', ...words, ...fixed]
  const began = performance.now()
  const program = new Program('doctor', command)
  const findings: Found[] = []
  program.onLine((line) => findings.push(JSON.parse(line) as Found))
  t.after(async () => {
    if (!t.passed) t.diagnostic(program.tail())
    await program.stop('SIGKILL')
  })
  const { code } = await program.ended
  return {
    code,
    findings,
    tookMs: performance.now() - began,
    of: (check) =>
      findings.find((finding) => finding.check === check) ?? assert.fail(`nothing about ${check}`),
  }
}

test('a router that lets others in, and who is seen at its address: reachable by TCP and UDP, nothing wrong', async (t) => {
  const made = await worldFor(t)
  if (made === undefined) return
  const { router, directory, link } = made
  await router.start(['enable_natpmp=yes', 'enable_upnp=yes'])
  t.after(() => router.stop())
  const node = ['--dht-node', `${OUTSIDE[0]}:${NODE_PORT}`]
  const report = await doctor(t, router.home, join(directory, 'mapped'), [link, '-o', directory, ...node])
  assert.equal(report.code, 0)
  const { state, code, data } = report.of('router')
  assert.deepEqual([state, code], ['good', 'ROUTER_MAPS'])
  assert.deepEqual([data.gateway, data.method, data.externalHost], [INNER, 'pcp', OUTER])
  // PCP has no names: it is known where UPnP answered before the doctor was done.
  if (data.name !== undefined) assert.equal(data.name, ROUTER_NAME)
  for (const way of ['tcp-ipv4', 'udp-ipv4']) {
    const found = report.of(way)
    assert.equal(found.data.answer, 'yes', found.sentence)
    assert.equal(found.data.outsideHost, OUTER)
  }
  assert.equal(report.of('tcp-ipv6').code, 'REACH_PROMISED')
  assert.equal(report.of('udp').code, 'UDP_WORKS')
  assert.equal(report.of('dht').state, 'good')
  assert.equal(report.of('provider').code, 'PROVIDER_CLEAR')
  assert.equal(report.of('disk-save').code, 'DISK_GOOD')
  assert.deepEqual(await router.mapped(), [], 'nothing stays')
  t.diagnostic(`with a router that answers: ${Math.round(report.tookMs)} ms`)
})

test('a router that answers nobody, and a provider that cuts plain handshakes: both are said, with what would help', async (t) => {
  const made = await worldFor(t)
  if (made === undefined) return
  const { router, directory, link } = made
  await router.cutPlain(true)
  t.after(() => router.cutPlain(false))
  const node = ['--dht-node', `${OUTSIDE[0]}:${NODE_PORT}`]
  const report = await doctor(t, router.home, join(directory, 'silent'), [link, ...node])
  assert.equal(report.code, 0)
  assert.equal(report.of('router').code, 'ROUTER_SILENT')
  assert.deepEqual(
    [report.of('tcp-ipv4').code, report.of('tcp-ipv4').data.answer],
    ['REACH_BEHIND_ROUTER', 'unknown'],
  )
  assert.equal(report.of('tcp-ipv6').code, 'REACH_OWN_ADDRESS')
  const { code, data } = report.of('provider')
  assert.deepEqual([code, data.plain, data.encrypted], ['PROVIDER_PLAIN_FAILS', 'cut', 'answered'])
  t.diagnostic(`with a router that is silent: ${Math.round(report.tookMs)} ms`)
})

test('on no network at all it says so, and what can be looked at all the same', async (t) => {
  const made = await worldFor(t)
  if (made === undefined) return
  const alone = { prefix: ['unshare', '--net', '--'] }
  const report = await doctor(t, alone, join(made.directory, 'alone'), [])
  assert.equal(report.code, 1)
  assert.equal(report.of('network').code, 'NETWORK_NONE')
  assert.equal(report.of('router').state, 'unknown')
  assert.equal(report.of('provider').code, 'PROVIDER_NOT_TRIED')
  assert.equal(report.of('disk-state').code, 'DISK_GOOD')
})

test('a folder that is not there and a port that is taken are findings, not failures of the doctor', async (t) => {
  const made = await worldFor(t)
  if (made === undefined) return
  const { router, directory } = made
  const busy = ['--port', String(PEER_PORT), '--bind', OUTSIDE[0]]
  const report = await doctor(t, router.outside, join(directory, 'busy'), [
    ...busy,
    '-o',
    join(directory, 'nowhere'),
  ])
  assert.equal(report.code, 1)
  assert.deepEqual(
    [report.of('session').code, report.of('session').data.why],
    ['SESSION_FAILED', 'PORT_IN_USE'],
  )
  assert.equal(report.of('disk-save').code, 'DISK_MISSING')
})
