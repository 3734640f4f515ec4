import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { type CommandEntry, defineCommand, type Shell } from './command.ts'
import { commandUnknown, showCommand, showCommands } from './help-text.ts'
import { Interrupt } from './interrupt.ts'
import { Output } from './output.ts'
import { PORT } from './readers.ts'

const seen: unknown[] = []
const command = defineCommand({
  options: {
    port: { kind: 'value', short: 'p', placeholder: 'N', reader: PORT, summary: 'where to listen' },
    'an-option-with-a-long-name': { kind: 'switch', summary: 'below its name' },
  },
  operands: { least: 1, most: 1, expects: 'a link' },
  details: ['One more thing.'],
  run: async ({ values, operands }) => {
    seen.push(values.port, values.quiet, operands)
    return 0
  },
})
const entry: CommandEntry = {
  name: 'get',
  summary: 'fetches',
  usage: 'get LINK',
  load: async () => ({ command }),
}

function shell(json = false): { shell: Shell; said: () => string } {
  const stdout = new PassThrough({ encoding: 'utf8' })
  const output = new Output({ stdout, stderr: stdout, environment: {}, json, quiet: false, noColor: false })
  const around = {
    output,
    input: process.stdin,
    environment: {},
    folder: '/',
    interrupt: new Interrupt(),
    commands: [entry],
  }
  return { shell: around, said: () => String(stdout.read() ?? '') }
}

test('a command sees its own options and those of every command, with their types', async () => {
  assert.equal(await command.start(entry, ['--quiet', 'LINK', '-p', '80'], shell().shell), 0)
  assert.deepEqual(seen, [80, true, ['LINK']])
})

test('too few or too many operands never reach the command', async () => {
  seen.length = 0
  await assert.rejects(command.start(entry, [], shell().shell), {
    code: 'OPERAND_MISSING',
    data: { command: 'get', usage: 'get LINK', expects: 'a link' },
  })
  await assert.rejects(command.start(entry, ['a', 'b'], shell().shell), { code: 'OPERAND_TOO_MANY' })
  assert.deepEqual(seen, [])
})

test('help is asked for by -h anywhere, but not by letters of a value', () => {
  assert.equal(command.asksForHelp(['--frob', '-h']), true)
  assert.equal(command.asksForHelp(['-ph']), false)
  assert.equal(command.asksForHelp(['--', '-h']), false)
})

test('help of a command shows usage, options and details; a long option stands above its words', () => {
  const { shell: around, said } = shell()
  showCommand(around.output, entry, command)
  assert.equal(
    said(),
    [
      'shoal get LINK',
      '  fetches',
      '',
      '  -p, --port N              where to listen',
      '  --an-option-with-a-long-name',
      '                            below its name',
      '',
      'One more thing.',
      '',
    ].join('\n'),
  )
})

test('help for programs is the tables themselves', () => {
  const { shell: around, said } = shell(true)
  showCommands(around.output, around.commands)
  assert.deepEqual(JSON.parse(said()), { commands: [{ name: 'get', summary: 'fetches', usage: 'get LINK' }] })
  showCommand(around.output, entry, command)
  const { options } = JSON.parse(said())
  assert.deepEqual(
    options.find(({ name }: { name: string }) => name === 'port'),
    { name: 'port', kind: 'value', summary: 'where to listen', short: 'p' },
  )
})

test('a mistyped command is answered with the nearest', () => {
  assert.equal(commandUnknown('gte', [entry]).data.nearest, 'get')
})
