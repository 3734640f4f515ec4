import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { PretendedFeed } from '../../../test/doubles/pretended-daemon.ts'
import { BAND_ROOM, sampleConversation, sampleMessage } from '../../../test/doubles/sample-people.ts'
import { serve } from '../../../test/doubles/served.ts'
import type { Message } from '../../api/schemas/conversations.ts'
import { writeRunFile } from '../../daemon/life/run-file.ts'
import { takeStateLock } from '../../daemon/life/state-lock.ts'
import { VERSION } from '../../daemon/version.ts'
import { needLink } from '../daemon-link.ts'
import { ChatLink } from './chat-link.ts'
import { ConversationFeed, type FeedEvent } from './conversation-feed.ts'

/** A daemon with one conversation on a state folder, which can be ended and begun again. */
class Place {
  readonly messages: Message[] = []
  readonly #t: TestContext
  readonly #state: string
  #server: { close(): Promise<void> } | undefined
  feed: PretendedFeed | undefined

  constructor(t: TestContext) {
    this.#t = t
    this.#state = mkdtempSync(join(tmpdir(), 'shoal-feed-'))
    const lock = takeStateLock(this.#state)
    t.after(() => {
      lock.release()
      rmSync(this.#state, { recursive: true, force: true })
    })
  }

  async begin(): Promise<void> {
    const { server, feed } = await serve(this.#t, {
      stateFolder: this.#state,
      handlers: {
        conversations: () => ({ conversations: [sampleConversation()] }),
        messages: ({ limit, before }) => {
          const sorted = this.messages.toSorted((a, b) => a.place - b.place)
          const end = before === undefined ? sorted.length : sorted.findIndex(({ id }) => id === before)
          const from = Math.max(0, end - limit)
          return { messages: sorted.slice(from, end), older: from > 0, newer: false, firstUnread: null }
        },
      },
    })
    this.#server = server
    this.feed = feed
    const run = { pid: process.pid, url: server.url, port: server.port, startedAt: '', version: VERSION }
    writeRunFile(this.#state, { ...run, kept: 'foreground' })
  }

  async end(): Promise<void> {
    await this.#server?.close()
  }

  /** With what is told of it, or only that something is new. */
  say(message: Message, told = true): void {
    const known = this.messages.findIndex(({ id }) => id === message.id)
    this.messages.splice(known < 0 ? this.messages.length : known, known < 0 ? 0 : 1, message)
    this.feed?.change({
      people: [{ kind: 'message', id: message.conversation, ...(told ? { message } : {}) }],
    })
  }

  async follow(historyMessages: number): Promise<AsyncGenerator<FeedEvent>> {
    const end = new AbortController()
    this.#t.after(() => end.abort())
    const link = new ChatLink(await needLink(this.#state))
    return new ConversationFeed(link, { conversation: BAND_ROOM, historyMessages }, end.signal).events()
  }
}

/** The places of the next messages that are told, whatever else is. */
async function told(events: AsyncGenerator<FeedEvent>): Promise<number[]> {
  for (;;) {
    const { value, done } = await events.next()
    if (done === true) return []
    if (value.kind === 'messages') return value.messages.map(({ place }) => place)
  }
}

test('the history comes first, then what is new, each as often as it changes', async (t) => {
  const place = new Place(t)
  for (let at = 0; at < 250; at++) place.messages.push(sampleMessage(at))
  await place.begin()
  const events = await place.follow(120)
  assert.deepEqual(
    await told(events),
    Array.from({ length: 120 }, (_, at) => 130 + at),
  )
  place.say(sampleMessage(250))
  assert.deepEqual(await told(events), [250])
  place.say(sampleMessage(250))
  place.say(sampleMessage(250, { edited: true }))
  assert.deepEqual(await told(events), [250])
  place.say(sampleMessage(251), false)
  assert.deepEqual(await told(events), [251])
})

test('a late one that moves the others is told with them', async (t) => {
  const place = new Place(t)
  place.messages.push(sampleMessage(0), sampleMessage(2))
  await place.begin()
  const events = await place.follow(10)
  assert.deepEqual(await told(events), [0, 2])
  place.messages[1] = sampleMessage(2, { place: 3 })
  place.say(sampleMessage(1))
  assert.deepEqual(await told(events), [1, 3])
})

test('what was said while the daemon was away is told when it is back, and nothing twice', async (t) => {
  const place = new Place(t)
  place.messages.push(sampleMessage(0))
  await place.begin()
  const events = await place.follow(10)
  assert.deepEqual(await told(events), [0])
  await place.end()
  const kinds: string[] = []
  const places: number[] = []
  for await (const event of events) {
    kinds.push(event.kind)
    if (event.kind === 'lost') {
      for (let at = 1; at <= 230; at++) place.messages.push(sampleMessage(at))
      await place.begin()
    }
    if (event.kind === 'messages') places.push(...event.messages.map((message) => message.place))
    if (event.kind === 'back') break
  }
  assert.deepEqual(kinds, ['opened', 'lost', 'conversation', 'messages', 'back'])
  assert.deepEqual(
    places,
    Array.from({ length: 230 }, (_, at) => 1 + at),
  )
})
