import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mistake } from '../api/errors.ts'
import { Output } from './output.ts'
import type { Sink } from './terminal.ts'

class Screen implements Sink {
  readonly isTTY: boolean
  readonly columns = 20
  text = ''

  constructor(isTTY: boolean) {
    this.isTTY = isTTY
  }

  last(letters: number): string {
    return this.text.slice(-letters)
  }

  write(text: string, written?: () => void): void {
    this.text += text
    written?.()
  }
}

const UTF8 = { LANG: 'C.UTF-8', TERM: 'xterm' }

function output(
  options: {
    json?: boolean
    quiet?: boolean
    tty?: boolean
    environment?: Record<string, string>
    now?: () => number
  } = {},
) {
  const stdout = new Screen(options.tty ?? false)
  const stderr = new Screen(options.tty ?? false)
  const { json = false, quiet = false, environment = UTF8 } = options
  const out = new Output({ stdout, stderr, environment, json, quiet, noColor: false, ...options })
  return { out, stdout, stderr }
}

const problem = {
  report: { code: 'NO_SOURCES', message: 'Nobody answered.', help: 'Go on.', retry: true },
  exit: 1,
} as const

test('results go to standard output, all else to standard error', async () => {
  const { out, stdout, stderr } = output()
  out.result('answer')
  out.note('aside')
  out.object({ not: 'shown' })
  out.error(problem)
  await out.flush()
  assert.equal(stdout.text, 'answer\n')
  assert.equal(stderr.text, 'aside\nNobody answered. Go on. [NO_SOURCES]\n')
})

test('under --json standard output is JSON lines, the error object last', () => {
  const { out, stdout, stderr } = output({ json: true })
  out.result('answer')
  out.note('aside')
  out.progress(['half'])
  out.object({ event: 'done', path: 'a\u202eb' })
  out.error(problem)
  const lines = stdout.text.trimEnd().split('\n')
  assert.deepEqual(
    lines.map((line) => JSON.parse(line)),
    [
      { event: 'done', path: 'a\u202eb' },
      { error: { code: 'NO_SOURCES', message: 'Nobody answered.', help: 'Go on.', retry: true } },
    ],
  )
  assert.equal(stderr.text, 'Nobody answered. Go on. [NO_SOURCES]\n')
})

test('--quiet leaves results, warnings and errors', () => {
  const { out, stdout, stderr } = output({ quiet: true })
  out.result('answer')
  out.note('aside')
  out.progress(['half'])
  out.warn('careful')
  out.error(mistake('E-0001'))
  assert.equal(stdout.text, 'answer\n')
  assert.match(stderr.text, /^careful\nShoal made a mistake \(E-0001\)\..*\[INTERNAL\]\n$/)
})

test('hostile names cannot move the cursor, hide or start a line', () => {
  const { out, stdout } = output()
  out.result(['Getting ', { text: 'a\u001b[2Jb\nDone', style: 'strong' }])
  assert.equal(stdout.text, 'Getting a<U+001B>[2Jb<U+000A>Done\n')
})

test('on a terminal progress is redrawn in place, only when it changed, and cut to the width', () => {
  const { out, stderr } = output({ tty: true })
  out.progress(['one', 'two'])
  out.progress(['one', 'two'])
  assert.equal(stderr.text, 'one\ntwo\n')
  out.progress(['a line that is far too long for this'])
  assert.equal(stderr.text, 'one\ntwo\n\u001b[2A\r\u001b[Ja line that is far…\n')
  out.endProgress()
  out.note('after')
  assert.equal(stderr.last(16), '…\n\u001b[1A\r\u001b[Jafter\n')
})

test('a line said during progress stands above it', () => {
  const { out, stderr } = output({ tty: true })
  out.progress(['half'])
  out.note('found a source')
  assert.equal(stderr.text, 'half\n\u001b[1A\r\u001b[Jfound a source\nhalf\n')
})

test('elsewhere progress is one line every ten seconds, without escape sequences', () => {
  let now = 0
  const { out, stderr } = output({ now: () => now })
  for (; now < 25_000; now += 1_000) out.progress([`${now / 1_000} s`, 'slow'])
  assert.equal(stderr.text, '0 s slow\n10 s slow\n20 s slow\n')
})

test('colour is for terminals that want it', () => {
  const colored = (environment: Record<string, string>, tty = true) => {
    const { out, stdout } = output({ tty, environment })
    out.result([{ text: 'x', style: 'bad' }])
    return stdout.text.includes('\u001b')
  }
  assert.equal(colored(UTF8), true)
  assert.equal(colored({ ...UTF8, NO_COLOR: '1' }), false)
  assert.equal(colored({ ...UTF8, TERM: 'dumb' }), false)
  assert.equal(colored(UTF8, false), false)
})

test('a terminal without UTF-8 gets signs in ASCII', {
  skip: process.platform === 'win32' && 'Windows consoles speak UTF-8',
}, () => {
  const { out, stdout } = output({ tty: true, environment: { LANG: 'C', TERM: 'xterm' } })
  out.result('██░ ↑ 日 ✓')
  assert.equal(stdout.text, '##. ^ ? +\n')
})

test('a line that is cut on a terminal without UTF-8 stays ASCII', {
  skip: process.platform === 'win32' && 'Windows consoles speak UTF-8',
}, () => {
  const { out, stderr } = output({ tty: true, environment: { LANG: 'C', TERM: 'xterm' } })
  out.progress(['█'.repeat(100)])
  assert.match(stderr.text, /^#+~\n$/)
})
