import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ANA, sampleMe, sampleNearby, samplePerson } from '../../../test/doubles/sample-people.ts'
import { servedCommands } from '../../../test/doubles/served-command.ts'

const TWELVE = 'abandon ability able about above absent absorb abstract absurd abuse access accident'.split(
  ' ',
)

test('who I am is said with my devices, and that the words are still to be written down', async (t) => {
  const { run } = await servedCommands(t, { me: () => sampleMe({ words: 'unwritten', name: 'A\u202eb' }) })
  const { code, out, err } = await run(['me'])
  assert.equal(code, 0)
  assert.match(out, /You are A<U\+202E>b/)
  assert.match(out, /desk {2}this device/)
  assert.match(
    out,
    /Linked with 2 devices, 1 of them through somebody else's; others can reach you \(port 40000\)/,
  )
  assert.match(err, /Write down your 12 words/)
})

test('why people cannot be reached is said, not only that', async (t) => {
  const network = {
    ...sampleMe().network,
    state: 'restarting' as const,
    problem: { code: 'PEOPLE_UNAVAILABLE', data: {} },
  }
  const { run } = await servedCommands(t, { me: () => sampleMe({ network }) })
  assert.match((await run(['me'])).out, /People cannot be reached now\. Transfers go on/)
})

test('the words are shown in their order, and taken back from operands or from a pipe', async (t) => {
  const { run, heard } = await servedCommands(t, {
    myWords: () => ({ words: TWELVE }),
    restoreMe: () => sampleMe(),
  })
  const { out } = await run(['me', 'words'])
  assert.match(out, /^ 1 abandon {6}5 above {8}9 absurd\n/)
  await run(['me', 'restore', ...TWELVE])
  assert.deepEqual(heard.at(-1)?.input, { words: TWELVE })
  assert.equal((await run(['me', 'restore', 'abandon'])).error?.code, 'WORDS_WRONG')
  assert.equal((await run(['me', 'restore'])).error?.code, 'OPERAND_MISSING')
  await run(['me', 'restore'], [TWELVE.join('  ').toUpperCase()])
  assert.deepEqual(heard.at(-1)?.input, { words: TWELVE })
})

test('somebody is added by a link, or by the name of a device nearby', async (t) => {
  const { run, heard } = await servedCommands(t, {
    people: () => ({ people: [] }),
    nearby: () => ({ devices: [sampleNearby({ person: null })] }),
    addContact: () => samplePerson(),
  })
  await run(['me', 'add', 'shoal:contact:abc'])
  assert.deepEqual(heard.at(-1)?.input, { link: 'shoal:contact:abc' })
  await run(['me', 'add', "ana's"])
  assert.deepEqual(heard.at(-1)?.input, { device: sampleNearby().device })
})

test('words are compared before somebody counts as verified; without a terminal --yes says it', async (t) => {
  const { run, heard } = await servedCommands(t, {
    people: () => ({ people: [samplePerson()] }),
    comparisonWords: () => ({ words: ['one', 'two'] }),
    changePerson: () => samplePerson(ANA, { verified: true }),
  })
  const changes = () => heard.filter(({ name }) => name === 'changePerson').map(({ input }) => input)
  assert.match((await run(['me', 'verify', 'ana'])).out, /one {2}two/)
  assert.deepEqual(changes(), [])
  assert.equal((await run(['me', 'verify', 'ana'], ['n'])).error?.code, 'ANSWERED_NO')
  assert.deepEqual(changes(), [])
  assert.match((await run(['me', 'verify', 'ana'], ['y'])).out, /Ana is who they say they are/)
  await run(['me', 'verify', 'ana', '--yes'])
  await run(['me', 'verify', 'ana', '--different'])
  assert.deepEqual(changes(), [
    { id: ANA, verified: true },
    { id: ANA, verified: true },
    { id: ANA, verified: false },
  ])
})

test('what is taken from somebody is bounded, asked about, ignored or blocked', async (t) => {
  const { run, heard } = await servedCommands(t, {
    people: () => ({ people: [samplePerson()] }),
    changePerson: () => samplePerson(),
    removeContact: () => ({}),
  })
  await run(['me', 'accept', 'Ana', '2G'])
  assert.deepEqual(heard.at(-1)?.input, { id: ANA, alwaysAcceptBytes: 2_000_000_000 })
  assert.equal((await run(['me', 'accept', 'Ana', 'lots'])).error?.code, 'OPTION_VALUE')
  await run(['me', 'block', 'Ana'])
  assert.deepEqual(heard.at(-1)?.input, { id: ANA, blocked: true })
  await run(['me', 'alias', 'Ana', 'Aunt', 'Ana'])
  assert.deepEqual(heard.at(-1)?.input, { id: ANA, alias: 'Aunt Ana' })
  assert.equal((await run(['me', 'forget', 'Ana'])).error?.code, 'ANSWER_NEEDED')
  assert.equal((await run(['me', 'forget', 'Ana', '--yes'])).code, 0)
})

test('an option that would do nothing is refused, and a slip is answered', async (t) => {
  const { run } = await servedCommands(t, {})
  assert.equal((await run(['me', 'show', '--written'])).error?.code, 'OPTION_CONFLICT')
  assert.match((await run(['me', 'wrods'])).error?.message ?? '', /words \(not wrods\)/)
  assert.equal((await run(['me', 'add'])).error?.code, 'OPERAND_MISSING')
})
