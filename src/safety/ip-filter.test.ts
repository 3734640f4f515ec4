import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { concatBytes, fromHex, utf8 } from '../base/bytes.ts'
import { readIpFilter } from './ip-filter.ts'

const folder = mkdtempSync(join(tmpdir(), 'shoal-filter-'))
after(() => rmSync(folder, { recursive: true }))

function file(name: string, contents: string | Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, contents)
  return path
}

test('lists of all forms, packed or not, turn away whom they hold, and say which list it was', async () => {
  const dat = file(
    'a.dat',
    '001.000.000.000 - 001.000.000.255 , 000 , A\n1.1.1.1 - 1.1.1.1 , 200 , allowed\n',
  )
  const p2p = file('b.p2p.gz', gzipSync('# b\nB:2.0.0.0-2.0.0.255\r\nno line\r\nC:2001:db8::-2001:db8::ff'))
  const filter = await readIpFilter([dat, p2p])
  assert.deepEqual(
    filter.lists.map(({ name, ranges, malformed }) => [name, ranges.count, malformed]),
    [
      ['a.dat', 1, 0],
      ['b.p2p.gz', 2, 1],
    ],
  )
  const allowed = ['1.0.0.7', '1.1.1.1', '2.0.0.1', '2.0.1.1', '2001:db8::9'].map((host) =>
    filter.allows(host),
  )
  assert.deepEqual(allowed, [false, true, false, true, false])
  assert.equal(filter.blocked, 3)
  assert.deepEqual(filter.recent[1], { host: '2.0.0.1', list: 'b.p2p.gz' })
})

test('binary lists of PeerGuardian, in all three versions', async () => {
  const head = fromHex('ffffffff503242')
  const one = concatBytes([head, Uint8Array.of(1), utf8('A\0'), fromHex('0100000001000009')])
  const two = concatBytes([head, Uint8Array.of(2), utf8('é\0'), fromHex('02000000020000ff')])
  const three = concatBytes([
    head,
    Uint8Array.of(3),
    fromHex('00000002'),
    utf8('A\0B\0'),
    fromHex('00000002' + '00000001' + '03000000' + '03000009' + '00000007' + '04000000' + '04000009'),
  ])
  const filter = await readIpFilter([file('1.p2b', one), file('2.p2b', two), file('3.p2b', gzipSync(three))])
  assert.deepEqual(
    filter.lists.map(({ ranges, malformed }) => [ranges.count, malformed]),
    [
      [1, 0],
      [1, 0],
      [1, 1],
    ],
  )
  const allowed = ['1.0.0.9', '1.0.0.10', '2.0.0.200', '3.0.0.9', '4.0.0.1'].map((host) =>
    filter.allows(host),
  )
  assert.deepEqual(allowed, [false, true, false, false, true])
  for (let length = 9; length < three.length; length++) {
    await assert.rejects(readIpFilter([file('cut.p2b', three.subarray(0, length))]), {
      code: 'IP_FILTER_NOT_ONE',
    })
  }
})

test('what is no list is refused: a filter that lets everybody through is worse than none', async () => {
  for (const [i, contents] of [
    '',
    '# only a comment\n',
    '<html>\n<body>1.2.3.4</body>\n',
    '1.2.3.4\nx\ny\n',
    new Uint8Array(1_000),
  ].entries()) {
    await assert.rejects(readIpFilter([file(`not-${i}`, contents)]), { code: 'IP_FILTER_NOT_ONE' })
  }
  await assert.rejects(readIpFilter([join(folder, 'absent')]), { code: 'IP_FILTER_UNREADABLE' })
  const cut = gzipSync('1.2.3.4\n'.repeat(1_000)).subarray(0, -12)
  await assert.rejects(readIpFilter([file('cut.gz', cut)]), { code: 'IP_FILTER_UNREADABLE' })
})

test('what unpacks without end, and more ranges than there may be, are refused', async () => {
  const bomb = gzipSync(Buffer.alloc(70 * 1024 * 1024, '# \n'))
  await assert.rejects(readIpFilter([file('bomb.gz', bomb)]), { code: 'IP_FILTER_TOO_LARGE' })
  const ranges = file('many.gz', gzipSync(Buffer.from('1.2.3.4\n'.repeat(1_000_001))))
  await assert.rejects(readIpFilter([ranges]), { code: 'IP_FILTER_TOO_LARGE' })
})

test('a line without an end is one line that is not understood', async () => {
  const path = file('long', `1.2.3.4\n${'x'.repeat(300_000)}\n1.2.3.5\n`)
  const [list] = (await readIpFilter([path])).lists
  assert.deepEqual([list?.ranges.count, list?.malformed], [1, 1])
})
