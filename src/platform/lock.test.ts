import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, test } from 'node:test'
import { isHeld, type Lock, takeLock } from './lock.ts'

const folder = mkdtempSync(join(tmpdir(), 'shoal-lock-'))
after(() => rmSync(folder, { recursive: true }))

let counter = 0
const fresh = (): string => join(folder, `${counter++}.lock`)

/** A process that tries for the lock once and keeps what it gets until it is killed; says what it got. */
async function contender(path: string): Promise<{ child: ChildProcess; said: string }> {
  const program = `import { isHeld, takeLock } from ${JSON.stringify(join(import.meta.dirname, 'lock.ts'))}
    const outcome = takeLock(${JSON.stringify(path)})
    console.log(isHeld(outcome) ? 'held by ' + outcome.pid : 'mine')
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [said] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  return { child, said }
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}

function taken(path: string): Lock {
  const outcome = takeLock(path)
  assert.ok(!isHeld(outcome), JSON.stringify(outcome))
  return outcome
}

test('a lock is had by one process, which others are told of, and is free after its release', () => {
  const path = fresh()
  const lock = taken(path)
  const other = takeLock(path)
  assert.ok(isHeld(other))
  assert.equal(other.pid, process.pid)
  lock.release()
  taken(path).release()
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.startsWith(`${counter - 1}.`)),
    [],
  )
})

test('another lock of the same process is another name for the first one: each is had and let go for itself', async () => {
  const [first, second] = [fresh(), fresh()]
  const lock = taken(first)
  const other = takeLock(second, first)
  assert.ok(!isHeld(other))
  const third = takeLock(second)
  assert.ok(isHeld(third))
  assert.equal(third.pid, process.pid)
  await other.releaseSoon()
  assert.ok(isHeld(takeLock(first)))
  taken(second).release()
  lock.release()
  // What it would be a name for is gone.
  const alone = takeLock(second, first)
  assert.ok(!isHeld(alone))
  alone.release()
})

test('many locks of a process that was killed are taken over with one of our own at hand', async () => {
  const path = fresh()
  const { child } = await contender(path)
  await kill(child)
  const own = fresh()
  const lock = taken(own)
  const outcome = takeLock(path, own)
  assert.ok(!isHeld(outcome))
  assert.ok(isHeld(takeLock(path)))
  outcome.release()
  lock.release()
})

test('the lock of a process that was killed is taken over, that of a living one is not', async () => {
  const path = fresh()
  const { child, said } = await contender(path)
  assert.equal(said, 'mine')
  const outcome = takeLock(path)
  assert.ok(isHeld(outcome))
  assert.equal(outcome.pid, child.pid)
  await kill(child)
  taken(path).release()
})

test('a process that got the id of a dead holder is not taken for it', {
  skip: process.platform === 'win32' && 'the start of a process is not known here',
}, () => {
  const path = fresh()
  writeFileSync(path, JSON.stringify({ pid: process.pid, started: 'before the last start of the system' }))
  taken(path).release()
})

test('a lock file torn by a loss of power keeps nobody out', () => {
  for (const text of ['', '{"pid":', '{"pid":"1","started":1}', '\0\0\0\0']) {
    const path = fresh()
    writeFileSync(path, text)
    utimesSync(path, 1, 1)
    taken(path).release()
  }
})

test('of many that find the lock of a dead process, and guards left by dead ones, one gets it', async () => {
  const path = fresh()
  const dead = await contender(path)
  await kill(dead.child)
  // Killed in the middle of taking it over.
  writeFileSync(`${path}~`, readFileSync(path))
  const all = await Promise.all(Array.from({ length: 6 }, () => contender(path)))
  const winners = all.filter(({ said }) => said === 'mine')
  await Promise.all(all.map(({ child }) => kill(child)))
  assert.equal(winners.length, 1, all.map(({ said }) => said).join(', '))
  for (const { said } of all) {
    if (said !== 'mine') assert.match(said, /^held by \d+$/)
  }
})
