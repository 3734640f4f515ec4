import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ChatWorld } from '../../../test/doubles/chat-world.ts'
import { SeededRandom, shuffle } from '../../base/random.ts'
import { keyText, type PersonId, type RecordId } from '../ids.ts'
import type { Opened } from './chat-store.ts'
import type { Content } from './content.ts'
import { foldMessage, foldState, inOrder } from './fold.ts'

const person = (number: number) => keyText<PersonId>(new Uint8Array(32).fill(number))
const id = (number: number) => keyText<RecordId>(new Uint8Array(32).fill(number))

function opened(number: number, by: number, lamport: number, content: Content, moderator = false): Opened {
  return {
    id: id(number),
    circle: keyText(new Uint8Array(32)),
    other: undefined,
    person: person(by),
    device: keyText(new Uint8Array(32).fill(by)),
    seq: number,
    lamport,
    at: 0,
    receivedAt: 0,
    moderator,
    content,
  }
}

const base = opened(1, 1, 1, { kind: 'text', room: undefined, text: 'one', replyTo: undefined, mentions: [] })

test('whatever the order of arrival, a message is the same', () => {
  const about = fc.array(
    fc.record({
      by: fc.integer({ min: 1, max: 4 }),
      lamport: fc.integer({ min: 2, max: 6 }),
      what: fc.oneof(
        fc.record({ kind: fc.constant('edit' as const), text: fc.constantFrom('two', 'three') }),
        fc.record({
          kind: fc.constant('react' as const),
          emoji: fc.constantFrom('👍', '🎸'),
          on: fc.boolean(),
        }),
        fc.record({ kind: fc.constant('delete' as const), now: fc.constantFrom(true, false, false, false) }),
      ),
    }),
    { maxLength: 12 },
  )
  fc.assert(
    fc.property(about, fc.integer(), (drawn, seed) => {
      const said = drawn.map(({ by, lamport, what }, index) => {
        const target = base.id
        const content: Content =
          what.kind === 'edit'
            ? { kind: 'edit', target, text: what.text, mentions: [] }
            : what.kind === 'react'
              ? { kind: 'react', target, emoji: what.emoji, on: what.on }
              : { kind: 'delete', target: what.now ? target : id(99) }
        return opened(index + 2, by, lamport, content)
      })
      const folded = (all: Opened[]) => foldMessage(base, all, (each) => each === person(4))
      assert.deepEqual(folded(shuffle(new SeededRandom(seed), [...said])), folded(said))
    }),
    { seed: 7, numRuns: 300 },
  )
})

test('the later edit wins, and only its author’s counts', () => {
  const edit = (number: number, by: number, lamport: number, text: string) =>
    opened(number, by, lamport, { kind: 'edit', target: base.id, text, mentions: [] })
  const { text, edited } = foldMessage(
    base,
    [edit(2, 1, 9, 'last'), edit(3, 1, 5, 'earlier'), edit(4, 2, 20, 'mine')],
    () => true,
  )
  assert.deepEqual([text, edited], ['last', true])
  assert.equal(foldMessage(base, [edit(4, 2, 20, 'mine')], () => true).edited, false)
})

test('who was named stays named when only the words are changed', () => {
  const named: Opened = { ...base, content: { ...base.content, mentions: [person(7)] } as Content }
  const edit = (mentions: PersonId[]) =>
    opened(2, 1, 3, { kind: 'edit', target: base.id, text: 'two', mentions })
  assert.deepEqual(foldMessage(named, [edit([])], () => false).mentions, [person(7)])
  assert.deepEqual(foldMessage(named, [edit([person(8)])], () => false).mentions, [person(8)])
})

test('who was moderator when it was read has taken it away for good; who never was has not', () => {
  const gone = (moderator: boolean) => opened(2, 3, 5, { kind: 'delete', target: base.id }, moderator)
  assert.equal(foldMessage(base, [gone(true)], () => false).deleted, 'moderator')
  assert.equal(foldMessage(base, [gone(false)], () => false).deleted, 'no')
  assert.equal(foldMessage(base, [gone(false)], () => true).deleted, 'moderator')
})

test('a room is its maker’s and the moderators’ to rename, whoever else tries', () => {
  const room = (number: number, by: number, lamport: number, name: string) =>
    opened(number, by, lamport, { kind: 'room', room: '00'.repeat(16), name, archived: false })
  const said = [room(3, 2, 9, 'Stolen'), room(1, 1, 1, 'Gear'), room(2, 1, 4, 'Gear and cables')]
  assert.equal(foldState('room:x', said, () => false)?.name, 'Gear and cables')
  assert.equal(foldState('room:x', said, (each) => each === person(2))?.name, 'Stolen')
})

test('what was written after something stands after it', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(3), fc.nat(9)), { maxLength: 20 }), (drawn) => {
      const sorted = drawn.map(([lamport, number]) => ({ lamport, id: id(number) })).sort(inOrder)
      for (let i = 1; i < sorted.length; i++)
        assert.ok((sorted[i - 1]?.lamport ?? 0) <= (sorted[i]?.lamport ?? 0))
    }),
    { seed: 3 },
  )
})

test('members see the same conversation, whoever met whom when, and what followed something is below it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (seed) => {
      const random = new SeededRandom(seed)
      const draw = (below: number) => random.uint32() % below
      const world = new ChatWorld()
      const all = ['Ana', 'Ben', 'Cleo', 'Dora', 'Emil'].map((name) => world.join(name))
      world.linkAll()
      world.wire.pass(1_000)
      const causes = new Map<string, readonly string[]>()
      for (let step = 0; step < 60; step++) {
        const device = all[draw(all.length)] as (typeof all)[number]
        const other = all[draw(all.length)] as (typeof all)[number]
        const seen = world.messages(device)
        const target = seen[seen.length === 0 ? 0 : draw(seen.length)]
        const what = draw(10)
        if (what < 4)
          causes.set(
            world.say(device, `${step}`).id,
            seen.map((message) => message.id),
          )
        else if (what === 4 && other !== device) world.unlink(device, other)
        else if (what === 5 && other !== device) world.link(device, other)
        else if (what === 6 && target !== undefined && target.deleted === 'no')
          device.part.calls.react({
            id: world.room(device),
            message: target.id,
            emoji: '👍',
            on: draw(2) === 0,
          })
        else if (what === 7 && target?.mine === true && target.deleted === 'no')
          device.part.calls.editMessage({
            id: world.room(device),
            message: target.id,
            text: `${step}, changed`,
          })
        else if (what === 8 && target?.mine === true)
          device.part.calls.deleteMessage({ id: world.room(device), message: target.id })
        else for (let i = 0; i < 12; i++) world.wire.step(draw)
        world.wire.now = (world.wire.now + draw(400)) as typeof world.wire.now
      }
      for (const device of all) world.off(device)
      world.linkAll()
      world.wire.pass(120_000)
      const shown = (device: (typeof all)[number]) =>
        world.messages(device).map(({ id: message, text, edited, deleted, reactions }) => ({
          message,
          text,
          edited,
          deleted,
          reactions: reactions.map(({ emoji, people }) => [emoji, people]),
        }))
      for (const device of all) assert.deepEqual(shown(device), shown(all[0] as (typeof all)[number]))
      const order = new Map(
        world.messages(all[0] as (typeof all)[number]).map((message, index) => [message.id, index]),
      )
      for (const [later, earlier] of causes)
        for (const each of earlier) assert.ok((order.get(each) ?? -1) < (order.get(later) as number))
      assert.equal(order.size, causes.size)
      assert.deepEqual(world.wire.hungUp, [])
    }),
    { seed: 11, numRuns: 12 },
  )
})
