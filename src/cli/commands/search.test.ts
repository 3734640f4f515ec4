import assert from 'node:assert/strict'
import { test } from 'node:test'
import { servedCommands } from '../../../test/doubles/served-command.ts'

const FOUND = {
  entries: [
    {
      content: `${'a'.repeat(64)}-1000`,
      name: 'song\u202e.flac',
      kind: 'audio',
      mediaType: 'audio/flac',
      lengthBytes: 1_000,
      facts: {},
      licence: { kind: 'open' as const, id: 'CC-BY-4.0' },
      publisher: 'Caro',
      check: 'plain-not-scanned' as const,
      places: ['/a', '/b', '/c', '/d'].map((path) => ({
        where: 'folder' as const,
        id: '0'.repeat(16),
        path: `${path}/song.flac`,
        name: 'Music',
        modifiedAt: null,
        audience: 'me' as const,
      })),
      placeCount: 9,
    },
  ],
  total: 30,
  more: false,
  ignored: ['size:big'],
}

test('one content is one row, with where it lies; what is hidden in names is shown', async (t) => {
  const { run, heard } = await servedCommands(t, {
    search: () => FOUND,
    libraryFolders: () => ({ folders: [] }),
  })
  const flags = ['--type', 'audio', '--size', '>1M', '--ext', 'flac']
  const { code, out, err } = await run(['search', 'blue song', 'live', ...flags])
  assert.equal(code, 0)
  assert.deepEqual(heard[0]?.input, {
    words: '"blue song" live type:audio ext:flac size:>1M',
    sort: 'fit',
    offset: 0,
    limit: 20,
  })
  assert.match(out, /audio · 1\.0 kB · CC-BY-4\.0 · by Caro\n/)
  assert.doesNotMatch(out, /\u202e|checked/)
  assert.match(out, /\/c\/song\.flac\n.*and in 6 other places/)
  assert.match(err, /size:big means nothing here/)
  assert.match(err, /1 of 30: --from 1/)
})

test('what is not wanted goes after --, and a program gets the answer as it is', async (t) => {
  const { run, heard } = await servedCommands(t, { search: () => ({ ...FOUND, ignored: [] }) })
  const { objects } = await run(['search', '--json', '--sort', 'size', '--', 'song', '-live'])
  assert.equal(objects.length, 1)
  assert.deepEqual(Object.keys(objects[0] ?? {}), ['entries', 'total', 'more', 'ignored'])
  assert.deepEqual(heard[0]?.input, { words: 'song -live', sort: 'size', offset: 0, limit: 20 })
})

test('a place where nobody can search yet is not offered', async (t) => {
  const { run } = await servedCommands(t, { search: () => FOUND })
  assert.equal((await run(['search', 'x', '--in', 'everyone'])).error?.code, 'OPTION_VALUE')
})
