// The link to the people process, with processes of a few lines in its place: what is promised whatever runs there.

import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { VirtualClock } from '../../../test/doubles/virtual-clock.ts'
import { SystemClock } from '../../platform/clock.ts'
import { NO_LOG } from '../log.ts'
import { PeopleError } from './people-error.ts'
import { type LinkTask, PeopleLink } from './people-link.ts'
import type { PeoplePlan } from './people-messages.ts'

const PLAN: PeoplePlan = {
  stateFolder: '/nowhere',
  port: 0,
  hosts: [],
  interface: undefined,
  settings: { visible: 'off', typing: false, lan: false },
}

/** Answers `me` with what it has in mind, `circles` with an error of ours, dies of `nearby`, and of `people` says nothing. */
const OBEDIENT = `
process.on('message', async (message) => {
  if (message.kind === 'start') process.send({ kind: 'ready', port: 7 })
  if (message.kind === 'ping') process.send({ kind: 'pong' })
  if (message.kind === 'stop') process.exit(0)
  if (message.kind === 'answer') process.send({ kind: 'answer', number: 0, output: message.output })
  if (message.kind !== 'call') return
  const { number, name, input } = message
  if (name === 'me') process.send({ kind: 'answer', number, output: { input, env: process.env, argv: process.execArgv } })
  if (name === 'wishes') process.send({ kind: 'ask', number: 5, name: 'dhtGet', input: { publicKey: new Uint8Array(2), salt: new Uint8Array(1) } })
  if (name === 'circles') process.send({ kind: 'failure', number, error: { kind: 'CommunityError', code: 'NOT_ALLOWED', data: { needs: 'owner' }, message: '' } })
  if (name === 'nearby') process.exit(3)
})
process.on('disconnect', () => process.exit(0))
`
const STILLBORN = 'process.exit(4)'
const REFUSING = `
process.on('message', () => {
  process.send({ kind: 'refused', error: { kind: 'PeopleError', code: 'IDENTITY_UNUSABLE', data: { path: '/k' }, message: '' } }, () => process.exit(0))
})`

async function linked(
  t: TestContext,
  program: string,
  rest: Partial<LinkTask> = {},
): Promise<{ link: PeopleLink; told: string[]; until: (state: string) => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-people-link-'))
  const file = join(folder, 'program.mjs')
  await writeFile(file, program)
  const told: string[] = []
  const waiting: { state: string; resolve: () => void }[] = []
  const link = new PeopleLink({
    clock: new SystemClock(),
    log: NO_LOG,
    plan: () => PLAN,
    asks: {},
    changed: (change) => {
      told.push(`${change.kind} ${link.state}`)
      for (const { state, resolve } of waiting) if (state === link.state) resolve()
    },
    program: pathToFileURL(file),
    ...rest,
  })
  t.after(async () => {
    await link.close()
    await rm(folder, { recursive: true })
  })
  const until = (state: string): Promise<void> =>
    link.state === state
      ? Promise.resolve()
      : new Promise((resolve) => {
          waiting.push({ state, resolve })
        })
  return { link, told, until }
}

test('the process begins with the first call, and is given neither secrets of the environment nor arguments', async (t) => {
  process.env.SHOAL_SECRET_OF_TEST = 'hidden'
  t.after(() => {
    delete process.env.SHOAL_SECRET_OF_TEST
  })
  const { link } = await linked(t, OBEDIENT)
  assert.deepEqual([link.state, link.pid], ['off', undefined])
  const answer = (await link.call('me', {})) as unknown as { env: Record<string, string>; argv: string[] }
  assert.deepEqual([link.state, link.port, link.restarts], ['running', 7, 0])
  assert.ok(!JSON.stringify(answer.env).includes('hidden'))
  assert.ok(answer.argv.includes('--max-old-space-size=512'))
})

test('an error of ours is the same on this side', async (t) => {
  const { link } = await linked(t, OBEDIENT)
  await assert.rejects(link.call('circles', {}), {
    name: 'CommunityError',
    code: 'NOT_ALLOWED',
    data: { needs: 'owner' },
  })
})

test('a process that dies takes its calls with it, and is there again', async (t) => {
  const { link, told, until } = await linked(t, OBEDIENT)
  await link.call('me', {})
  const first = link.pid
  const unanswered = link.call('people', {})
  const died = link.call('nearby', {})
  await assert.rejects(unanswered, { code: 'PEOPLE_UNAVAILABLE' })
  await assert.rejects(died, { code: 'PEOPLE_UNAVAILABLE' })
  await until('restarting')
  await assert.rejects(link.call('me', {}), { code: 'PEOPLE_UNAVAILABLE' })
  await until('running')
  assert.equal(link.restarts, 1)
  assert.notEqual(link.pid, first)
  assert.ok(await link.call('me', {}))
  assert.deepEqual(told, ['network running', 'network restarting', 'network running'])
})

test('one that dies as soon as it lives is tried ever more rarely', async (t) => {
  const clock = new VirtualClock()
  const ends: (() => void)[] = []
  const log = {
    write: (_: unknown, event: string, facts?: Readonly<Record<string, unknown>>) => {
      if (event !== 'people-process-ended') return
      waits.push(facts?.again as number)
      ends.shift()?.()
    },
  }
  const waits: number[] = []
  const { link } = await linked(t, STILLBORN, { clock, log })
  for (let time = 0; time < 4; time++) {
    const ended = new Promise<void>((resolve) => {
      ends.push(resolve)
    })
    if (time === 0) link.begin()
    else clock.advance(waits.at(-1) as number)
    await ended
  }
  assert.deepEqual(waits, [100, 200, 400, 800])
})

test('a call that is not answered in its time is refused, and the next one is answered', async (t) => {
  const { link } = await linked(t, OBEDIENT)
  await link.call('me', {})
  await assert.rejects(link.call('people', {}, 5), { code: 'PEOPLE_UNAVAILABLE' })
  assert.ok(await link.call('me', {}))
})

test('why it cannot begin is what calls are told', async (t) => {
  const { link } = await linked(t, REFUSING)
  await assert.rejects(link.call('me', {}), { code: 'IDENTITY_UNUSABLE', data: { path: '/k' } })
})

test('what is off is not begun, and says why', async (t) => {
  const { link } = await linked(t, OBEDIENT, { plan: () => new PeopleError('PEOPLE_OFF_BY_PROXY') })
  await assert.rejects(link.call('me', {}), { code: 'PEOPLE_OFF_BY_PROXY' })
  assert.deepEqual([link.state, link.pid], ['off', undefined])
})

test('what it asks of the daemon is answered', async (t) => {
  const asked: unknown[] = []
  const heard = Promise.withResolvers<void>()
  const { link } = await linked(t, OBEDIENT, {
    asks: {
      dhtGet: async (input) => {
        asked.push(input)
        heard.resolve()
        return undefined
      },
    },
  })
  const wishes = link.call('wishes', {})
  wishes.catch(() => undefined)
  await heard.promise
  assert.deepEqual(asked, [{ publicKey: new Uint8Array(2), salt: new Uint8Array(1) }])
})
