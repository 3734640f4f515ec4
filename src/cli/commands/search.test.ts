import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ANA, BAND, PHONE, sampleCircle } from '../../../test/doubles/sample-people.ts'
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

const OFFERED = {
  entries: [
    {
      content: `${'b'.repeat(64)}-1000`,
      name: 'live.flac',
      kind: 'audio',
      mediaType: null,
      lengthBytes: 1_000,
      facts: {},
      otherNames: [],
      holders: [
        { person: ANA, device: PHONE, name: 'Ana', online: true, circle: BAND, path: 'Live/live.flac' },
      ],
      holderCount: 3,
      onlineCount: 1,
      here: false,
      licence: null,
    },
  ],
  total: 1,
  more: false,
  ignored: [],
  reached: 4,
  missing: [{ person: null, name: 'Ben' }],
}

test('what circles offer is found with who has it and who could not be asked, and got by its number', async (t) => {
  const { run, heard } = await servedCommands(t, {
    circles: () => ({ circles: [sampleCircle()], joining: [] }),
    searchOthers: () => OFFERED,
    getShared: () => ({ done: ['x'], failed: [] }),
  })
  const { out, err } = await run(['search', 'live', '--in', 'circles', '--circle', 'band', '--type', 'audio'])
  assert.deepEqual(heard.at(-1)?.input, {
    in: 'circles',
    words: 'live type:audio',
    circle: BAND,
    offset: 0,
    limit: 20,
  })
  assert.match(out, / 1 {2}live\.flac {2}audio · 1\.0 kB\n {5}Ana and 2 more, 1 of 3 online/)
  assert.match(err, /Searched what 4 members offer; not Ben, who cannot be asked now/)
  await run(['search', 'live', '--in', 'circles', '--get', '1', '-o', 'got'])
  assert.deepEqual(heard.at(-1)?.input, {
    from: `circle:${BAND}`,
    contents: [{ content: OFFERED.entries[0]?.content, path: 'live.flac' }],
    saveFolder: '/home/a/got',
  })
  const none = await run(['search', 'live', '--in', 'circles', '--get', '2'])
  assert.equal(none.error?.code, 'OPTION_VALUE')
})

test('a wish goes on searching; what came for it is shown once', async (t) => {
  const wish = {
    id: '0f'.repeat(8),
    words: 'live',
    in: 'circles' as const,
    hits: 1,
    unseen: 1,
    at: '2026-01-01T00:00:00.000Z',
  }
  const { run, heard } = await servedCommands(t, {
    addWish: () => wish,
    wishes: () => ({ wishes: [wish] }),
    wish: () => ({ ...wish, entries: OFFERED.entries }),
    changeWish: () => ({ ...wish, unseen: 0, entries: [] }),
    removeWish: () => ({}),
  })
  await run(['search', 'live', '--in', 'circles', '--wish'])
  assert.deepEqual(heard.at(-1)?.input, { words: 'live', in: 'circles' })
  assert.match((await run(['search', '--wish'])).out, /live {2}in circles, 1 hit, 1 new/)
  assert.deepEqual(heard.at(-1)?.input, { id: wish.id, seen: true })
  await run(['search', '--forget', 'live'])
  assert.equal(heard.at(-1)?.name, 'removeWish')
})

test('an option that would do nothing there is refused', async (t) => {
  const { run } = await servedCommands(t, {})
  for (const words of [
    ['search', 'x', '--get', '1'],
    ['search', 'x', '--circle', 'Band'],
    ['search', 'x', '--in', 'nearby', '--sort', 'size'],
    ['search', 'x', '--in', 'nearby', '--wish'],
    ['search', 'x', '--in', 'circles', '-o', 'd'],
  ])
    assert.equal((await run(words)).error?.code, 'OPTION_CONFLICT', words.join(' '))
})
