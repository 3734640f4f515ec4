import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { shellWord } from './shell-word.ts'

test('an ordinary path is written as it is', () => {
  assert.equal(shellWord('/home/ana/film.mp4', 'linux'), '/home/ana/film.mp4')
  assert.equal(shellWord('C:\\Users\\ana\\film.mp4', 'win32'), 'C:\\Users\\ana\\film.mp4')
})

test('a path of any name is one word for a shell and runs nothing', {
  skip: process.platform === 'win32' && 'needs sh',
}, () => {
  for (const path of [
    '/x/$(echo run)`echo run`',
    "/x/it's",
    '/x/a b',
    '/x/"; echo run; "',
    '/x/!!',
    '/x/\\',
    '/x/*',
  ]) {
    const word = shellWord(path, 'linux')
    assert.equal(execFileSync('sh', ['-c', `printf %s ${word}`], { encoding: 'utf8' }), path)
  }
})

test('on Windows a path that quotes do not make harmless is not written at all', () => {
  assert.equal(shellWord('C:\\a b', 'win32'), '"C:\\a b"')
  assert.equal(shellWord('C:\\$(run)', 'win32'), undefined)
  assert.equal(shellWord('C:\\%PATH%', 'win32'), undefined)
})
