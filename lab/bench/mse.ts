// What encryption costs:  node lab/bench/mse.ts [MIB] [ROUNDS]
// First the cipher and the handshake alone. Then the real command line, one `share` to one `get` over loopback,
// without encryption, with an encrypted handshake only, and with RC4, taking turns; medians, and ratios to without.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { equalBytes } from '../../src/base/bytes.ts'
import type { WireHash } from '../../src/base/ids.ts'
import { SystemDigest } from '../../src/platform/digest.ts'
import { SystemRandom } from '../../src/platform/random.ts'
import { KeyPair } from '../../src/protocol/mse/diffie-hellman.ts'
import { initiator } from '../../src/protocol/mse/initiator.ts'
import { torrentTag } from '../../src/protocol/mse/keys.ts'
import { Rc4 } from '../../src/protocol/mse/rc4.ts'
import { responder } from '../../src/protocol/mse/responder.ts'
import { makeBigFile } from '../../test/interop/fixtures.ts'
import { UsageMeter } from '../compare/usage.ts'
import { Program } from '../netns/program.ts'
import { until } from '../netns/until.ts'

const MIB = 1_048_576
const CONTENT_BYTES = Number(process.argv[2] ?? 512) * MIB
const ROUNDS = Number(process.argv[3] ?? 5)

const SHOAL = join(import.meta.dirname, '..', '..', 'bin', 'shoal')
const DEADLINE_MS = 120_000

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? Number.NaN
}

/** Processor seconds of one call, so that other work on the machine counts little: the median of some runs. */
function secondsOf(call: () => void): number {
  for (let i = 0; i < 50; i++) call()
  const runs = Array.from({ length: 7 }, () => {
    const before = process.threadCpuUsage()
    let calls = 0
    for (;;) {
      for (let i = 0; i < 20; i++) call()
      calls += 20
      const { user, system } = process.threadCpuUsage(before)
      if (user + system > 100_000) return (user + system) / 1e6 / calls
    }
  })
  return median(runs)
}

// ── Alone ───────────────────────────────────────────────────────────────────────────────────────────

const digest = new SystemDigest()
const random = new SystemRandom()
const HASH = 'ab'.repeat(20) as WireHash
const TAG = torrentTag(digest, HASH)

function cipherTable(): void {
  console.log('| RC4, bytes a call | GB per CPU s |\n|---:|---:|')
  const cipher = new Rc4(random.bytes(20))
  for (const lengthBytes of [17, 68, 1_448, 16_397, 262_144]) {
    // As received: anywhere in memory.
    const bytes = random.bytes(lengthBytes + 3).subarray(3)
    const into = new Uint8Array(lengthBytes)
    console.log(
      `| ${lengthBytes} | ${(lengthBytes / 1e9 / secondsOf(() => cipher.crypt(bytes, into))).toFixed(3)} |`,
    )
  }
}

function handshake(): void {
  const [toA, toB]: [Uint8Array[], Uint8Array[]] = [[], []]
  const common = { digest, random, methods: ['rc4'] as const }
  const a = initiator({
    ...common,
    torrent: HASH,
    send: (bytes) => toB.push(bytes),
    initialPayload: () => new Uint8Array(68),
  })
  const b = responder({
    ...common,
    find: (tag) => (equalBytes(tag, TAG) ? HASH : undefined),
    send: (bytes) => toA.push(bytes),
    proved: () => {},
  })
  a.start()
  b.start()
  while (a.agreement === undefined || b.agreement === undefined) {
    for (const bytes of toB.splice(0)) b.push(bytes)
    for (const bytes of toA.splice(0)) a.push(bytes)
  }
}

function handshakeTable(): void {
  const pair = new KeyPair(random)
  const { publicKey } = new KeyPair(random)
  const ms = (call: () => void) => (secondsOf(call) * 1000).toFixed(3)
  console.log('\n| handshake | CPU ms |\n|---|---:|')
  console.log(`| key pair | ${ms(() => void new KeyPair(random))} |`)
  console.log(`| shared secret | ${ms(() => void pair.shared(publicKey))} |`)
  console.log(`| both sides of all of it | ${ms(handshake)} |`)
}

// ── A transfer ──────────────────────────────────────────────────────────────────────────────────────

interface Transfer {
  readonly megabytesPerSecond: number
  readonly giverCpu: number
  readonly takerCpu: number
}

const MODES = {
  off: ['off', 'off'],
  'handshake only': ['prefer', 'prefer'],
  RC4: ['require', 'require'],
} as const

async function transfer(base: string, mode: keyof typeof MODES, round: number): Promise<Transfer> {
  const [giverMode, takerMode] = MODES[mode]
  const folder = (what: string) => join(base, `${what}-${mode.replace(' ', '-')}-${round}`)
  const command = (words: readonly string[], encryption: string, state: string) => [
    ...[process.execPath, SHOAL, ...words, '--encryption', encryption, '--state-dir', folder(state)],
    ...['--bind', '127.0.0.1', '--no-lsd', '--no-pex', '--no-dht', '--json'],
  ]
  const torrent = join(base, 'content.torrent')
  const giver = new Program('share', command(['share', torrent, '--dir', base], giverMode, 'giver'))
  let port: number | undefined
  let live = false
  giver.onLine((line) => {
    const said = JSON.parse(line) as { event?: string; port?: number; state?: string }
    if (said.event === 'sharing') port = said.port
    live ||= said.event === 'progress' && said.state === 'live'
  })
  const patience = { deadlineMs: DEADLINE_MS, program: giver }
  await until('the giver is ready', () => live && port !== undefined, patience)
  const giverUsage = new UsageMeter(giver.pid)
  const before = giverUsage.now().cpuSeconds
  const peer = ['--peer', `127.0.0.1:${port}`]
  const taker = new Program(
    'get',
    command(['get', torrent, '-o', folder('out'), ...peer], takerMode, 'taker'),
  )
  const takerUsage = new UsageMeter(taker.pid)
  let seconds: number | undefined
  taker.onLine((line) => {
    const said = JSON.parse(line) as { event?: string; seconds?: number }
    if (said.event === 'done') seconds = said.seconds
  })
  const took = await until('the taker has it', () => seconds, { deadlineMs: DEADLINE_MS, program: taker })
  const giverCpu = giverUsage.stop().cpuSeconds - before
  const takerCpu = takerUsage.stop().cpuSeconds
  await Promise.all([giver.stop('SIGINT'), taker.stop('SIGINT')])
  rmSync(folder('out'), { recursive: true })
  const gigabytes = CONTENT_BYTES / 1e9
  return {
    megabytesPerSecond: (1000 * gigabytes) / took,
    giverCpu: giverCpu / gigabytes,
    takerCpu: takerCpu / gigabytes,
  }
}

async function transferTable(): Promise<void> {
  const base = mkdtempSync(join(tmpdir(), 'shoal-mse-'))
  process.on('exit', () => rmSync(base, { recursive: true, force: true }))
  await makeBigFile(join(base, 'content'), 'mse', CONTENT_BYTES)
  const torrent = join(base, 'content.torrent')
  const create = new Program('create', [
    process.execPath,
    SHOAL,
    'create',
    join(base, 'content'),
    '-o',
    torrent,
  ])
  await create.ended
  const measured = new Map<keyof typeof MODES, Transfer[]>()
  const modes = Object.keys(MODES) as (keyof typeof MODES)[]
  for (let round = 0; round < ROUNDS; round++) {
    for (const mode of modes) {
      measured.set(mode, [...(measured.get(mode) ?? []), await transfer(base, mode, round)])
    }
  }
  const of = (mode: keyof typeof MODES, what: keyof Transfer) =>
    median((measured.get(mode) ?? []).map((run) => run[what]))
  console.log(`\n${CONTENT_BYTES / MIB} MiB, ${ROUNDS} rounds\n`)
  console.log('| encryption | MB/s | of off | giver CPU s/GB | taker CPU s/GB |\n|---|---:|---:|---:|---:|')
  for (const mode of modes) {
    const rate = of(mode, 'megabytesPerSecond')
    const ratio = rate / of('off', 'megabytesPerSecond')
    const cpu = `${of(mode, 'giverCpu').toFixed(2)} | ${of(mode, 'takerCpu').toFixed(2)}`
    console.log(`| ${mode} | ${rate.toFixed(0)} | ${ratio.toFixed(2)} | ${cpu} |`)
  }
}

cipherTable()
handshakeTable()
await transferTable()
