// What was answered is kept: the people process, and the whole daemon, killed in the middle of traffic.

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { People, type PersonDaemon } from '../doubles/people-daemons.ts'

/** A restart takes half a second here; the promise is two. Tests share the machine with others. */
const BACK_WITHIN_MS = 10_000

async function pair(
  t: Parameters<typeof People.make>[0],
): Promise<{ ana: PersonDaemon; ben: PersonDaemon; room: string }> {
  const people = await People.make(t)
  const [ana, ben] = await people.startAll('Ana', 'Ben')
  const circle = await ana.call('newCircle', { name: 'Family', myName: 'Ana' })
  const { link } = await ana.call('newInvite', { id: circle.id })
  await ben.join(link as string)
  return { ana, ben, room: await ana.room() }
}

/** Writes until it is told to stop. @returns what was answered */
function chatter(t: TestContext, person: PersonDaemon, room: string): { stop: () => Promise<string[]> } {
  const answered: string[] = []
  let going = true
  const work = (async () => {
    for (let number = 0; going; number++) {
      const text = `${person.name} ${number}`
      const once = number.toString(16).padStart(16, '0')
      try {
        await person.call('writeMessage', { id: room, text, once })
        answered.push(text)
      } catch {
        // Not answered: it may be there or not, and nobody was told that it is.
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    }
  })()
  t.after(() => {
    going = false
  })
  return {
    stop: async () => {
      going = false
      await work
      return answered
    },
  }
}

async function allThere(person: PersonDaemon, room: string, texts: readonly string[]): Promise<void> {
  await person.until(`${person.name} has all ${texts.length}`, async () => {
    const heard = new Set(await person.heard(room))
    return texts.every((text) => heard.has(text))
  })
  const heard = await person.heard(room)
  assert.equal(new Set(heard).size, heard.length, 'nothing twice')
}

test('the people process killed in the middle of traffic is back at once, and nothing answered is lost', async (t) => {
  const { ana, ben, room } = await pair(t)
  const talk = chatter(t, ana, room)
  await ben.hears(room, 'Ana 3')
  const before = await ana.peoplePid()
  process.kill(before, 'SIGKILL')
  const killedAt = performance.now()
  await ana.until('it is back', async () => {
    const { network } = await ana.patiently('me', {})
    return network.state === 'running' && network.restarts === 1
  })
  const tookMs = performance.now() - killedAt
  assert.ok(tookMs < BACK_WITHIN_MS, `back after ${Math.round(tookMs)} ms`)
  t.diagnostic(`back after ${Math.round(tookMs)} ms`)
  await ana.until('it writes again', async () => (await ana.heard(room)).length > 10)
  const answered = await talk.stop()
  await allThere(ana, room, answered)
  await allThere(ben, room, answered)
  assert.notEqual(await ana.peoplePid(), before)
})

test('the daemon killed in the middle of traffic loses nothing that was answered', async (t) => {
  const { ana, ben, room } = await pair(t)
  const talk = chatter(t, ben, room)
  await ana.hears(room, 'Ben 3')
  await ben.kill()
  const answered = await talk.stop()
  await ben.start()
  await allThere(ben, room, answered)
  await allThere(ana, room, answered)
  await ben.say(room, 'and on')
  await ana.hears(room, 'and on')
})
