import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Output } from './output.ts'
import { ReachNote } from './reach-note.ts'

function listening() {
  const written: string[] = []
  const sink = { isTTY: false, write: (text: string) => written.push(text) > 0 }
  const output = new Output({
    stdout: sink,
    stderr: sink,
    environment: {},
    json: false,
    quiet: false,
    noColor: true,
  } as ConstructorParameters<typeof Output>[0])
  return { written, output }
}

const way = (answer: string, because: string, wouldHelp: readonly string[] = []) => ({
  way: 'tcp4',
  answer,
  because,
  wouldHelp,
})

test('it says what is known, once, and again when it changes', () => {
  const { written, output } = listening()
  const note = new ReachNote()
  note.look({ answer: 'unknown', ways: [way('unknown', 'TOO_EARLY')] }, output)
  assert.deepEqual(written, [])
  const no = { answer: 'no', ways: [way('no', 'NOBODY_CAME', ['OPEN_FIREWALL'])] }
  note.look(no, output)
  note.look(no, output)
  assert.equal(written.length, 1)
  assert.match(written[0] ?? '', /^Others cannot reach you.* What would help: .*firewall\.\n$/)
  note.look({ answer: 'yes', ways: [way('yes', 'STRANGERS_CAME')] }, output)
  assert.equal(written[1], 'Others can reach you.\n')
})

test('where nothing listens, as behind a proxy, there is nothing to say', () => {
  const { written, output } = listening()
  new ReachNote().look({ answer: 'no', ways: [way('no', 'NOT_LISTENING', ['LISTEN'])] }, output)
  assert.deepEqual(written, [])
})
