import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PathClaims } from './path-claims.ts'

const a = {}
const b = {}

test('one writer, or any number of readers', () => {
  const claims = new PathClaims()
  assert.equal(claims.claim(a, ['/x', '/y'], 'read'), undefined)
  assert.equal(claims.claim(b, ['/y'], 'read'), undefined)
  assert.equal(claims.claim(b, ['/z', '/y'], 'write'), '/y')
  assert.equal(claims.claim(b, ['/z'], 'write'), undefined, 'nothing of a refused claim is kept')
  assert.equal(claims.claim(a, ['/z'], 'read'), '/z')
})

test('whoever is alone may become the writer and step down again', () => {
  const claims = new PathClaims()
  claims.claim(a, ['/x'], 'read')
  assert.equal(claims.claim(a, ['/x'], 'write'), undefined)
  assert.equal(claims.claim(b, ['/x'], 'read'), '/x')
  claims.claim(a, ['/x'], 'read')
  assert.equal(claims.claim(b, ['/x'], 'read'), undefined)
  assert.equal(claims.claim(a, ['/x'], 'write'), '/x')
})

test('names that a file system may hold for the same are the same', () => {
  const claims = new PathClaims()
  claims.claim(a, ['/Films/Ångström.mkv', '/strasse'], 'write')
  assert.equal(
    claims.claim(b, ['/films/A\u030angstro\u0308m.MKV'], 'write'),
    '/films/A\u030angstro\u0308m.MKV',
  )
  assert.equal(claims.claim(b, ['/STRAßE'], 'write'), '/STRAßE')
  assert.equal(claims.claim(b, ['/other'], 'write'), undefined)
})

test('what is released is free', () => {
  const claims = new PathClaims()
  claims.claim(a, ['/x', '/y'], 'write')
  claims.release(b, ['/x'])
  assert.equal(claims.claim(b, ['/x'], 'write'), '/x')
  claims.release(a, ['/x', '/y'])
  assert.equal(claims.size, 0)
  assert.equal(claims.claim(b, ['/x'], 'write'), undefined)
})

test('when the first of several readers leaves, the others stay', () => {
  const claims = new PathClaims()
  const c = {}
  for (const owner of [a, b, c]) claims.claim(owner, ['/x'], 'read')
  claims.release(a, ['/x'])
  assert.equal(claims.claim(a, ['/x'], 'write'), '/x')
  claims.release(c, ['/x'])
  assert.equal(claims.claim(b, ['/x'], 'write'), undefined)
  claims.release(b, ['/x'])
  assert.equal(claims.size, 0)
})
