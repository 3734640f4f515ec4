// Every code that can reach a person has a sentence in src/api. Codes are found where they are thrown.

import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { entryFor, publicCode } from '../src/api/errors.ts'

const ROOT = join(import.meta.dirname, '..')

/** Classes whose errors end inside the machinery, each with who catches them. */
const INNER: Readonly<Record<string, string>> = {
  BencodeError: 'wrapped by MetainfoError, or blamed on the peer',
  BitfieldError: 'blamed on the peer',
  BytesError: 'wrapped by whoever decodes',
  CatalogueError: 'blamed on whoever sent it; in what is ours a mistake of ours',
  FactsError: 'remembered as the trouble of one file, which is in the library without facts',
  HandshakeError: 'ends one connection',
  HashError: 'a bug in how hashing is asked, so a mistake of ours',
  IdError: 'wrapped by whoever decodes',
  KeyTextError: 'wrapped by whoever decodes',
  MseError: 'ends one connection',
  PeerError: 'ends one connection',
  RecordError: 'ends the link to the device that sent it',
  StorageError: 'a bug in how storage is used, so a mistake of ours',
  WireError: 'ends one connection',
}

const sources = globSync('src/**/*.ts', { cwd: ROOT })
  .filter((path) => !path.endsWith('.test.ts'))
  .map((path) => readFileSync(join(ROOT, path), 'utf8'))

const classes = new Set(
  sources.flatMap((source) =>
    [...source.matchAll(/class (\w+) extends CodedError/g)].map(([, name]) => name ?? ''),
  ),
)

test('every code that is thrown where a person can meet it has a sentence', () => {
  const thrown = sources.flatMap((source) => [...source.matchAll(/new (\w+Error)\(\s*'([A-Z][A-Z0-9_]*)'/g)])
  const met = thrown
    .map(([, name = '', code = '']) => ({ name, code }))
    .filter(({ name }) => classes.has(name) && !Object.hasOwn(INNER, name))
  assert.ok(met.length > 20, 'the scanner finds errors')
  const silent = met.filter(({ name, code }) => entryFor(publicCode(name, code)) === undefined)
  assert.deepEqual(
    silent.map(({ name, code }) => `${name} ${code}: add it to src/api/errors-*.ts`),
    [],
  )
})

test('every state of trouble that a transfer can end in has a sentence', () => {
  const trouble = readFileSync(join(ROOT, 'src/engine/storage/trouble.ts'), 'utf8')
  const union = /export type ProblemCode =([\s\S]*?)\n\n/.exec(trouble)?.[1] ?? ''
  const codes = [...union.matchAll(/\| '([A-Z_]+)'/g)].map(([, code]) => code ?? '')
  assert.ok(codes.length > 10, 'the scanner finds the codes')
  assert.deepEqual(
    codes.filter((code) => entryFor(publicCode('GetError', code)) === undefined),
    [],
  )
})

test('the table of inner errors names classes that exist', () => {
  assert.deepEqual(
    Object.keys(INNER).filter((name) => !classes.has(name)),
    [],
  )
})
