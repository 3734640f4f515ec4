import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { ChatDevice, ChatWorld } from '../../../test/doubles/chat-world.ts'
import { LyingMember } from '../../../test/doubles/lying-member.ts'
import { decode } from '../../base/bencode.ts'
import { encode } from '../../base/bencode-encode.ts'
import type { BDict } from '../../base/bencode-value.ts'
import { keyBytes } from '../ids.ts'
import { decodeEntry, type Entry } from './entry.ts'
import { ENTRIES_BURST, ENTRIES_PER_DAY, MAX_ENTRY_BYTES } from './limits.ts'

/** Two honest members, linked, and one who keeps no rule, linked to the first of them. */
function scene() {
  const world = new ChatWorld()
  const ana = world.join('Ana')
  const ben = world.join('Ben')
  const liar = new LyingMember(world, 1)
  world.circle.add(liar.person, liar.device)
  world.tell()
  world.link(ana, ben)
  world.wire.pass(1_000)
  liar.link(ana)
  world.wire.pass(1_000)
  return { world, ana, ben, liar, room: world.room(ana) }
}

function entriesOf(device: ChatDevice, author: string): number {
  const row = device.database
    .prepare(
      'SELECT count(*) AS count FROM chat_entries e JOIN chat_chains c ON c.key = e.chain WHERE c.device = ?',
    )
    .get(author) as { count: number }
  return row.count
}

/** Bytes of an entry as somebody else would have it. */
function resigned(entry: Entry, author: Uint8Array): Uint8Array {
  const { encoded, signature } = decodeEntry(entry.bytes)
  const body = decode(encoded).value as BDict
  const fields = new Map(body.entries().map(({ key, value }) => [key, key === 'a' ? author : value]))
  return encode({ b: encode(fields as never), s: signature })
}

test('a member who lies can still write like anybody else', () => {
  const { world, ana, ben, liar, room } = scene()
  liar.text('I can', room)
  world.wire.pass(1_000)
  assert.deepEqual(world.texts(ana), ['I can'])
  assert.deepEqual(world.texts(ben), ['I can'])
})

test('an entry in the name of another author is not stored, and who served it is hung up on', () => {
  const { world, ana, ben, liar, room } = scene()
  const { seq, head } = ana.part.pinOf(world.circle.id, ben.device)
  const entry = liar.entry({
    seq: seq + 1,
    prev: head,
    content: {
      kind: 'text',
      room: room.split(':')[2],
      text: 'Ben is a fool',
      replyTo: undefined,
      mentions: [],
    },
  })
  const bytes = resigned(entry, keyBytes(ben.device))
  const before = entriesOf(ana, ben.device)
  liar.unlink(ana)
  // Ben's chain, as the liar tells it: one more entry, signed by somebody else.
  const again = new LyingMember(world, 1)
  again.store.records = () => [{ order: 1, seq: seq + 1, bytes }]
  again.store.chains = () => [
    { author: ben.device, begin: 1, seq: seq + 1, head: entry.id, stopped: false, forkedAt: undefined },
  ]
  again.link(ana)
  world.wire.pass(1_000)
  assert.equal(entriesOf(ana, ben.device), before)
  assert.deepEqual(world.texts(ana), [])
  assert.deepEqual(world.wire.hungUp, [{ by: ana.device, on: liar.device, code: 'RECORD_INVALID entry' }])
})

test('what a removed member writes later counts nowhere, whatever time and key they claim for it', () => {
  const { world, ana, ben, liar, room } = scene()
  liar.text('Bye', room)
  world.wire.pass(1_000)
  const before = world.circle.epochs[0]
  world.circle.remove(liar.person, (device) => ana.part.pinOf(world.circle.id, device))
  world.tell()
  liar.text('Backdated', room, { time: world.wallSeconds - 3_600 }, before)
  liar.text('With the new keys, should they leak', room)
  liar.link(ben)
  world.wire.pass(60_000)
  for (const device of [ana, ben]) {
    assert.deepEqual(world.texts(device), ['Bye'])
    assert.equal(entriesOf(device, liar.device), 1)
  }
})

test('what was taken before the removal was known is taken back', () => {
  const { world, ana, ben, liar, room } = scene()
  liar.text('Before', room)
  world.wire.pass(1_000)
  world.circle.remove(liar.person, (device) => ana.part.pinOf(world.circle.id, device))
  // Ben has not heard of it yet.
  world.tell([ben])
  liar.text('After', room, {}, world.circle.epochs[0])
  liar.link(ben)
  world.wire.pass(1_000)
  assert.deepEqual(world.texts(ben), ['Before', 'After'])
  world.tell()
  assert.deepEqual(world.texts(ben), ['Before'])
  assert.deepEqual(world.texts(ana), ['Before'])
  // The removal turns out to be void: it counts again.
  world.circle.add(liar.person, liar.device)
  world.tell()
  world.wire.pass(60_000)
  assert.deepEqual(world.texts(ben), ['Before', 'After'])
  assert.deepEqual(world.texts(ana), ['Before', 'After'])
})

test('a stranger’s device is not heard: its entries are neither asked for nor kept', () => {
  const { world, ana } = scene()
  const stranger = new LyingMember(world, 2)
  stranger.text('Buy', world.room(ana))
  stranger.link(ana)
  world.wire.pass(60_000)
  assert.equal(entriesOf(ana, stranger.device), 0)
  assert.deepEqual(world.texts(ana), [])
})

test('a device that signs two entries for one place is frozen before it for everybody, and that is shown', () => {
  const { world, ana, ben, liar, room } = scene()
  liar.text('To everybody', room)
  world.wire.pass(1_000)
  world.unlink(ana, ben)
  const common = liar.store.all(world.circle.id).filter(({ author }) => author === liar.device)
  liar.text('To Ana: yes', room)
  world.wire.pass(1_000)
  liar.unlink(ana)
  const other = new LyingMember(world, 1)
  for (const record of common) other.append(record as Entry)
  other.text('To Ben: no', room)
  other.link(ben)
  world.wire.pass(1_000)
  assert.deepEqual(world.texts(ana), ['To everybody', 'To Ana: yes'])
  assert.deepEqual(world.texts(ben), ['To everybody', 'To Ben: no'])
  world.link(ana, ben)
  world.wire.pass(5_000)
  for (const device of [ana, ben]) {
    assert.deepEqual(world.texts(device), ['To everybody'])
    assert.ok(device.part.isFrozen(world.circle.id, liar.device))
    const { messages } = device.part.calls.messages({ id: world.room(device), limit: 50 }) as {
      messages: { notice: { code: string } | null }[]
    }
    assert.ok(messages.some(({ notice }) => notice?.code === 'FORKED'))
    const { count } = device.database.prepare('SELECT count(*) AS count FROM chat_forks').get() as {
      count: number
    }
    assert.equal(count, 1)
  }
})

test('an entry over 64 KiB, or one that is no entry, is not stored and ends the link', () => {
  for (const bytes of [
    encode({ b: new Uint8Array(MAX_ENTRY_BYTES), s: new Uint8Array(64) }),
    encode({ b: 'no entry', s: new Uint8Array(64) }),
    encode({ s: new Uint8Array(64) }),
    new Uint8Array(0),
  ]) {
    const { world, ana, liar, room } = scene()
    const entry = liar.entry({
      content: { kind: 'text', room: room.split(':')[2], text: 'x', replyTo: undefined, mentions: [] },
    })
    liar.sync.append({ ...entry, bytes })
    world.wire.pass(1_000)
    assert.equal(entriesOf(ana, liar.device), 0)
    assert.equal(world.wire.hungUp[0]?.code, 'RECORD_INVALID entry')
  }
})

test('a text over 4 KiB shows nothing, as what no known kind is; it is kept for a later version and the chain goes on', () => {
  const { world, ana, ben, liar, room } = scene()
  const roomBytes = Buffer.from(room.split(':')[2] as string, 'hex')
  liar.append(liar.entry({ plain: encode({ k: 'text', r: roomBytes, t: 'x'.repeat(4_097) }) }))
  liar.append(liar.entry({ plain: encode({ k: 'poll', r: roomBytes, q: 'Pizza?' }) }))
  liar.append(liar.entry({ plain: encode({ k: 'profile', n: '\u202eevil' }) }))
  liar.append(liar.entry({ sealed: new Uint8Array(60), plain: new Uint8Array(1) }))
  liar.text('Short', room)
  world.wire.pass(1_000)
  for (const device of [ana, ben]) {
    assert.deepEqual(world.texts(device), ['Short'])
    assert.equal(entriesOf(device, liar.device), 5)
  }
})

test('a ciphertext is no message anywhere but in its place: not of another author, nor another seq', () => {
  const { world, ana, ben, liar, room } = scene()
  world.say(ben, 'I owe Ana ten')
  world.wire.pass(1_000)
  const [stolen] = ana.database
    .prepare(
      'SELECT e.bytes FROM chat_entries e JOIN chat_chains c ON c.key = e.chain WHERE c.device = ? ORDER BY e.seq DESC',
    )
    .all(ben.device) as { bytes: Uint8Array }[]
  const { sealed } = decodeEntry(stolen?.bytes as Uint8Array).body
  liar.append(liar.entry({ sealed, plain: new Uint8Array(1) }))
  liar.text('…', room)
  world.wire.pass(1_000)
  assert.deepEqual(world.texts(ana), ['I owe Ana ten', '…'])
})

test('a flood stops at the burst that everybody is allowed, at the same entry for all', () => {
  const { world, ana, ben, liar, room } = scene()
  const time = world.wallSeconds
  for (let i = 0; i < 200; i++) liar.text(`flood ${i}`, room, { time })
  world.wire.pass(60_000)
  for (const device of [ana, ben]) {
    assert.equal(entriesOf(device, liar.device), ENTRIES_BURST)
    assert.equal(world.texts(device).length, ENTRIES_BURST)
  }
  assert.ok(world.wire.carried.get('page')?.frames ?? 0 < 10)
})

test('no day has more entries of one author than it may, also where the times are spread', () => {
  const { world, ana, liar } = scene()
  liar.unlink(ana)
  const day = Math.floor(world.wallSeconds / 86_400) * 86_400 - 86_400
  const plain = encode({ k: 'later' })
  for (let i = 0; i <= ENTRIES_PER_DAY + 5; i++)
    liar.sync.append(liar.entry({ time: day + Math.floor(i * 10), plain }))
  liar.link(ana)
  world.wire.pass(60_000)
  assert.equal(entriesOf(ana, liar.device), ENTRIES_PER_DAY)
})

test('time and clock go forward in a chain, and an entry from the future waits for its time', () => {
  const { world, ana, liar, room } = scene()
  liar.text('From next hour', room, { time: world.wallSeconds + 3_600 })
  world.wire.pass(60_000)
  assert.deepEqual(world.texts(ana), [])
  world.wire.pass(3_600_000)
  assert.deepEqual(world.texts(ana), ['From next hour'])
  liar.text('Back in time', room, { time: world.wallSeconds - 7_200 })
  world.wire.pass(60_000)
  assert.deepEqual(world.texts(ana), ['From next hour'])
  assert.deepEqual(world.wire.hungUp, [])
})

test('a clock that leaps to the end of numbers is not followed', () => {
  const { world, ana, ben, liar, room } = scene()
  liar.text('Leap', room, { lamport: 2 ** 52 })
  world.wire.pass(60_000)
  assert.deepEqual(world.texts(ana), [])
  world.say(ben, 'On')
  world.wire.pass(1_000)
  assert.ok((world.messages(ana)[0]?.place ?? Number.POSITIVE_INFINITY) < 10_000)
})

test('frames that are none of chat’s, or of a wrong shape, end the link', () => {
  for (const [kind, body] of [
    ['shout', {}],
    ['sum', { c: keyBytes(new ChatWorld().circle.id), d: 'short' }],
    ['heads', { c: keyBytes(new ChatWorld().circle.id), v: new Uint8Array(75) }],
    ['pull', { c: keyBytes(new ChatWorld().circle.id), n: -1, w: new Uint8Array(0) }],
    ['typing', { c: 'x' }],
  ] as const) {
    const { world, ana, ben } = scene()
    world.wire.forge(ben.device, ana.device, kind, encode({ b: body, k: kind }))
    assert.equal(world.wire.hungUp[0]?.code.split(' ')[0], 'FRAME_INVALID', kind)
  }
})

test('what was written is there after the program ended, and its chain goes on', () => {
  const { world, ana, ben } = scene()
  world.say(ana, 'Before')
  world.wire.pass(1_000)
  world.off(ana)
  const again = world.restart(ana)
  world.say(again, 'After')
  world.link(again, ben)
  world.wire.pass(1_000)
  assert.deepEqual(world.texts(ben), ['Before', 'After'])
  assert.deepEqual(world.texts(again), ['Before', 'After'])
})

test('a device that was restored from a backup beside itself is frozen, says nothing of its own accord, and goes on', () => {
  const { world, ana, ben } = scene()
  const folder = mkdtempSync(path.join(tmpdir(), 'shoal-'))
  try {
    world.off(ana)
    ana.database.exec(`VACUUM INTO '${path.join(folder, 'backup.db')}'`)
    // Each of both is called otherwise from now on, and says so: two entries for one place.
    for (const [name, database] of [
      ['Anna', ana.database],
      ['Anne', new DatabaseSync(path.join(folder, 'backup.db'))],
    ] as const) {
      const again = new ChatDevice(world, name, ana.number, ana.person, database)
      world.devices[0] = again
      again.membership.learn(world.circle)
      world.link(again, ben)
      world.wire.pass(5_000)
      if (name === 'Anna') world.off(again)
    }
    const [restored] = world.devices as [ChatDevice]
    assert.ok(restored.part.isFrozen(world.circle.id, ana.device))
    assert.ok(ben.part.isFrozen(world.circle.id, ana.device))
    // Members come and go, and names that were pruned would be said again: nothing of it fails.
    world.join('Cleo')
    world.startSeconds += 40 * 86_400
    world.wire.pass(5_400_000)
    assert.throws(() => world.say(restored, 'Hello?'), { code: 'FORKED' })
    restored.database.close()
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('a clock that is a month ahead for half an hour throws nothing away, and one that stays there does', () => {
  const { world, ana } = scene()
  const month = 31 * 86_400
  world.say(ana, 'Still here')
  world.wire.pass(3 * 3_600_000)
  for (const leap of [month, -month, -month, month]) {
    world.startSeconds += leap
    world.wire.pass(1_800_000)
    assert.deepEqual(world.texts(ana), ['Still here'])
  }
  world.startSeconds += month
  world.wire.pass(5_400_000)
  assert.deepEqual(world.texts(ana), [])
})
