import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  ANA,
  BAND,
  sampleCircle,
  sampleDetails,
  sampleJoining,
  sampleMe,
} from '../../../test/doubles/sample-people.ts'
import { servedCommands } from '../../../test/doubles/served-command.ts'
import type { Joining } from '../../api/schemas/circles.ts'

const CIRCLES = { circles: () => ({ circles: [sampleCircle()], joining: [] }) }
const FACTS = { circle: BAND, person: null, name: null, expiresAt: null, known: false }
const invite = (role: 'member' | 'keeper') => () => ({ kind: 'invite' as const, role, ...FACTS })

test('a name is asked once when it is first needed, and without a terminal it must be said', async (t) => {
  let name: string | null = null
  const { run, heard } = await servedCommands(t, {
    me: () => sampleMe({ name }),
    newCircle: ({ myName }) => {
      name = myName ?? name
      return sampleCircle()
    },
  })
  const made = () => heard.filter((call) => call.name === 'newCircle').map(({ input }) => input)
  assert.equal((await run(['circle', 'new', 'Band'])).error?.code, 'NAME_NEEDED')
  assert.deepEqual(made(), [])
  const { err } = await run(['circle', 'new', 'Band'], ['', 'Caro'])
  assert.match(err, /What should Band call you\?/)
  assert.deepEqual(made(), [{ name: 'Band', myName: 'Caro' }])
  await run(['circle', 'new', 'Other', 'band'])
  assert.deepEqual(made()[1], { name: 'Other band' })
})

test('an invite is shown once, with its limits, and who must be online is said', async (t) => {
  const { run, heard } = await servedCommands(t, {
    ...CIRCLES,
    newInvite: ({ uses, expiresInSeconds, approval, role }) => ({
      id: ANA,
      link: 'shoal:invite:abc',
      role,
      uses,
      used: 0,
      expiresAt: new Date(Date.now() + expiresInSeconds * 1_000).toISOString(),
      approval,
      by: ANA,
      revoked: false,
      admittersOnline: 1,
    }),
  })
  const { out, err } = await run(['circle', 'invite', 'band', '--uses', '3', '--expires', '1h', '--approve'])
  assert.deepEqual(heard.at(-1)?.input, {
    id: BAND,
    uses: 3,
    expiresInSeconds: 3_600,
    approval: true,
    role: 'member',
  })
  assert.match(out, /comes into Band, 3 times, until .*, after a yes:\n {2}shoal:invite:abc/)
  assert.match(err, /Somebody must be online .* --keeper/)
})

test('joining says each step and why it waits, until it is done', async (t) => {
  const steps: Partial<Joining>[] = [
    { step: 'looking' },
    { step: 'asking', membersFound: 2 },
    { step: 'receiving-history', membersFound: 2 },
  ]
  let at = 0
  const { run } = await servedCommands(t, {
    me: () => sampleMe(),
    peopleLinkFacts: invite('member'),
    joinCircle: () => sampleJoining(steps[0]),
    circles: () => {
      at++
      const now = steps[at]
      return now === undefined
        ? { circles: [sampleCircle()], joining: [] }
        : { circles: [], joining: [sampleJoining(now)] }
    },
  })
  const { code, out, err } = await run(['circle', 'join', 'shoal:invite:abc'])
  assert.equal(code, 0)
  assert.match(err, /^Looking for somebody of it\.\nFound 2 members, asking\nReceiving history\n/)
  assert.match(out, /You are in Band/)
})

test('what failed is said with its own sentence, and what goes on by itself, too', async (t) => {
  const { run } = await servedCommands(t, {
    me: () => sampleMe(),
    peopleLinkFacts: invite('member'),
    joinCircle: () => sampleJoining({ step: 'failed', problem: { code: 'INVITE_EXPIRED', data: {} } }),
  })
  assert.equal((await run(['circle', 'join', 'shoal:invite:abc'])).error?.code, 'INVITE_EXPIRED')
  const other = await servedCommands(t, {
    me: () => sampleMe(),
    peopleLinkFacts: invite('member'),
    joinCircle: () => sampleJoining(),
  })
  const { code, objects } = await other.run(['circle', 'join', 'shoal:invite:abc', '--no-wait', '--json'])
  assert.equal(code, 0)
  assert.deepEqual(
    objects.map(({ event, step }) => [event, step]),
    [
      ['joining', 'looking'],
      ['detached', 'looking'],
    ],
  )
})

test('a keeper joins by an invite for keepers only, and needs no name', async (t) => {
  const { run, heard } = await servedCommands(t, {
    peopleLinkFacts: ({ link }) => invite(link.endsWith('keeper') ? 'keeper' : 'member')(),
    joinCircle: () => sampleJoining({ step: 'joined', role: 'keeper', name: 'Band' }),
  })
  assert.equal((await run(['circle', 'keep', 'shoal:invite:x'])).error?.code, 'INVITE_NOT_KEEPER')
  const { out } = await run(['circle', 'keep', 'shoal:invite:keeper'])
  assert.match(out, /cannot read it/)
  assert.deepEqual(heard.at(-1)?.input, { link: 'shoal:invite:keeper' })
})

test('who is removed is named and asked about first', async (t) => {
  const { run, heard } = await servedCommands(t, {
    ...CIRCLES,
    circle: () => sampleDetails(),
    removeMember: () => sampleDetails(),
    setRole: () => sampleDetails(),
  })
  assert.equal((await run(['circle', 'remove', 'Band', 'Ana'])).error?.code, 'ANSWER_NEEDED')
  assert.equal((await run(['circle', 'remove', 'Band', 'Ana', '--yes'])).code, 0)
  assert.deepEqual(heard.at(-1)?.input, { id: BAND, person: ANA })
  await run(['circle', 'role', 'Band', 'Ana', 'owner'])
  assert.deepEqual(heard.at(-1)?.input, { id: BAND, person: ANA, role: 'owner' })
  assert.equal((await run(['circle', 'role', 'Band', 'Ana', 'king'])).error?.code, 'OPERAND_MISSING')
  assert.equal((await run(['circle', 'remove', 'Band', 'Dora'])).error?.code, 'NAME_FITS_NOTHING')
})

test('a circle is asked to keep copies, and that room is needed for them is said', async (t) => {
  const { run, heard } = await servedCommands(t, {
    ...CIRCLES,
    changeCircle: ({ keepCopies = 0 }) => sampleCircle({ keepCopies }),
  })
  const { err } = await run([
    'circle',
    'set',
    'Band',
    '--copies',
    '3',
    '--approval',
    'on',
    '--retention',
    '7d',
  ])
  assert.deepEqual(heard.at(-1)?.input, { id: BAND, keepCopies: 3, approval: true, retentionDays: 7 })
  assert.match(err, /--space 10G/)
  assert.equal((await run(['circle', 'set', 'Band'])).error?.code, 'OPERAND_MISSING')
})

test('circles are listed with rooms and what is unread; what was left stays', async (t) => {
  const { run } = await servedCommands(t, {
    circles: () => ({
      circles: [sampleCircle({ requests: 1 }), sampleCircle({ id: ANA, name: 'Old', role: null })],
      joining: [sampleJoining({ name: 'New' })],
    }),
  })
  const { out } = await run(['circle'])
  assert.match(out, /zz22zz22 {2}Band {2}owner +3 +2 +2 {2}general, plans/)
  assert.match(out, /Old +left/)
  assert.match(out, /1 person waits to be let in/)
  assert.match(out, /Joining New: nobody of it is on now/)
})
