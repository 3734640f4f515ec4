// Whatever a server says in the head of its answer is judged, within bounds; a body is taken only when the head says that it
// is exactly what was asked. Whatever a file is called, its URL stays below the base.

import assert from 'node:assert/strict'
import { fromUtf8Lenient, utf8 } from '../../src/base/bytes.ts'
import { judgeHead, retryOfBody } from '../../src/engine/webseed/answer.ts'
import type { FileFetch } from '../../src/engine/webseed/fetches.ts'
import { fileUrl } from '../../src/engine/webseed/url.ts'
import type { TorrentFile } from '../../src/metainfo/metainfo.ts'
import type { FuzzTarget } from './target.ts'

const ASKED: FileFetch = { kind: 'file', file: 0, first: 100, lengthBytes: 50, fileBytes: 1_000 }
const LONGEST_WAIT_MS = 3_600_000
const WALL_MS = 1_767_225_600_000

export const target: FuzzTarget = {
  corpus: [
    '206\ncontent-range: bytes 100-149/1000\ncontent-length: 50',
    '200\ncontent-length: 1000\ncontent-encoding: gzip',
    '503\nretry-after: Thu, 01 Jan 2026 00:10:00 GMT',
    '429\nretry-after: 120',
    'a name/..%2f?query#fragment\n..',
  ].map(utf8),
  run(input) {
    const text = fromUtf8Lenient(input)
    const [first = '', ...lines] = text.split('\n')
    const headers = new Map(
      lines.map((line): [string, string] => {
        const at = line.indexOf(':')
        return [line.slice(0, Math.max(0, at)).toLowerCase(), line.slice(at + 1).trim()]
      }),
    )
    const judged = judgeHead(
      { status: Number.parseInt(first, 10) || 0, headers, remote: '203.0.113.1' },
      ASKED,
      WALL_MS,
    )
    if ('longer' in judged) {
      const range = headers.get('content-range')?.trim().toLowerCase() ?? ''
      assert.match(range, /^bytes 0*100-0*149\/(0*1000|\*)$/)
      assert.ok(
        [undefined, 50].includes(
          headers.has('content-length') ? Number(headers.get('content-length')) : undefined,
        ) || !/^\d{1,16}$/.test(headers.get('content-length') ?? ''),
      )
    } else if (judged.kind === 'later' && judged.retryMs !== undefined)
      assert.ok(judged.retryMs >= 1_000 && judged.retryMs <= LONGEST_WAIT_MS)
    const waitMs = retryOfBody(text)
    assert.ok(waitMs === undefined || (waitMs >= 1_000 && waitMs <= LONGEST_WAIT_MS))
    const path = text.split('/')
    const file = { path: ['safe'], originalPath: path } as unknown as TorrentFile
    const { pathname, search, hash, host } = new URL(
      fileUrl('http://host.test/base/', { singleFile: false }, file),
    )
    assert.equal(host + search + hash, 'host.test')
    const climbs = path.some((name) => /^\.{0,2}$/.test(name))
    assert.equal(pathname.split('/').length - 2, climbs ? 1 : path.length)
    assert.ok(pathname.startsWith('/base/'))
  },
}
