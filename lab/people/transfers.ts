// Must show 4: rate and processor time of a file that goes from member to member of a circle, straight from engine to engine and by the
// stream through the people processes, beside the same over plain BitTorrent: pairs of real daemons on loopback, in turns, in one run.
// Figures are medians; what is compared is their ratio. Rate and processor time are those of the bytes, from the first that is seen; what
// comes before (finding, and whoever gives reads a long file once for its hashes) is told beside them.
// Usage: node lab/people/transfers.ts [MiB] [rounds]; figures as JSON on standard output.

import { randomFillSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { childrenOf, PersonDaemon } from '../../test/doubles/people-daemons.ts'

const MIB = 1_048_576
const [MIBS = 64, ROUNDS = 3] = process.argv.slice(2).map(Number)
/** Of a process's times in /proc. */
const TICKS_PER_SECOND = 100

interface Figures {
  readonly waitedSeconds: number
  readonly waitedCpuSeconds: number
  readonly mibPerSecond: number
  readonly cpuSecondsPerGib: number
}

/** Daemon and people process of both, all threads, so far. */
function cpuSeconds(people: readonly PersonDaemon[]): number {
  const pids = people.flatMap(({ pid }) => [pid, ...childrenOf(pid)])
  return pids.reduce((sum, pid) => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    return sum + (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
  }, 0)
}

async function measured({ all, ben }: Pair, begin: () => Promise<string>): Promise<Figures> {
  const before = cpuSeconds(all)
  const began = performance.now()
  const id = await begin()
  const doneBytes = async () => (await ben.call('transfer', { id })).row.doneBytes
  const first = await ben.until('it flows', async () => (await doneBytes()) || undefined)
  const flowed = performance.now()
  const cpuBefore = cpuSeconds(all)
  await ben.until('it is here', async () => (await doneBytes()) === MIBS * MIB)
  const seconds = (performance.now() - flowed) / 1_000
  const flowedMib = MIBS - first / MIB
  return {
    waitedSeconds: (flowed - began) / 1_000,
    waitedCpuSeconds: cpuBefore - before,
    mibPerSecond: flowedMib / seconds,
    cpuSecondsPerGib: ((cpuSeconds(all) - cpuBefore) * 1_024) / flowedMib,
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN
}

/** Two members of a circle of their own. */
class Pair {
  readonly ana: PersonDaemon
  readonly ben: PersonDaemon
  readonly #folder: string
  #circle = ''

  constructor(folder: string, environment: Readonly<Record<string, string>>) {
    this.#folder = folder
    this.ana = new PersonDaemon('Ana', folder, {}, environment)
    this.ben = new PersonDaemon('Ben', folder, {}, environment)
  }

  get all(): PersonDaemon[] {
    return [this.ana, this.ben]
  }

  async begin(): Promise<void> {
    await mkdir(this.#folder)
    await Promise.all(this.all.map((person) => person.start()))
    const { id } = await this.ana.call('newCircle', { name: 'Lab', myName: 'Ana' })
    const { link } = await this.ana.call('newInvite', { id })
    await this.ben.join(link as string)
    this.#circle = id
  }

  async #made(name: string): Promise<string> {
    const at = join(this.#folder, name)
    await writeFile(at, randomFillSync(Buffer.alloc(MIBS * MIB)))
    return at
  }

  async inCircle(round: number): Promise<Figures> {
    const { ana, ben } = this
    await ana.call('offerFiles', { id: await ana.room(), paths: [await this.#made(`circle ${round}.bin`)] })
    const entry = await ben.until('Ben finds it', async () => {
      const { entries } = await ben.patiently('searchOthers', { in: 'circles', words: `"circle ${round}"` })
      return entries[0]
    })
    const contents = [{ content: entry.content, path: entry.name }]
    return await measured(this, async () => {
      const { done } = await ben.call('getShared', { from: `circle:${this.#circle}`, contents })
      return done[0] ?? ''
    })
  }

  async plain(round: number): Promise<Figures> {
    const { ana, ben } = this
    const path = await this.#made(`plain ${round}.bin`)
    const { transfer } = await ana.call('addShare', { path, audience: 'link' })
    const magnet = await ana.until('it has a link', async () => {
      const { shares } = await ana.call('listShares', {})
      const mine = shares.find((share) => share.transfer.name === transfer.name)
      return mine?.link ?? undefined
    })
    const { listensAt } = await ana.call('network', {})
    const peers = [`127.0.0.1:${/[0-9]+$/.exec(listensAt ?? '')?.[0]}`]
    return await measured(this, async () => {
      const added = await ben.call('addTransfer', { source: { link: magnet }, peers })
      return added.transfer.id
    })
  }
}

const folder = await mkdtemp(join(tmpdir(), 'shoal-transfers-'))
const withoutDirect = { NODE_OPTIONS: `--import=${join(import.meta.dirname, 'no-direct.ts')}` }
const straight = new Pair(join(folder, 'straight'), {})
const through = new Pair(join(folder, 'through'), withoutDirect)
try {
  await straight.begin()
  await through.begin()
  const rounds: { direct: Figures[]; stream: Figures[]; plain: Figures[] } = {
    direct: [],
    stream: [],
    plain: [],
  }
  for (let round = 0; round < ROUNDS; round++) {
    rounds.plain.push(await straight.plain(round))
    rounds.stream.push(await through.inCircle(round))
    rounds.direct.push(await straight.inCircle(round))
  }
  const of = (figures: readonly Figures[]): Figures => ({
    waitedSeconds: median(figures.map(({ waitedSeconds }) => waitedSeconds)),
    waitedCpuSeconds: median(figures.map(({ waitedCpuSeconds }) => waitedCpuSeconds)),
    mibPerSecond: median(figures.map(({ mibPerSecond }) => mibPerSecond)),
    cpuSecondsPerGib: median(figures.map(({ cpuSecondsPerGib }) => cpuSecondsPerGib)),
  })
  const [direct, stream, plain] = [of(rounds.direct), of(rounds.stream), of(rounds.plain)]
  const beside = (one: Figures) => ({
    ...one,
    rateRatio: one.mibPerSecond / plain.mibPerSecond,
    cpuRatio: one.cpuSecondsPerGib / plain.cpuSecondsPerGib,
  })
  console.log(
    JSON.stringify(
      { mib: MIBS, rounds, direct: beside(direct), stream: beside(stream), plain },
      undefined,
      1,
    ),
  )
} finally {
  await Promise.allSettled([...straight.all, ...through.all].map((person) => person.kill()))
  await rm(folder, { recursive: true, force: true })
}
