import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { BDict } from '../base/bencode.ts'
import { type Encodable, encode } from '../base/bencode-encode.ts'
import { concatBytes, writeUint32 } from '../base/bytes.ts'
import type { Millis } from '../base/ids.ts'
import { RecordError } from './community-error.ts'
import { type DeviceId, keyText } from './ids.ts'
import { MAX_FRAME_BYTES, type Service } from './service.ts'
import { type Standing, Switchboard } from './switchboard.ts'

const DEVICE = keyText<DeviceId>(new Uint8Array(32).fill(7))
const at = (ms: number): Millis => ms as Millis

class Echo implements Service {
  readonly name = 'echo'
  readonly heard: { readonly kind: string; readonly body: BDict }[] = []
  readonly told: string[] = []
  refuse = false
  linked(): void {
    this.told.push('linked')
  }
  received(_from: DeviceId, kind: string, body: BDict): void {
    if (this.refuse) throw new RecordError('RECORD_INVALID')
    this.heard.push({ kind, body })
  }
  drained(): void {
    this.told.push('drained')
  }
  unlinked(): void {
    this.told.push('unlinked')
  }
  wake(): void {}
  deadline(): Millis | undefined {
    return undefined
  }
}

function scene(standing: Standing = 'member') {
  const echo = new Echo()
  const sent: Uint8Array[] = []
  const ended: string[] = []
  const held: boolean[] = []
  const now = { standing }
  const board = new Switchboard({
    carrier: {
      send: (_device, bytes) => sent.push(bytes) > 0,
      hangUp: (device, code, blame) => {
        ended.push(`${code} ${blame}`)
        board.unlinked(device, at(0))
      },
      hold: (_device, on) => void held.push(on),
    },
    standing: () => now.standing,
  })
  board.add(echo)
  board.linked({ device: DEVICE, way: 'direct', outgoing: false }, at(0))
  return { board, echo, sent, ended, held, now }
}

function frame(value: Encodable): Uint8Array {
  const payload = encode(value)
  const bytes = new Uint8Array(4 + payload.length)
  writeUint32(bytes, 0, payload.length)
  bytes.set(payload, 4)
  return bytes
}
const hello = (text = 'x'): Uint8Array => frame({ k: 'echo.hello', b: { text } })

test('what one end sends, the other receives, however the bytes are cut', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 600 }), { maxLength: 8 }), fc.nat(900), (texts, step) => {
      const [near, far] = [scene(), scene()]
      const out = near.board.out('echo')
      for (const text of texts) assert.ok(out.send(DEVICE, 'say', { text }))
      const bytes = concatBytes(near.sent)
      for (let from = 0; from < bytes.length; from += step + 1) {
        far.board.received(DEVICE, bytes.subarray(from, from + step + 1), at(0))
      }
      assert.deepEqual(
        far.echo.heard.map(({ kind, body }) => [kind, body.text('text')]),
        texts.map((text) => ['say', text]),
      )
      assert.deepEqual(far.ended, [])
    }),
  )
})

test('a frame that ends early is awaited', () => {
  const whole = hello()
  for (let length = 0; length < whole.length; length++) {
    const { board, echo, ended } = scene()
    board.received(DEVICE, whole.subarray(0, length), at(0))
    assert.deepEqual([echo.heard.length, ended.length], [0, 0])
  }
})

test('what is no frame is hung up on, with blame', () => {
  const bad: Uint8Array[] = [
    frame(1),
    frame({ k: 'echo', b: {} }),
    frame({ k: 'echo.', b: {} }),
    frame({ k: 'Echo.hello', b: {} }),
    frame({ k: 'echo.hello' }),
    frame({ k: 'echo.hello', b: 1 }),
    frame({ b: {} }),
    Uint8Array.of(0, 0, 0, 0),
    Uint8Array.of(0, 0, 0, 1, 0x64),
    Uint8Array.of(0xff, 0xff, 0xff, 0xff),
    concatBytes([Uint8Array.of(0, 0, 0, 3), Uint8Array.of(0x69, 0x31, 0x65)]),
  ]
  for (const bytes of bad) {
    const { board, ended, echo } = scene()
    board.received(DEVICE, bytes, at(0))
    assert.deepEqual(ended, ['FRAME_INVALID true'])
    board.received(DEVICE, hello(), at(0))
    assert.equal(echo.heard.length, 0, 'and nothing is heard from it any more')
  }
})

test('a record that a service refuses ends the link, and what came behind it is not looked at', () => {
  const { board, echo, ended } = scene()
  echo.refuse = true
  board.received(DEVICE, concatBytes([hello(), hello()]), at(0))
  assert.deepEqual(ended, ['RECORD_INVALID true'])
  assert.deepEqual(echo.told, ['linked', 'unlinked'])
})

test('a mistake of ours in a service is not taken for theirs', () => {
  const { board, echo, ended } = scene()
  echo.received = () => {
    throw new TypeError('ours')
  }
  assert.throws(() => board.received(DEVICE, hello(), at(0)), TypeError)
  assert.deepEqual(ended, [])
})

test('a frame for a service that is not here is passed over', () => {
  const { board, echo, ended } = scene()
  board.received(DEVICE, concatBytes([frame({ k: 'newer.thing', b: {} }), hello()]), at(0))
  assert.deepEqual([echo.heard.length, ended.length], [1, 0])
})

test('a stranger may say 1 KiB at once and 16 KiB in all', () => {
  const long = scene('stranger')
  long.board.received(DEVICE, hello('y'.repeat(1100)).subarray(0, 4), at(0))
  assert.deepEqual(long.ended, ['FRAME_INVALID true'], 'refused by its length')

  const { board, echo, ended } = scene('stranger')
  const kilobyte = hello('y'.repeat(950))
  for (let i = 0; i < 40; i++) board.received(DEVICE, kilobyte, at(0))
  assert.deepEqual(ended, ['TOO_FAST true'])
  assert.equal(echo.heard.length, Math.floor((16 * 1024) / kilobyte.length))
})

test('a device whose standing rises may say more from the next frame on', () => {
  const { board, echo, ended, now } = scene('stranger')
  board.received(DEVICE, hello(), at(0))
  now.standing = 'member'
  board.received(DEVICE, hello('z'.repeat(200_000)), at(1))
  assert.deepEqual([echo.heard.length, ended.length], [2, 0])
})

test('a member that sends too much is not read from for a while, and nothing is lost', () => {
  const { board, echo, ended, held } = scene()
  const big = hello('z'.repeat(260_000))
  for (let i = 0; i < 40; i++) board.received(DEVICE, big, at(0))
  assert.deepEqual(held, [true])
  const due = board.deadline()
  assert.ok(due !== undefined && due > 0 && due < 1000)
  board.wake(at(due - 1))
  assert.deepEqual(held, [true])
  board.wake(due)
  assert.deepEqual(held, [true, false])
  assert.deepEqual([echo.heard.length, ended.length], [40, 0])
})

test('no more than 500 frames a second of a member reach a service after the first 2,000', () => {
  const { board, echo, held } = scene()
  let now = 0
  let resting = false
  for (; now < 10_000; now += 10) {
    resting = held.at(-1) === true
    for (let i = 0; i < 50 && !resting; i++) board.received(DEVICE, hello(), at(now))
    board.wake(at(now))
  }
  assert.ok(echo.heard.length < 2_000 + 10 * 500 + 100, `${echo.heard.length}`)
})

test('a dictionary of many tiny values is refused before it becomes objects', () => {
  const { board, ended } = scene()
  const body = encode({ k: 'echo.hello', b: { l: Array.from({ length: 30_000 }, () => 0) } })
  assert.ok(body.length < MAX_FRAME_BYTES)
  const bytes = new Uint8Array(4 + body.length)
  writeUint32(bytes, 0, body.length)
  bytes.set(body, 4)
  board.received(DEVICE, bytes, at(0))
  assert.deepEqual(ended, ['FRAME_INVALID true'])
})

test('a service sends nothing to who is not linked', () => {
  const { board, sent } = scene()
  const other = keyText<DeviceId>(new Uint8Array(32).fill(9))
  assert.equal(board.out('echo').send(other, 'hello', {}), false)
  board.unlinked(DEVICE, at(0))
  assert.equal(board.out('echo').send(DEVICE, 'hello', {}), false)
  assert.deepEqual(sent, [])
})
