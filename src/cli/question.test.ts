import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { Output } from './output.ts'
import { confirm } from './question.ts'

/** A person at a terminal, or a script. */
function asked(options: { readonly terminal: boolean; readonly json?: boolean; readonly says?: string }) {
  const { terminal, json = false, says } = options
  const screen = Object.assign(new PassThrough({ encoding: 'utf8' }), { isTTY: terminal })
  const input = Object.assign(new PassThrough(), { isTTY: terminal })
  if (says === undefined) input.end()
  else input.write(`${says}\n`)
  const environment = { TERM: 'xterm', LANG: 'C.UTF-8' }
  const output = new Output({
    stdout: screen,
    stderr: screen,
    environment,
    json,
    quiet: false,
    noColor: true,
  })
  const around = { input: input as unknown as NodeJS.ReadStream, output }
  return {
    confirm: (yes = false) => confirm('Delete it?', yes, around),
    said: () => String(screen.read() ?? ''),
  }
}

test('at a terminal the person is asked, and only yes is yes', async () => {
  const yes = asked({ terminal: true, says: 'y' })
  await yes.confirm()
  assert.match(yes.said(), /^Delete it\? \[y\/N\]/)
  for (const says of ['', 'n', 'yep', 'Y E S'])
    await assert.rejects(asked({ terminal: true, says }).confirm(), { code: 'ANSWERED_NO' }, says)
  await assert.rejects(asked({ terminal: true }).confirm(), { code: 'ANSWERED_NO' }, 'the input ends')
})

test('without a terminal nobody is asked, and the flag that answers is named', async () => {
  for (const how of [{ terminal: false }, { terminal: true, json: true }]) {
    const script = asked(how)
    await assert.rejects(script.confirm(), {
      code: 'ANSWER_NEEDED',
      data: { question: '"Delete it?"', flag: '--yes' },
    })
    assert.equal(script.said(), '')
  }
})

test('who has said yes already is not asked', async () => {
  const script = asked({ terminal: false })
  await script.confirm(true)
  assert.equal(script.said(), '')
})
