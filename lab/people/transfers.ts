// Must show 4: rate and processor time of a file that goes from member to member of a circle, beside the same over plain BitTorrent: two
// real daemons on loopback, in turns, in one run. Figures are medians; what is compared is their ratio.
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

async function measured(
  people: readonly PersonDaemon[],
  ben: PersonDaemon,
  begin: () => Promise<string>,
): Promise<Figures> {
  const before = cpuSeconds(people)
  const began = performance.now()
  const id = await begin()
  await ben.until('it is here', async () => (await ben.call('transfer', { id })).row.doneBytes === MIBS * MIB)
  const seconds = (performance.now() - began) / 1_000
  return { mibPerSecond: MIBS / seconds, cpuSecondsPerGib: ((cpuSeconds(people) - before) * 1_024) / MIBS }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN
}

const folder = await mkdtemp(join(tmpdir(), 'shoal-transfers-'))
const [ana, ben] = [new PersonDaemon('Ana', folder, {}), new PersonDaemon('Ben', folder, {})]
try {
  await Promise.all([ana.start(), ben.start()])
  const circle = await ana.call('newCircle', { name: 'Lab', myName: 'Ana' })
  const { link } = await ana.call('newInvite', { id: circle.id })
  await ben.join(link as string)
  const room = await ana.room()
  const things = join(folder, 'things')
  await mkdir(things)
  const made = async (name: string): Promise<string> => {
    const at = join(things, name)
    await writeFile(at, randomFillSync(Buffer.alloc(MIBS * MIB)))
    return at
  }
  const rounds: { circle: Figures[]; plain: Figures[] } = { circle: [], plain: [] }
  for (let round = 0; round < ROUNDS; round++) {
    const shared = await made(`circle ${round}.bin`)
    await ana.call('offerFiles', { id: room, paths: [shared] })
    const entry = await ben.until('Ben finds it', async () => {
      const { entries } = await ben.patiently('searchOthers', { in: 'circles', words: `"circle ${round}"` })
      return entries[0]
    })
    const contents = [{ content: entry.content, path: entry.name }]
    rounds.circle.push(
      await measured([ana, ben], ben, async () => {
        const { done } = await ben.call('getShared', { from: `circle:${circle.id}`, contents })
        return done[0] ?? ''
      }),
    )
    const plain = await made(`plain ${round}.bin`)
    const { transfer } = await ana.call('addShare', { path: plain, audience: 'link' })
    const magnet = await ana.until('it has a link', async () => {
      const { shares } = await ana.call('listShares', {})
      const mine = shares.find((share) => share.transfer.name === transfer.name)
      return mine?.link ?? undefined
    })
    const { listensAt } = await ana.call('network', {})
    const peers = [`127.0.0.1:${/[0-9]+$/.exec(listensAt ?? '')?.[0]}`]
    rounds.plain.push(
      await measured([ana, ben], ben, async () => {
        const added = await ben.call('addTransfer', { source: { link: magnet }, peers })
        return added.transfer.id
      }),
    )
  }
  const of = (figures: readonly Figures[]): Figures => ({
    mibPerSecond: median(figures.map(({ mibPerSecond }) => mibPerSecond)),
    cpuSecondsPerGib: median(figures.map(({ cpuSecondsPerGib }) => cpuSecondsPerGib)),
  })
  const [inCircle, plain] = [of(rounds.circle), of(rounds.plain)]
  console.log(
    JSON.stringify(
      {
        mib: MIBS,
        rounds,
        circle: inCircle,
        plain,
        rateRatio: inCircle.mibPerSecond / plain.mibPerSecond,
        cpuRatio: inCircle.cpuSecondsPerGib / plain.cpuSecondsPerGib,
      },
      undefined,
      1,
    ),
  )
} finally {
  await Promise.allSettled([ana.kill(), ben.kill()])
  await rm(folder, { recursive: true, force: true })
}
