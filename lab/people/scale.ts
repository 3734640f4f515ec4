// Must show 6: what a room of 500 members and 100,000 messages costs, with real keys and real databases.
//   node --expose-gc lab/people/scale.ts [MEMBERS] [MESSAGES]
// Links are in one process, so times are those of the devices alone; bytes are what would travel (without Noise and TCP).

import { loadavg } from 'node:os'
import { SystemCrypto } from '../../src/community/network/system-crypto.ts'
import { ChatWorld } from '../../test/doubles/chat-world.ts'
import { bring, type Came, countOf, fanOut, joiner, RoomServer, timings } from './scale-parts.ts'
import { ScaleRoom } from './scale-room.ts'

const MEMBERS = Number(process.argv[2] ?? 500)
const MESSAGES = Number(process.argv[3] ?? 100_000)
const SEED = 6
const DAYS = 25
const CATCH_UP = 1_000
const SEARCHES = 400
const READS = 200

const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`
const say = (text: string): void => console.log(text)

say(
  `load before: ${loadavg()
    .map((each) => each.toFixed(2))
    .join(' ')}; Node ${process.version}`,
)
const crypto = new SystemCrypto()
const world = new ChatWorld(crypto)
const began = performance.now()
const room = new ScaleRoom(
  world.circle,
  {
    members: MEMBERS,
    messages: MESSAGES,
    seed: SEED,
    startSeconds: world.startSeconds - DAYS * 86_400,
    days: DAYS,
  },
  crypto,
)
say(
  `made: ${room.entries.length} entries of ${MEMBERS} members in ${((performance.now() - began) / 1_000).toFixed(1)} s`,
)
const entryBytes = room.entries.reduce((sum, { bytes }) => sum + bytes.length, 0)
say(`an entry has ${(entryBytes / room.entries.length).toFixed(0)} bytes; all of them ${mb(entryBytes)}`)

const server = room.writers[0]
if (server === undefined) throw new Error('a room needs a member')
const serving = new RoomServer(room, world.wire, server.device, crypto)
const late = joiner(world, room, 1)
const link = () => {
  world.wire.link(server.device, late.device.device)
  serving.sync.opened(world.circle.id, late.device.device, false, world.wire.now)
  late.device.membership.link(world.circle.id, server.device)
}
const report = (what: string, came: Came): void => {
  say(`${what}: ${came.entries} entries in ${(came.ms / 1_000).toFixed(2)} s`)
  say(
    `  the device itself ${(came.work.ms / 1_000).toFixed(2)} s (${((came.work.ms * 1_000) / Math.max(1, came.entries)).toFixed(0)} µs an entry), longest turn ${came.work.longestMs.toFixed(0)} ms`,
  )
  say(`  ${mb(came.pageBytes)} in ${came.pages} pages, ${mb(came.otherBytes)} beside them`)
  say(`  most memory of the process ${mb(came.mostHeapBytes)}; database ${mb(came.databaseBytes)}`)
}

globalThis.gc?.()
say(`memory before joining: ${mb(process.memoryUsage().rss)} (both sides and the room are in this process)`)
report('join', bring(world, late, link))
say(`  ${countOf(late.device, 'messages')} messages, ${countOf(late.device, 'chat_opened')} opened`)

world.unlink(late.device, { device: server.device, membership: { unlink: () => undefined } } as never)
late.device.membership.unlink(world.circle.id, server.device)
const missed = Array.from({ length: CATCH_UP }, (_, index) => room.say(index % 20))
for (const entry of missed) serving.sync.append(entry)
report('catching up', bring(world, late, link))
late.device.membership.unlink(world.circle.id, server.device)
world.wire.unlink(server.device, late.device.device)
report('meeting again with nothing new', bring(world, late, link))

const { calls } = late.device.part
const conversation = `room:${world.circle.id}:${room.roomId}`
const times = ({ median, p95 }: { median: number; p95: number }): string =>
  `median ${median.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms`
const wordAt = (index: number): string => room.words[(index * 37) % room.words.length] ?? 'a'
const search = (words: string): void =>
  void calls.searchMessages({ words, limit: 50, offset: 0, in: conversation })
say(`search, one word of any: ${times(timings(SEARCHES, (index) => search(`${wordAt(index)} `)))}`)
say(
  `search, the twenty commonest: ${times(timings(SEARCHES, (index) => search(`${room.words[index % 20]} `)))}`,
)
say(
  `search, two words: ${times(timings(SEARCHES, (index) => search(`${wordAt(index)} ${room.words[index % 50]}`)))}`,
)
say(
  `search, two letters while typing: ${times(timings(SEARCHES, (index) => search(wordAt(index).slice(0, 2))))}`,
)
say(`the newest 50: ${times(timings(READS, () => void calls.messages({ id: conversation, limit: 50 })))}`)
say(`list of conversations: ${times(timings(READS, () => void calls.conversations({})))}`)
say(
  `writing a message, durable: ${times(timings(40, (index) => void calls.writeMessage({ id: conversation, text: `hello ${index}`, mentions: [] })))}`,
)
late.remove()

for (const degree of [8, 16]) {
  const cost = fanOut(room, crypto, degree, SEED)
  const each = cost.devices
  say(
    `one message to ${each} devices, ${((2 * cost.links) / each).toFixed(1)} links each: ${cost.frames} frames, ${mb(cost.bytes)}: ` +
      `${(cost.bytes / each).toFixed(0)} bytes and ${(cost.frames / each).toFixed(1)} frames a device, ${cost.pages} pages, ` +
      `${(cost.verified / each).toFixed(2)} signatures checked a device; reached ${cost.reached}, after ${cost.rounds} times 60 ms of waiting`,
  )
}
say(
  `load after: ${loadavg()
    .map((each) => each.toFixed(2))
    .join(' ')}`,
)
