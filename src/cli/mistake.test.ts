import assert from 'node:assert/strict'
import { test } from 'node:test'
import { markOf, missingPackage } from './mistake.ts'

test('the same line failing twice has one mark, whatever it says', () => {
  const failure = (message: string) => new TypeError(message)
  assert.equal(markOf(failure('/home/a/secret')), markOf(failure('other')))
  assert.match(markOf(failure('x')), /^E-[0-9A-F]{4}$/)
  assert.notEqual(markOf(failure('x')), markOf(new TypeError('x')))
})

test('what is thrown without being an error has a mark too', () => {
  assert.match(markOf('text'), /^E-[0-9A-F]{4}$/)
  assert.match(markOf(undefined), /^E-[0-9A-F]{4}$/)
})

test('a package that is not installed is told from other failures', async () => {
  const absent = 'no-such-package-of-ours'
  assert.equal(missingPackage(await import(absent).catch((error: unknown) => error)), absent)
  assert.equal(
    missingPackage(await import('./no-such-file.ts' as string).catch((error: unknown) => error)),
    undefined,
  )
  assert.equal(missingPackage(new Error("Cannot find package 'x' imported")), undefined)
})
