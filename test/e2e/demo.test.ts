// `shoal demo` as everybody runs it: a real swarm of four processes, its figures, its ends, and that nothing is left of it.

import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, realpath, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { after, test } from 'node:test'

const BIN = join(import.meta.dirname, '..', '..', 'bin', 'shoal')
const WINDOWS = process.platform === 'win32'

const root = await realpath(await mkdtemp(join(tmpdir(), 'shoal-demo-test-')))
after(() => rm(root, { recursive: true }))

/** Small, so that a demo of it takes about six seconds. */
const FILE_BYTES = 6_000_001
const file = join(root, 'holiday.mp4')
const content = randomBytes(FILE_BYTES)
await writeFile(file, content)

interface Fish {
  readonly name: string
  readonly state: string
  readonly doneBytes: number
  readonly givenBytes: number
  readonly takenBytes: number
}

/** What these tests read of the lines of --json. */
interface Line {
  readonly event?: string
  readonly name?: string
  readonly totalBytes?: number
  readonly seconds?: number
  readonly givenBytes?: number
  readonly fish?: readonly (Fish & { readonly pid: number; readonly port: number })[]
  readonly whole?: readonly string[]
  readonly hashesRight?: number
  readonly hashes?: number
  readonly takenBytes?: number
  readonly givenBySharerBytes?: number
  readonly fromEachOtherShare?: number
  readonly sha256?: string
  readonly error?: { readonly code: string; readonly message: string; readonly help: string }
}

interface Run {
  readonly child: ChildProcess
  readonly temporary: string
  readonly lines: readonly Line[]
  readonly code: number | null
  readonly stderr: string
}

/** Runs a demo in a temporary folder of its own. `heard` sees each line as it comes. */
async function demo(
  words: readonly string[],
  heard: (line: Line, child: ChildProcess) => void = () => {},
): Promise<Run> {
  const temporary = await mkdtemp(join(root, 'tmp-'))
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('SHOAL_'))
  const child = spawn(process.execPath, [BIN, 'demo', ...words], {
    env: { ...Object.fromEntries(inherited), TMPDIR: temporary, TEMP: temporary, TMP: temporary },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const lines: Line[] = []
  const json = words.includes('--json')
  createInterface({ input: child.stdout }).on('line', (shown) => {
    const line: Line = json ? JSON.parse(shown) : { event: shown }
    lines.push(line)
    heard(line, child)
  })
  const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'close')])
  return { child, temporary, lines, code, stderr }
}

function the(run: Run, event: string): Line {
  const found = run.lines.filter((line) => line.event === event)
  assert.equal(found.length, 1, `${event} once:\n${run.lines.map((line) => JSON.stringify(line)).join('\n')}`)
  return found[0] as Line
}

function pidsOf(lines: readonly Line[]): number[] {
  return lines.find((line) => line.event === 'sharing')?.fish?.map(({ pid }) => pid) ?? []
}

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** No process of it runs, and its temporary folder is as empty as it was. */
async function assertGone(run: Run): Promise<void> {
  const pids = pidsOf(run.lines)
  assert.equal(pids.length, 4)
  assert.deepEqual(pids.filter(runs), [])
  assert.deepEqual(await readdir(run.temporary), [])
}

test('one sharer, three getters: it leaves when one copy is out, they finish from each other, and every figure adds up', async () => {
  const began = performance.now()
  const run = await demo([file, '--json'])
  const tookSeconds = (performance.now() - began) / 1_000
  assert.equal(run.code, 0, run.stderr)
  const events = run.lines.map(({ event }) => event).filter((event) => event !== 'progress')
  assert.deepEqual(events, ['demo', 'sharing', 'off', 'whole', 'whole', 'whole', 'done'])
  assert.deepEqual(the(run, 'demo'), { event: 'demo', name: 'holiday.mp4', totalBytes: FILE_BYTES })

  const { fish = [] } = the(run, 'sharing')
  assert.deepEqual(
    fish.map(({ name }) => name),
    ['Ana', 'Ben', 'Caro', 'Dev'],
  )
  assert.equal(new Set(fish.map(({ pid }) => pid)).size, 4, 'four processes')
  assert.equal(new Set(fish.map(({ port }) => port)).size, 4)

  const off = the(run, 'off')
  assert.equal(off.name, 'Ana')
  assert.ok((off.givenBytes ?? 0) >= FILE_BYTES, 'she gave every byte at least once')
  assert.deepEqual(off.whole, [], 'nobody else had all of it')

  const done = the(run, 'done')
  assert.equal(done.hashesRight, 3)
  assert.equal(done.hashes, 3)
  assert.equal(done.sha256, createHash('sha256').update(content).digest('hex'))
  assert.equal(done.givenBySharerBytes, off.givenBytes)
  const taken = done.takenBytes ?? 0
  assert.ok(taken >= 3 * FILE_BYTES && taken < 3.3 * FILE_BYTES, `${taken} taken`)
  const share = 1 - (done.givenBySharerBytes ?? 0) / taken
  assert.ok(Math.abs((done.fromEachOtherShare ?? 0) - share) <= 0.001)
  assert.ok(share > 0.4, `${share} came from each other`)
  const seconds = done.seconds ?? 0
  assert.ok((off.seconds ?? 0) < seconds && seconds <= tookSeconds && tookSeconds < 60, `${seconds} s`)
  assertForward(run.lines.filter(({ event }) => event === 'progress').map(({ fish = [] }) => fish))
  await assertGone(run)
})

/** While it goes on, nobody goes backwards and nobody has what was not taken. */
function assertForward(progress: readonly (readonly Fish[])[]): void {
  assert.ok(progress.length >= 2)
  for (const [i, now] of progress.entries()) {
    for (const [j, { name, doneBytes, givenBytes, takenBytes }] of now.entries()) {
      if (name !== 'Ana')
        assert.ok(doneBytes <= takenBytes, `${name} has ${doneBytes} of ${takenBytes} taken`)
      const before = progress[i - 1]?.[j]
      if (before === undefined) continue
      assert.ok(doneBytes >= before.doneBytes && givenBytes >= before.givenBytes, name)
    }
  }
}

test('a folder is shared with all its files, and not touched', async () => {
  const folder = join(root, 'album')
  await mkdir(join(folder, 'inner'), { recursive: true })
  await writeFile(join(folder, 'one.bin'), randomBytes(1_500_000))
  await writeFile(join(folder, 'inner', 'żółć 音.bin'), randomBytes(700_001))
  await writeFile(join(folder, 'empty'), '')
  const before = await readdir(folder, { recursive: true })
  const modified = (await stat(join(folder, 'one.bin'))).mtimeMs
  const run = await demo([folder, '--json'])
  assert.equal(run.code, 0, run.stderr)
  assert.equal(the(run, 'done').hashesRight, 3)
  assert.equal(the(run, 'done').totalBytes, 2_200_001)
  assert.deepEqual(await readdir(folder, { recursive: true }), before)
  assert.equal((await stat(join(folder, 'one.bin'))).mtimeMs, modified)
  await assertGone(run)
})

test('where nobody looks at a terminal it is a few plain lines, the result on standard output', async () => {
  const run = await demo([file])
  assert.equal(run.code, 0, run.stderr)
  assert.equal(run.lines.length, 1)
  assert.match(
    run.lines[0]?.event ?? '',
    /^ ✓ Ben, Caro and Dev have every byte: 3 of 3 hashes right, \d+ s\. \d+ % of it came from each other, not from Ana\.$/,
  )
  const notes = run.stderr.split('\n')
  assert.equal(
    notes[0],
    'Four equal computers, all pretended on this one. Ana has holiday.mp4 (6.0 MB). Ben, Caro and Dev want it.',
  )
  assert.ok(notes.some((note) => note === ' ✗ Ana switched off. Nobody else has all of it. Watch.'))
  assert.equal(notes.filter((note) => / has it after \d+/.test(note)).length, 3)
  assert.ok(!run.stderr.includes('\u001b') && notes.length < 12, run.stderr)
})

for (const [moment, event] of [
  ['before anybody has anything', 'demo'],
  ['in the middle', 'progress'],
  ['after the sharer left', 'off'],
] as const) {
  test(`Ctrl-C ${moment} ends everybody and removes everything`, {
    skip: WINDOWS && 'signals are those of POSIX systems',
  }, async () => {
    let interrupted = false
    const run = await demo([file, '--json'], (line, child) => {
      if (line.event !== event || interrupted) return
      interrupted = true
      child.kill('SIGINT')
    })
    assert.equal(run.code, 130, run.stderr)
    assert.equal(run.lines.at(-1)?.error?.code, 'INTERRUPTED')
    assert.deepEqual(await readdir(run.temporary), [])
    assert.deepEqual(pidsOf(run.lines).filter(runs), [])
  })
}

test('a process that dies ends the demo with a clear error, and nothing is left', async () => {
  let killed = false
  const run = await demo([file, '--json'], (line) => {
    if (line.event !== 'sharing' || killed) return
    killed = true
    process.kill(line.fish?.find(({ name }) => name === 'Caro')?.pid ?? 0, 'SIGKILL')
  })
  assert.equal(run.code, 1, run.stderr)
  const { error } = run.lines.at(-1) ?? {}
  assert.equal(error?.code, 'DEMO_FISH_FAILED')
  assert.match(error?.message ?? '', /^The demo broke off, because Caro failed\./)
  assert.ok(!run.lines.some(({ event }) => event === 'done'))
  await assertGone(run)
})

test('should the demo itself be killed, its fish notice and end', {
  skip: WINDOWS && 'signals are those of POSIX systems',
}, async () => {
  const run = await demo([file, '--json'], (line, child) => {
    if (line.event === 'progress') child.kill('SIGKILL')
  })
  assert.equal(run.code, null)
  const deadline = performance.now() + 10_000
  while (pidsOf(run.lines).some(runs) && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  assert.deepEqual(pidsOf(run.lines).filter(runs), [])
})

test('what cannot be shared is refused before anything starts', async () => {
  const missing = await demo([join(root, 'no such file'), '--json'])
  assert.equal(missing.lines.at(-1)?.error?.code, 'SHARE_NOT_FOUND')
  assert.notEqual(missing.code, 0)
  const home = await demo([process.env.HOME ?? '/', '--json'])
  assert.equal(home.lines.at(-1)?.error?.code, 'SHARE_REFUSED_ROOT')
  for (const run of [missing, home]) {
    assert.equal(run.lines.length, 1)
    assert.deepEqual(await readdir(run.temporary), [])
  }
})
