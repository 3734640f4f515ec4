import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { makeFilm } from './film.ts'
import { fingerprint } from './fingerprint.ts'

const LENGTH_BYTES = 9_000_001

async function inFolder(play: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'shoal-film-'))
  try {
    await play(folder)
  } finally {
    await rm(folder, { recursive: true })
  }
}

const never = (): boolean => false

test('the film is as long as asked, the same each time, and does not compress', () =>
  inFolder(async (folder) => {
    const [one, two] = [path.join(folder, 'one'), path.join(folder, 'two')]
    const heard: number[] = []
    await makeFilm(one, LENGTH_BYTES, { progress: (doneBytes) => heard.push(doneBytes), cancelled: never })
    await makeFilm(two, LENGTH_BYTES, { progress: () => {}, cancelled: never })
    assert.equal((await stat(one)).size, LENGTH_BYTES)
    assert.equal(heard.at(-1), LENGTH_BYTES)
    assert.equal(await fingerprint(one), await fingerprint(two))
    const bytes = await readFile(one)
    assert.ok(gzipSync(bytes, { level: 1 }).length > LENGTH_BYTES)
  }))

test('a shorter film is the beginning of a longer one, and no stretch repeats', () =>
  inFolder(async (folder) => {
    const [long, short] = [path.join(folder, 'long'), path.join(folder, 'short')]
    await makeFilm(long, LENGTH_BYTES, { progress: () => {}, cancelled: never })
    await makeFilm(short, 5_000_000, { progress: () => {}, cancelled: never })
    const bytes = await readFile(long)
    assert.ok(bytes.subarray(0, 5_000_000).equals(await readFile(short)))
    const stretches = new Set<string>()
    for (let at = 0; at < bytes.length; at += 16_384) {
      stretches.add(bytes.toString('latin1', at, at + 64))
    }
    assert.equal(stretches.size, Math.ceil(LENGTH_BYTES / 16_384))
  }))

test('making it stops when it is no longer wanted', () =>
  inFolder(async (folder) => {
    const film = path.join(folder, 'film')
    let asked = 0
    assert.equal(
      await makeFilm(film, LENGTH_BYTES, { progress: () => {}, cancelled: () => ++asked > 1 }),
      false,
    )
    assert.ok((await stat(film)).size < LENGTH_BYTES)
  }))

test('an existing file is not written over', () =>
  inFolder(async (folder) => {
    const film = path.join(folder, 'film')
    await makeFilm(film, 10, { progress: () => {}, cancelled: never })
    await assert.rejects(makeFilm(film, 10, { progress: () => {}, cancelled: never }), { code: 'EEXIST' })
  }))
