import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encode } from 'uqr'
import { qrPath } from './qr-path.ts'

/** Dark modules as the path draws them. */
function painted(path: string, size: number): boolean[][] {
  const rows = Array.from({ length: size }, () => Array.from({ length: size }, () => false))
  for (const [, x, y, length] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g)) {
    for (let i = 0; i < Number(length); i++) (rows[Number(y)] as boolean[])[Number(x) + i] = true
  }
  return rows
}

test('the path draws the modules of the code within a light margin', () => {
  const text = 'http://192.168.1.20:7418/k3wq9r2m'
  const drawn = qrPath(text)
  assert.ok(drawn)
  const { data, size } = encode(text, { border: 0, ecc: 'L' })
  assert.equal(drawn.size, size + 8)
  const rows = painted(drawn.path, drawn.size)
  assert.deepEqual(
    rows.slice(4, -4).map((row) => row.slice(4, -4)),
    data,
  )
  assert.ok(rows.slice(0, 4).every((row) => row.every((dark) => !dark)))
})

test('text that fits in no code has none', () => {
  assert.equal(qrPath('x'.repeat(3_000)), undefined)
})
