import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findCommand, GLOBAL_OPTIONS, hasSwitch, type OptionTable, parseOptions } from './options.ts'
import { PORT, RATE, TEXT } from './readers.ts'

const TABLE = {
  ...GLOBAL_OPTIONS,
  port: { kind: 'value', placeholder: 'N', reader: PORT, summary: '' },
  up: { kind: 'value', placeholder: 'RATE', reader: RATE, summary: '' },
  peer: { kind: 'list', placeholder: 'H:P', reader: TEXT, summary: '' },
  output: { kind: 'value', short: 'o', placeholder: 'DIR', reader: TEXT, summary: '' },
  'no-lsd': { kind: 'switch', summary: '' },
} as const satisfies OptionTable

const parse = (words: string, environment = {}) => parseOptions(split(words), TABLE, environment, 'get')
const split = (words: string) => words.split(' ').filter((word) => word !== '')

function refuses(words: string, code: string, data: Record<string, unknown> = {}): void {
  assert.throws(
    () => parse(words),
    (error: { code?: string; data?: Record<string, unknown> }) => {
      assert.equal(error.code, code)
      for (const [key, value] of Object.entries(data)) assert.equal(error.data?.[key], value)
      return true
    },
  )
}

test('options may stand before, between and after operands', () => {
  const { values, operands } = parse('--port 5 LINK --up=2M other --no-lsd')
  assert.deepEqual(operands, ['LINK', 'other'])
  assert.equal(values.port, 5)
  assert.equal(values.up, 2_000_000)
  assert.equal(values['no-lsd'], true)
  assert.equal(values.json, false)
  assert.equal(values.output, undefined)
})

test('a list repeats, keeps its order, and is empty when absent', () => {
  assert.deepEqual(parse('--peer a:1 --peer b:2').values.peer, ['a:1', 'b:2'])
  assert.deepEqual(parse('').values.peer, [])
})

test('a value is never optional, so an operand is never swallowed and a switch swallows none', () => {
  assert.deepEqual(parse('--no-lsd LINK').operands, ['LINK'])
  refuses('LINK --port', 'OPTION_WITHOUT_VALUE', { option: '--port', placeholder: 'N' })
  refuses('--output --json', 'OPTION_WITHOUT_VALUE', { found: '--json' })
  refuses('--json=yes', 'OPTION_TAKES_NO_VALUE', { value: 'yes' })
})

test('a value that begins with a dash is given after an equals sign, and a dash alone is a value', () => {
  assert.equal(parse('--output=-dash').values.output, '-dash')
  assert.equal(parse('-o -').values.output, '-')
})

test('short options take their value after a space or at once, and switches join', () => {
  assert.equal(parse('-o here').values.output, 'here')
  assert.equal(parse('-ohere').values.output, 'here')
  const { values } = parse('-hV')
  assert.equal(values.help && values.version, true)
})

test('two dashes end options and a dash alone is an operand', () => {
  assert.deepEqual(parse('- -- --json -o').operands, ['-', '--json', '-o'])
})

test('a typo is answered with the nearest option', () => {
  refuses('--prot 5', 'OPTION_UNKNOWN', { option: '--prot', command: 'get', nearest: '--port' })
  refuses('--frobnicate', 'OPTION_UNKNOWN', { nearest: undefined })
  refuses('-x', 'OPTION_UNKNOWN', { option: '-x', nearest: undefined })
  refuses('--constructor', 'OPTION_UNKNOWN')
})

test('a value is given once and must be understood', () => {
  refuses('--port 5 --port 6', 'OPTION_TWICE', { option: '--port' })
  refuses('--port 70000', 'OPTION_VALUE', { option: '--port', value: '70000' })
  refuses('--up fast', 'OPTION_VALUE')
  refuses('--up 0', 'OPTION_VALUE')
  refuses('--output=', 'OPTION_VALUE')
})

test('the environment stands in for options, and a flag wins over it', () => {
  const environment = {
    SHOAL_PORT: '7',
    SHOAL_NO_LSD: 'yes',
    SHOAL_PEER: 'a:1\nb:2\n',
    SHOAL_JSON: '0',
    SHOAL_UP: '',
  }
  const { values } = parse('', environment)
  assert.deepEqual([values.port, values['no-lsd'], values.json, values.up], [7, true, false, undefined])
  assert.deepEqual(values.peer, ['a:1', 'b:2'])
  assert.equal(parse('--port 8', environment).values.port, 8)
  assert.deepEqual(parse('--peer c:3', environment).values.peer, ['c:3'])
})

test('a variable that is not understood is named', () => {
  assert.throws(() => parse('', { SHOAL_PORT: 'x' }), { code: 'OPTION_VALUE', message: /SHOAL_PORT/ })
  assert.throws(() => parse('', { SHOAL_QUIET: 'perhaps' }), { code: 'OPTION_VALUE', message: /SHOAL_QUIET/ })
})

test('the command is the first word that is no global option and no value of one', () => {
  assert.deepEqual(findCommand(split('--json --state-dir /s get --port 5 LINK')), {
    command: 'get',
    rest: split('--json --state-dir /s --port 5 LINK'),
  })
  assert.deepEqual(findCommand(['--json']), { command: undefined, rest: ['--json'] })
  assert.deepEqual(findCommand([]), { command: undefined, rest: [] })
})

test('an option of a command before the command is refused, because its value could be taken for the command', () => {
  assert.throws(() => findCommand(split('--port 5 get')), { code: 'OPTION_BEFORE_COMMAND' })
  assert.throws(() => findCommand(split('--jsno get')), {
    code: 'OPTION_UNKNOWN',
    data: { option: '--jsno', nearest: '--json' },
  })
})

test('a switch is seen even among words that are wrong, but not after two dashes', () => {
  assert.equal(hasSwitch('json', split('get --frob --json'), {}), true)
  assert.equal(hasSwitch('json', split('get -- --json'), {}), false)
  assert.equal(hasSwitch('json', [], { SHOAL_JSON: 'true' }), true)
})
