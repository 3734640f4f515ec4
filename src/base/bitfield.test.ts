import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Bitfield } from './bitfield.ts'

test('any history of setting and clearing agrees with a plain set', () => {
  const step = fc.record({ index: fc.integer({ min: -3, max: 70 }), set: fc.boolean() })
  fc.assert(
    fc.property(fc.nat(67), fc.array(step, { maxLength: 200 }), (length, steps) => {
      const field = new Bitfield(length)
      const plain = new Set<number>()
      for (const { index, set } of steps) {
        const valid = index >= 0 && index < length
        const changes = valid && plain.has(index) !== set
        assert.equal(set ? field.set(index) : field.clear(index), changes)
        if (valid) set ? plain.add(index) : plain.delete(index)
        assert.equal(field.has(index), plain.has(index))
        assert.equal(field.count, plain.size)
      }
      assert.deepEqual(
        [...field.ones()],
        [...plain].sort((a, b) => a - b),
      )
      assert.equal(field.complete, plain.size === length)
      assert.equal(field.empty, plain.size === 0)
      assert.deepEqual([...Bitfield.fromBytes(field.toBytes(), length).ones()], [...field.ones()])
    }),
  )
})

test('the first piece is the highest bit of the first byte', () => {
  const field = new Bitfield(10)
  field.set(0)
  field.set(9)
  assert.deepEqual(field.toBytes(), new Uint8Array([0x80, 0x40]))
})

test('a bitfield of the wrong length, or with spare bits set, is refused', () => {
  const code = (bytes: number[], length: number): string => {
    try {
      Bitfield.fromBytes(new Uint8Array(bytes), length)
      return 'taken'
    } catch (error) {
      return (error as { code: string }).code
    }
  }
  assert.equal(code([0xff, 0xc0], 10), 'taken')
  assert.equal(code([0xff, 0xe0], 10), 'BITFIELD_SPARE_BITS')
  assert.equal(code([0xff, 0xc1], 10), 'BITFIELD_SPARE_BITS')
  assert.equal(code([0xff], 10), 'BITFIELD_LENGTH')
  assert.equal(code([0xff, 0xc0, 0], 10), 'BITFIELD_LENGTH')
  assert.equal(code([], 0), 'taken')
  assert.equal(code([0xff], 8), 'taken')
})

test('a full field has no spare bits, whatever its length', () => {
  for (let length = 0; length <= 40; length++) {
    const full = Bitfield.full(length)
    assert.equal(full.count, length)
    assert.ok(full.complete)
    assert.deepEqual([...Bitfield.fromBytes(full.toBytes(), length).ones()].length, length)
    full.clearAll()
    assert.ok(full.empty)
  }
})

test('bytes and clones are copies', () => {
  const given = new Uint8Array([0x80])
  const field = Bitfield.fromBytes(given, 8)
  given[0] = 0
  const clone = field.clone()
  clone.set(5)
  field.toBytes()[0] = 0xff
  assert.deepEqual([...field.ones()], [0])
  assert.deepEqual([...clone.ones()], [0, 5])
  assert.equal(clone.count, 2)
})

test('one field lacks some of another when the other has a bit that it has not', () => {
  const draw = (text: string): Bitfield => {
    const field = new Bitfield(text.length)
    for (const [i, character] of [...text].entries()) if (character === '#') field.set(i)
    return field
  }
  assert.equal(draw('#.#.#.#.#.').lacksSomeOf(draw('#.#.....#.')), false)
  assert.equal(draw('#.#.#.#.#.').lacksSomeOf(draw('.........#')), true)
  assert.equal(draw('..........').lacksSomeOf(draw('..........')), false)
  assert.equal(draw('##########').lacksSomeOf(draw('##########')), false)
})
