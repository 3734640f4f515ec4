// The bot of docs/api.md, as it stands there, answers in a room.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { Program } from '../../lab/netns/program.ts'
import { People } from '../doubles/people-daemons.ts'

const ASK_AGAIN_MS = 1_000
const DOCUMENT = join(import.meta.dirname, '..', '..', 'docs', 'api.md')

test('the bot of the documentation answers what it is asked in a room, once', async (t) => {
  const [, code] = /```js\n([\s\S]*?)```/.exec(readFileSync(DOCUMENT, 'utf8')) ?? []
  assert.ok(code, 'the document has the bot')
  const people = await People.make(t)
  const [ana, robot] = await people.startAll('Ana', 'Robot')
  const circle = await ana.call('newCircle', { name: 'Works', myName: 'Ana' })
  const { link } = await ana.call('newInvite', { id: circle.id })
  await robot.join(link as string)
  const file = join(people.folder, 'bot.mjs')
  await writeFile(file, code)
  const { secret } = await robot.call('addToken', { name: 'bot', scope: 'control' })
  const bot = new Program('the bot', [process.execPath, file], {
    env: { SHOAL_URL: robot.daemon.url, SHOAL_TOKEN: secret },
  })
  t.after(() => bot.stop('SIGKILL'))

  const room = await ana.room()
  // It may not listen yet: asked again until it does, as slowly as a person would.
  let askedAt = 0
  await robot.until('the bot listens', async () => {
    if (performance.now() - askedAt > ASK_AGAIN_MS) {
      askedAt = performance.now()
      await ana.say(room, '!time')
    }
    return (await answersIn(room)).length > 0
  })
  async function answersIn(conversation: string): Promise<string[]> {
    const { messages } = await ana.call('messages', { id: conversation, limit: 200 })
    return messages
      .filter(({ kind, authorName }) => kind === 'text' && authorName === 'Robot')
      .map(({ replyTo }) => replyTo?.id ?? '')
  }
  const asked = await ana.say(room, '!time')
  await ana.until(
    'the last question is answered',
    async () => (await answersIn(room)).includes(asked.id),
    () => bot.tail(),
  )
  const answered = await answersIn(room)
  assert.equal(new Set(answered).size, answered.length, 'no question twice')
})
