import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ChatDevice, ChatWorld } from '../../../test/doubles/chat-world.ts'
import type { Message } from '../../api/schemas/conversations.ts'
import { encode } from '../../base/bencode-encode.ts'
import { utf8 } from '../../base/bytes.ts'
import { keyText, type RecordId } from '../../community/ids.ts'
import { recordId } from './message-view.ts'

function band() {
  const world = new ChatWorld()
  const ana = world.join('Ana')
  const ben = world.join('Ben')
  const cleo = world.join('Cleo')
  return { world, ana, ben, cleo }
}

function together() {
  const scene = band()
  scene.world.linkAll()
  scene.world.wire.pass(1_000)
  for (const device of scene.world.devices) device.changes.length = 0
  return scene
}

function conversation(world: ChatWorld, device: ChatDevice) {
  const { conversations } = device.part.calls.conversations({}) as {
    conversations: {
      id: string
      unread: number
      mentions: number
      typing: string[]
      last: { text: string } | null
      closed: { code: string } | null
    }[]
  }
  const found = conversations.find(({ id }) => id === world.room(device))
  assert.ok(found !== undefined)
  return found
}

function found(device: ChatDevice, words: string, within: { in?: string; circle?: string } = {}): string[] {
  const answer = device.part.calls.searchMessages({ words, limit: 50, offset: 0, ...within }) as {
    messages: Message[]
  }
  return answer.messages.map(({ text }) => text)
}

/** Everything that a database holds, in every table and index. */
function holds(device: ChatDevice, text: string): boolean {
  const bytes = Buffer.from(device.database.serialize())
  return bytes.includes(Buffer.from(utf8(text)))
}

test('what one member writes is read by the others, with the name that they gave themselves', () => {
  const { world, ana, ben, cleo } = together()
  world.say(ana, 'Hello')
  world.wire.pass(1_000)
  for (const device of [ana, ben, cleo]) {
    const [message] = world.messages(device)
    assert.equal(message?.text, 'Hello')
    assert.equal(message?.authorName, 'Ana')
  }
  assert.equal(ben.part.circleName(world.circle.id), 'Band')
  assert.equal(conversation(world, cleo).last?.text, 'Hello')
})

test('a message arrives from any one member that holds it while its sender is off', () => {
  const { world, ana, ben, cleo } = together()
  world.off(cleo)
  world.say(ana, 'You were away')
  world.wire.pass(1_000)
  world.off(ana)
  world.link(ben, cleo)
  world.wire.pass(1_000)
  assert.deepEqual(world.texts(cleo), ['You were away'])
})

test('a message arrives from a keeper that holds it, and the keeper has no word of it', () => {
  const world = new ChatWorld()
  const ana = world.join('Ana')
  const ben = world.join('Ben')
  const keeper = world.join('Kept', 'keeper')
  world.link(ana, keeper)
  world.wire.pass(1_000)
  world.say(ana, 'Zwetschgenkuchen at nine')
  world.wire.pass(1_000)
  world.off(ana)
  world.link(keeper, ben)
  world.wire.pass(1_000)
  assert.deepEqual(world.texts(ben), ['Zwetschgenkuchen at nine'])
  assert.ok(holds(ben, 'Zwetschgenkuchen'))
  for (const word of ['Zwetschgenkuchen', 'zwetschgenkuchen', 'Band', 'General', 'Ana'])
    assert.equal(holds(keeper, word), false, word)
  const count = (table: string) =>
    (keeper.database.prepare(`SELECT count(*) AS count FROM ${table}`).get() as { count: number }).count
  for (const table of ['chat_opened', 'messages', 'chat_states', 'message_words'])
    assert.equal(count(table), 0, table)
  assert.ok(count('chat_entries') >= 4)
  assert.throws(() => keeper.part.chat.write(world.circle.id, { kind: 'profile', name: 'Kept' }), {
    code: 'NOT_ALLOWED',
  })
})

test('a message says where it is: only here, held, delivered', () => {
  const { world, ana, ben, cleo } = together()
  world.off(ana)
  const { id } = world.say(ana, 'Where am I?')
  const where = () => {
    const message = world.messages(ana).find((each) => each.id === id)
    return [message?.where, message?.heldBy]
  }
  assert.deepEqual(where(), ['here', 0])
  world.link(ana, ben)
  world.wire.pass(1_000)
  assert.deepEqual(where(), ['held', 1])
  ana.changes.length = 0
  world.link(ana, cleo)
  world.wire.pass(1_000)
  assert.deepEqual(where(), ['delivered', 2])
  assert.ok(ana.changes.some(({ kind, message }) => kind === 'message' && message?.where === 'delivered'))
  assert.equal(world.messages(ben)[0]?.where, null)
})

test('an edit, a reaction and a deletion change the message for everybody', () => {
  const { world, ana, ben, cleo } = together()
  const room = world.room(ana)
  const { id } = world.say(ana, 'Helo')
  world.wire.pass(1_000)
  ana.part.calls.editMessage({ id: room, message: id, text: 'Hello' })
  ben.part.calls.react({ id: room, message: id, emoji: '🎸', on: true })
  world.wire.pass(1_000)
  const [seen] = world.messages(cleo)
  assert.deepEqual([seen?.text, seen?.edited], ['Hello', true])
  assert.deepEqual(seen?.reactions, [{ emoji: '🎸', people: ['Ben'], mine: false }])
  ben.part.calls.react({ id: room, message: id, emoji: '🎸', on: false })
  world.wire.pass(1_000)
  assert.deepEqual(world.messages(cleo)[0]?.reactions, [])
  ana.part.calls.deleteMessage({ id: room, message: id })
  world.wire.pass(1_000)
  assert.deepEqual([world.messages(cleo)[0]?.text, world.messages(cleo)[0]?.deleted], ['', 'author'])
  assert.throws(() => ben.part.calls.react({ id: room, message: id, emoji: '🎸', on: true }), {
    code: 'MESSAGE_UNKNOWN',
  })
})

test('a moderator may take away what somebody wrote, and another member may not', () => {
  const { world, ana, ben, cleo } = together()
  const room = world.room(ana)
  const { id } = world.say(ben, 'Rude')
  world.wire.pass(1_000)
  assert.throws(() => cleo.part.calls.deleteMessage({ id: room, message: id }), { code: 'NOT_ALLOWED' })
  // Who does it nevertheless, with a program of their own, deletes nothing.
  const target = ben.part.inbox && world.messages(cleo)[0]?.id
  assert.equal(target, id)
  const entry = cleo.part.chat.write(world.circle.id, {
    kind: 'react',
    target: (cleo.part.chat.pinOf(world.circle.id, ben.device).head ?? '') as never,
    emoji: '👍',
    on: true,
  })
  assert.ok(entry)
  cleo.part.chat.write(world.circle.id, {
    kind: 'delete',
    target: ben.part.chat.pinOf(world.circle.id, ben.device).head as never,
  })
  world.wire.pass(1_000)
  assert.equal(world.messages(ana)[0]?.deleted, 'no')
  ana.part.calls.deleteMessage({ id: room, message: id })
  world.wire.pass(1_000)
  assert.equal(world.messages(ben)[0]?.deleted, 'moderator')
  // It stays away, also when that moderator is none any more.
  world.circle.change(ana.person, { role: 'member' })
  world.tell()
  assert.equal(world.messages(ben)[0]?.deleted, 'moderator')
})

test('a reply shows what it answers, and answering somebody or naming them tells them', () => {
  const { world, ana, ben, cleo } = together()
  const room = world.room(ana)
  const { id } = world.say(ana, 'Who has the key?')
  world.wire.pass(1_000)
  ben.part.calls.writeMessage({ id: room, text: 'I have', replyTo: id, mentions: [] })
  ben.part.calls.writeMessage({ id: room, text: 'Cleo, too', mentions: [cleo.person] })
  world.wire.pass(1_000)
  const [, reply] = world.messages(ana)
  assert.deepEqual(reply?.replyTo, { id, authorName: 'Ana', text: 'Who has the key?' })
  assert.equal(conversation(world, ana).mentions, 1)
  assert.equal(conversation(world, cleo).mentions, 1)
  const told = (device: ChatDevice) => device.changes.flatMap(({ notify }) => notify?.text ?? [])
  assert.deepEqual(told(ana), ['I have'])
  assert.deepEqual(told(cleo), ['Cleo, too'])
  // Nothing is told of a quiet conversation, and unread it is all the same.
  cleo.part.calls.changeConversation({ id: room, quiet: true })
  cleo.changes.length = 0
  ben.part.calls.writeMessage({ id: room, text: 'Cleo?', mentions: [cleo.person] })
  world.wire.pass(1_000)
  assert.deepEqual(told(cleo), [])
  assert.equal(conversation(world, cleo).mentions, 2)
})

test('unread is what came after the last look, also when its place is before what was read', () => {
  const { world, ana, ben, cleo } = together()
  world.off(cleo)
  world.say(cleo, 'Written on the train')
  for (let i = 0; i < 5; i++) world.say(ana, `number ${i}`)
  world.wire.pass(1_000)
  assert.equal(conversation(world, ben).unread, 5)
  const last = world.messages(ben).at(-1) as Message
  ben.part.calls.readConversation({ id: world.room(ben), message: last.id })
  assert.equal(conversation(world, ben).unread, 0)
  world.link(cleo, ben)
  world.wire.pass(1_000)
  const late = world.messages(ben).findIndex(({ text }) => text === 'Written on the train')
  assert.ok(late === 0 || late === 1, `${late}`)
  assert.equal(conversation(world, ben).unread, 1)
  const page = ben.part.calls.messages({ id: world.room(ben), limit: 50 }) as { firstUnread: string }
  assert.equal(page.firstUnread, world.messages(ben)[late]?.id)
})

test('pages go back and forth through a conversation without a gap', () => {
  const { world, ana } = together()
  const room = world.room(ana)
  for (let i = 0; i < 45; i++) world.say(ana, `${i}`)
  const pages: string[] = []
  let before: string | undefined
  for (;;) {
    const page = ana.part.calls.messages({ id: room, limit: 10, ...(before && { before }) }) as {
      messages: Message[]
      older: boolean
    }
    pages.unshift(...page.messages.filter(({ kind }) => kind === 'text').map(({ text }) => text))
    before = page.messages[0]?.id
    if (!page.older) break
  }
  assert.deepEqual(
    pages,
    Array.from({ length: 45 }, (_, index) => `${index}`),
  )
  const middle = world.messages(ana).find(({ text }) => text === '20') as Message
  const around = ana.part.calls.messages({ id: room, around: middle.id, limit: 5 }) as { messages: Message[] }
  assert.deepEqual(
    around.messages.map(({ text }) => text),
    ['18', '19', '20', '21', '22'],
  )
})

test('messages are found by their words; changed, deleted and hidden text is not', () => {
  const { world, ana, ben } = together()
  const room = world.room(ana)
  const { id } = world.say(ana, 'The réhearsal is on Tuesday, 練習室 three')
  world.say(ana, 'Bring “cables” (XLR)')
  world.wire.pass(1_000)
  assert.deepEqual(found(ben, 'rehears'), ['The réhearsal is on Tuesday, 練習室 three'])
  assert.deepEqual(found(ben, '練習'), ['The réhearsal is on Tuesday, 練習室 three'])
  assert.deepEqual(found(ben, 'tuesday rehearsal', { in: room }).length, 1)
  assert.deepEqual(found(ben, 'xlr', { circle: world.circle.id }).length, 1)
  assert.deepEqual(found(ben, '" OR marks:c1 NEAR(', {}), [])
  ana.part.calls.editMessage({ id: room, message: id, text: 'Cancelled' })
  world.wire.pass(1_000)
  assert.deepEqual(found(ben, 'rehearsal'), [])
  assert.deepEqual(found(ben, 'cancelled'), ['Cancelled'])
  ana.part.calls.deleteMessage({ id: room, message: id })
  world.wire.pass(1_000)
  assert.deepEqual(found(ben, 'cancelled'), [])
  ben.ignored.add(ana.person)
  ben.part.personChanged(ana.person)
  assert.deepEqual(found(ben, 'cables'), [])
})

test('somebody ignored is not shown, counted nor found, and everything is there when that ends', () => {
  const { world, ana, ben } = together()
  ben.ignored.add(ana.person)
  ben.part.personChanged(ana.person)
  world.say(ana, 'Cables')
  world.wire.pass(1_000)
  assert.deepEqual(world.texts(ben), [])
  assert.equal(conversation(world, ben).unread, 0)
  assert.ok(ben.changes.every(({ message }) => message === undefined))
  ben.ignored.delete(ana.person)
  ben.part.personChanged(ana.person)
  assert.deepEqual(world.texts(ben), ['Cables'])
  assert.deepEqual(found(ben, 'cables'), ['Cables'])
})

test('somebody muted is shown to nobody until that is taken back', () => {
  const { world, ana, ben, cleo } = together()
  world.say(ben, 'Before')
  world.circle.change(ben.person, { muted: true })
  world.tell()
  world.say(ben, 'While')
  world.wire.pass(1_000)
  assert.deepEqual(world.texts(ana), [])
  assert.deepEqual(world.texts(cleo), [])
  // That somebody ignored them, and no longer does, changes nothing about it.
  for (const ignore of [true, false]) {
    if (ignore) ana.ignored.add(ben.person)
    else ana.ignored.delete(ben.person)
    ana.part.personChanged(ben.person)
    assert.deepEqual(world.texts(ana), [])
  }
  world.circle.change(ben.person, { muted: false })
  world.tell()
  assert.deepEqual(world.texts(ana), ['Before', 'While'])
})

test('of somebody blocked nothing is asked, stored or shown, and no history brings it back', () => {
  const { world, ana, ben, cleo } = together()
  world.say(ben, 'Insult number one')
  world.wire.pass(1_000)
  ana.blocked.add(ben.person)
  ana.part.personChanged(ben.person)
  assert.deepEqual(world.texts(ana), [])
  const chains = () =>
    ana.database
      .prepare(
        'SELECT count(*) AS count FROM chat_entries e JOIN chat_chains c ON c.key = e.chain WHERE c.device = ?',
      )
      .get(ben.device) as { count: number }
  assert.equal(chains().count, 0)
  world.unlink(ana, ben)
  world.say(ben, 'Insult number two')
  world.wire.pass(2_000)
  assert.equal(world.texts(cleo).length, 2)
  // Meeting others again, who hold all of it.
  world.unlink(ana, cleo)
  world.wire.carried.clear()
  world.link(ana, cleo)
  world.wire.pass(60_000)
  assert.deepEqual(world.texts(ana), [])
  assert.equal(chains().count, 0)
  assert.equal(holds(ana, 'number two'), false)
  assert.equal(wireBytes(world, 'page'), 0)
  // The rooms that somebody blocked made are everybody's.
  cleo.blocked.add(ana.person)
  cleo.part.personChanged(ana.person)
  assert.equal(cleo.part.rooms(world.circle.id)[0]?.name, 'General')
  assert.equal(conversation(world, cleo).closed, null)
  cleo.blocked.delete(ana.person)
  cleo.part.personChanged(ana.person)
  // Nor does taking the block back bring what was there before it.
  ana.blocked.delete(ben.person)
  ana.part.personChanged(ben.person)
  world.wire.pass(60_000)
  assert.deepEqual(world.texts(ana), ['Insult number two'])
})

test('who blocked the maker of the only room before it came has what all others say, under a name of its own', () => {
  const world = new ChatWorld()
  const ana = world.join('Ana')
  const ben = world.join('Ben')
  const cleo = world.join('Cleo')
  const room = world.room(ana)
  world.link(ana, ben)
  world.wire.pass(1_000)
  cleo.blocked.add(ana.person)
  cleo.part.personChanged(ana.person)
  world.link(ben, cleo)
  world.say(ben, 'Rehearsal at eight')
  world.wire.pass(1_000)
  world.say(ana, 'Insult')
  world.wire.pass(2_000)
  assert.deepEqual(world.texts(cleo), ['Rehearsal at eight'])
  const id = room.split(':')[2] ?? ''
  const [shown] = cleo.part.rooms(world.circle.id)
  assert.deepEqual([shown?.id, shown?.name], [id, id.slice(0, 8)])
  assert.equal(conversation(world, cleo).closed, null)
  assert.ok(cleo.changes.some(({ kind, id }) => kind === 'circle' && id === world.circle.id))
  assert.equal(holds(cleo, 'Insult'), false)
  world.say(cleo, 'I come')
  world.wire.pass(2_000)
  assert.ok(world.texts(ben).includes('I come'))
  // Its name comes with what its maker writes, once that is wanted again.
  cleo.blocked.delete(ana.person)
  cleo.part.personChanged(ana.person)
  world.wire.pass(60_000)
  assert.deepEqual(
    cleo.part.rooms(world.circle.id).map(({ name }) => name),
    ['General'],
  )
})

function wireBytes(world: ChatWorld, kind: string): number {
  return world.wire.carried.get(kind)?.bytes ?? 0
}

test('who comes later has the names and the history; where the policy says so only from then on', () => {
  const { world, ana, ben } = together()
  world.say(ana, 'Old times')
  world.wire.pass(1_000)
  const dora = world.join('Dora')
  world.link(dora, ben)
  world.wire.pass(1_000)
  assert.deepEqual(world.texts(dora), ['Old times'])
  assert.equal(dora.part.circleName(world.circle.id), 'Band')
  // The same with new keys for newcomers only.
  world.circle.rotate()
  const emil = world.join('Emil')
  emil.membership.readsFrom = 1
  emil.membership.learn(world.circle)
  world.link(emil, ben)
  world.wire.pass(1_000)
  assert.deepEqual(emil.part.rooms(world.circle.id), [])
  assert.equal(holds(emil, 'Old times'), false)
  assert.ok(!holds(emil, 'Band'))
  // And they hold what they cannot read, for those who can.
  const { count } = emil.database.prepare('SELECT count(*) AS count FROM chat_entries').get() as {
    count: number
  }
  assert.ok(count >= 5)
  // The keys come after all.
  emil.membership.readsFrom = 0
  emil.membership.learn(world.circle)
  world.wire.pass(1_000)
  assert.deepEqual(world.texts(emil), ['Old times'])
})

test('somebody who writes is seen writing for some seconds, by members who let it be seen', () => {
  const { world, ana, ben, cleo } = together()
  cleo.typing = false
  ana.part.calls.typing({ id: world.room(ana) })
  world.wire.pass(100)
  assert.deepEqual(conversation(world, ben).typing, ['Ana'])
  assert.deepEqual(conversation(world, cleo).typing, [])
  assert.ok(ben.changes.some(({ kind }) => kind === 'typing'))
  world.wire.pass(7_000)
  assert.deepEqual(conversation(world, ben).typing, [])
  ana.typing = false
  ana.part.calls.typing({ id: world.room(ana) })
  world.wire.pass(100)
  assert.deepEqual(conversation(world, ben).typing, [])
})

test('rooms are made by members, and renamed by who made them and by moderators', () => {
  const { world, ana, ben, cleo } = together()
  const circle = world.circle.id
  const room = ben.part.calls.newRoom({ id: circle, name: 'Gear' }) as { id: string }
  world.wire.pass(1_000)
  assert.deepEqual(
    cleo.part.rooms(circle).map(({ name }) => name),
    ['General', 'Gear'],
  )
  assert.throws(() => cleo.part.calls.changeRoom({ id: circle, room: room.id, name: 'Mine' }), {
    code: 'NOT_ALLOWED',
  })
  cleo.part.chat.write(circle, { kind: 'room', room: room.id, name: 'Mine', archived: false })
  ana.part.calls.changeRoom({ id: circle, room: room.id, archived: true })
  world.wire.pass(1_000)
  const seen = ben.part.rooms(circle).find(({ id }) => id === room.id)
  assert.deepEqual([seen?.name, seen?.archived], ['Gear', true])
  assert.throws(() => ben.part.rename(circle, 'Ours'), { code: 'NOT_ALLOWED' })
})

test('a room that is put away, or one of too many, is not listed, and the one that was first stays', () => {
  const { world, ana, ben } = together()
  const circle = world.circle.id
  const room = ana.part.calls.newRoom({ id: circle, name: 'Old' }) as { id: string }
  ana.part.calls.changeRoom({ id: circle, room: room.id, archived: true })
  world.wire.pass(1_000)
  const listed = () =>
    (ben.part.calls.conversations({}) as { conversations: { name: string }[] }).conversations
  assert.deepEqual(
    listed().map(({ name }) => name),
    ['General'],
  )
  for (let number = 0; number < 300; number++) {
    const many = {
      kind: 'room',
      room: number.toString(16).padStart(32, '0'),
      name: `${number}`,
      archived: false,
    } as const
    ana.part.chat.write(circle, many)
    world.wire.pass(200)
  }
  assert.equal(listed().length, 255)
  assert.equal(listed()[0]?.name, 'General')
  assert.throws(() => ben.part.calls.newRoom({ id: circle, name: 'More' }), { code: 'TOO_MANY' })
})

test('the same number is written once, however often it is sent', () => {
  const { world, ana } = together()
  const once = 'ab'.repeat(8)
  const write = () =>
    (ana.part.calls.writeMessage({ id: world.room(ana), text: 'Once', mentions: [], once }) as Message).id
  assert.equal(write(), write())
  assert.deepEqual(world.texts(ana), ['Once'])
  assert.throws(
    () => ana.part.calls.writeMessage({ id: world.room(ana), text: 'ä'.repeat(2_049), mentions: [] }),
    { code: 'MESSAGE_TOO_LONG' },
  )
})

test('what is older than the circle keeps goes from everybody alike, and names stay', () => {
  const { world, ana, ben, cleo } = together()
  const circle = world.circle.id
  world.circle.policy({ retentionDays: 1 })
  world.tell()
  const { id } = world.say(ana, 'Yesterday')
  world.wire.pass(1_000)
  ben.part.calls.react({ id: world.room(ben), message: id, emoji: '👍', on: true })
  world.wire.pass(86_400_000)
  world.say(ben, 'Today')
  world.wire.pass(1_200_000)
  for (const device of [ana, ben, cleo]) {
    assert.deepEqual(world.texts(device), ['Today'])
    assert.deepEqual(found(device, 'yesterday'), [])
    assert.equal(device.part.circleName(circle), 'Band')
    const { count } = device.database
      .prepare('SELECT count(*) AS count FROM chat_opened WHERE kind = ?')
      .get('react') as {
      count: number
    }
    assert.equal(count, 0)
  }
  // Who comes now knows how everything is called: it was said again.
  const dora = world.join('Dora')
  world.link(dora, cleo)
  world.wire.pass(1_000)
  assert.equal(dora.part.circleName(circle), 'Band')
  assert.deepEqual(
    dora.part.rooms(circle).map(({ name }) => name),
    ['General'],
  )
  assert.deepEqual(world.texts(dora), ['Today'])
  assert.equal(world.messages(dora)[0]?.authorName, 'Ben')
})

test('what is beyond the bytes that a circle keeps goes oldest first, and all end with the same', () => {
  const { world, ana, ben, cleo } = together()
  world.circle.policy({ retentionBytes: 1_000_000 })
  world.tell()
  const long = 'x'.repeat(4_000)
  for (let i = 0; i < 300; i++) {
    world.say([ana, ben, cleo][i % 3] as ChatDevice, `${i} ${long}`)
    world.wire.pass(500)
  }
  world.wire.pass(700_000)
  const kept = world.texts(ana).map((text) => text.split(' ')[0])
  assert.ok(kept.length > 150 && kept.length < 260, `${kept.length}`)
  assert.equal(kept.at(-1), '299')
  for (const device of [ben, cleo]) assert.deepEqual(world.texts(device), world.texts(ana))
  const { bytes } = ana.database.prepare('SELECT bytes FROM chat_scopes').get() as { bytes: number }
  assert.ok(bytes <= 1_010_000)
  const sum = ana.database.prepare('SELECT sum(length) AS bytes FROM chat_entries').get() as { bytes: number }
  assert.equal(bytes, sum.bytes)
})

test('who is out can read what there is and write nothing more', () => {
  const { world, ana, ben } = together()
  world.say(ana, 'Farewell')
  world.wire.pass(1_000)
  world.circle.remove(ben.person, (device) => ana.part.pinOf(world.circle.id, device))
  world.tell()
  assert.deepEqual(world.texts(ben), ['Farewell'])
  assert.deepEqual(conversation(world, ben).closed, { code: 'CIRCLE_LEFT', data: { removed: true } })
  assert.throws(() => world.say(ben, 'But'), { code: 'CIRCLE_LEFT' })
  const notices = (ana.part.calls.messages({ id: world.room(ana), limit: 50 }) as { messages: Message[] })
    .messages
  assert.deepEqual(
    notices.flatMap(({ notice }) => (notice === null ? [] : [notice.code, notice.data.name])).slice(-2),
    ['REMOVED', 'Ben'],
  )
  assert.equal(conversation(world, ana).last?.text, 'Farewell', 'a notice is nothing that somebody said')
})

test('forgetting a circle leaves no row of it', () => {
  const { world, ana } = together()
  world.say(ana, 'Secret')
  ana.part.forget(world.circle.id)
  for (const table of [
    'chat_scopes',
    'chat_chains',
    'chat_entries',
    'chat_opened',
    'chat_states',
    'messages',
    'conversations',
    'message_words',
  ])
    assert.deepEqual(
      ana.database.prepare(`SELECT count(*) AS count FROM ${table}`).get(),
      { __proto__: null, count: 0 },
      table,
    )
})

test('a file that is offered shows its card, and how far it is here', () => {
  const { world, ana, ben } = together()
  const root = new Uint8Array(32).fill(3)
  const { id } = ana.part.calls.writeFileEntry({
    conversation: world.room(ana),
    offer: { name: 'demo.flac', kind: 'audio', files: 1, lengthBytes: 1_234, what: { kind: 'file', root } },
    text: 'First take',
  })
  world.wire.pass(1_000)
  const [seen] = world.messages(ben)
  assert.deepEqual(
    [seen?.kind, seen?.text, seen?.file?.name, seen?.file?.state],
    ['file', 'First take', 'demo.flac', 'offered'],
  )
  assert.equal(seen?.file?.content, `${'03'.repeat(32)}-1234`)
  assert.deepEqual(found(ben, 'demo flac').length, 1)
  const { offer, author } = ben.part.calls.messageOffer({ conversation: world.room(ben), message: id })
  assert.deepEqual([offer.what.kind, author], ['file', ana.person])
  const after = ben.part.calls.fileState({
    conversation: world.room(ben),
    message: id,
    state: { state: 'getting', doneBytes: 600 },
  })
  assert.deepEqual(
    [after.file?.state, after.file?.doneBytes, after.file?.name],
    ['getting', 600, 'demo.flac'],
  )
})

test('direct messages stand in the same book: read, changed, found and unread alike', () => {
  const { world, ana, ben } = together()
  let lamports: number[] = []
  let heads = 0
  const write = (device: ChatDevice, other: ChatDevice) =>
    device.part.connect({
      write: (person, content, { lamport, after, at }) => {
        lamports = [...lamports, lamport]
        heads = after.length
        const id = keyText<RecordId>(world.crypto.sha256(utf8(`${device.device}${lamport}`)))
        const message = {
          id,
          person,
          author: device.person,
          device: device.device,
          at,
          lamport,
          after,
          content,
        }
        assert.ok(other.part.inbox.add({ ...message, person: device.person }))
        assert.ok(!other.part.inbox.add({ ...message, person: device.person }), 'twice is once')
        return message
      },
    })
  write(ana, ben)
  write(ben, ana)
  const toBen = `direct:${ben.person}`
  const toAna = `direct:${ana.person}`
  const { id } = ana.part.calls.writeMessage({ id: toBen, text: 'Only you', mentions: [] }) as Message
  ben.part.calls.react({ id: toAna, message: id, emoji: '👍', on: true })
  ben.part.calls.writeMessage({ id: toAna, text: 'And you', replyTo: id, mentions: [] })
  ana.part.calls.editMessage({ id: toBen, message: id, text: 'Only us' })
  assert.deepEqual(lamports, [1, 2, 3, 4])
  assert.equal(heads, 2)
  const page = ben.part.calls.messages({ id: toAna, limit: 50 }) as { messages: Message[] }
  assert.deepEqual(
    page.messages.map(({ text, edited, mine }) => [text, edited, mine]),
    [
      ['Only us', true, false],
      ['And you', false, true],
    ],
  )
  assert.deepEqual(found(ben, 'us', { in: toAna }), ['Only us'])
  assert.deepEqual(found(ben, 'us', { circle: world.circle.id }), [])
  assert.ok(ben.changes.some(({ notify }) => notify?.text === 'Only you'))
  assert.equal(page.messages[1]?.where, 'here')
  ben.part.inbox.where(recordId(page.messages[1]?.id as string), ana.person, 'delivered', 1)
  const again = ben.part.calls.messages({ id: toAna, limit: 50 }) as { messages: Message[] }
  assert.deepEqual([again.messages[1]?.where, again.messages[1]?.heldBy], ['delivered', 1])
  assert.equal(ana.part.inbox.page(undefined, 10).length, 4)
  assert.equal(ana.part.inbox.page(ana.part.inbox.page(undefined, 3).at(-1)?.id, 10).length, 1)
  // A name of a circle has no place between two people.
  const none = {
    id: recordId('ab'.repeat(32)),
    person: ana.person,
    author: ana.person,
    device: ana.device,
    at: 1,
    lamport: 9,
    after: [],
  }
  assert.ok(!ben.part.inbox.add({ ...none, content: encode({ k: 'circle', n: 'Mine' }) }))
})
