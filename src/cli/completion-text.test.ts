import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { needs } from '../../test/doubles/require-program.ts'
import { type CompletedCommand, completionScript, SHELLS } from './completion-text.ts'

const COMMANDS: readonly CompletedCommand[] = [
  {
    name: 'get',
    summary: "fetch what's named [so]: all",
    options: [
      { name: 'output', summary: 'save here', takesValue: true },
      { name: 'json', summary: 'for programs', takesValue: false },
    ],
    words: [],
  },
  { name: 'service', summary: 'kept running', options: [], words: ['install', 'remove'] },
]

test('bash offers commands, then what belongs to the command', (t) => {
  if (!needs(t, 'bash', 'bash')) return
  const offered = (...words: readonly string[]): string => {
    const array = words.map((word) => `'${word}'`).join(' ')
    const script = `${completionScript('bash', COMMANDS)}
      COMP_WORDS=(${array}); COMP_CWORD=${words.length - 1}; _shoal; echo "\${COMPREPLY[@]}"`
    const ran = spawnSync('bash', ['--norc', '-c', script], { encoding: 'utf8' })
    assert.equal(ran.stderr, '')
    return ran.stdout.trim()
  }
  assert.equal(offered('shoal', ''), 'get service')
  assert.equal(offered('shoal', 'g'), 'get')
  assert.equal(offered('shoal', 'get', '--'), '--output --json')
  assert.equal(offered('shoal', '--json', 'get', '--o'), '--output')
  assert.equal(offered('shoal', 'service', 'r'), 'remove')
  assert.equal(offered('shoal', 'get', ''), '', 'files, by bash itself')
})

test('every shell’s script names every command, option and word', () => {
  for (const shell of SHELLS) {
    const script = completionScript(shell, COMMANDS)
    for (const word of ['get', 'service', 'output', 'json', 'install', 'remove'])
      assert.ok(script.includes(word), `${shell}: ${word}`)
  }
})
