// `shoal get` with a real scanner: what it says of clean and of bad files, with an engine of its own, once and again.

import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { testFile } from '../../src/safety/quarantine/probe-files.ts'
import { RealClamd } from '../doubles/real-clamd.ts'
import { needs } from '../doubles/require-program.ts'
import { CommandLine } from './command-line.ts'

const cli = new CommandLine()
after(() => cli.close())

const FILM = Buffer.concat([Buffer.from('\0\0\0\x20ftypisom', 'latin1'), Buffer.alloc(300_000, 7)])

test('a get with a scanner says what was checked, and puts away what was found, also when it is run again', async (t) => {
  if (!needs(t, 'clamd', 'clamav-daemon')) return
  await using clamd = await RealClamd.start()
  const folder = join(cli.folder, 'things')
  mkdirSync(folder)
  writeFileSync(join(folder, 'film.mp4'), FILM)
  const clean = await cli.sharing(join(folder, 'film.mp4'))
  const [out, state] = [cli.place(), cli.place('state')]
  const words = ['get', '-o', out, '--bind', '127.0.0.1', '--no-lsd', '--state-dir', state]
  const env = { SHOAL_CHECKS_SCANNER: clamd.socket }
  const first = await cli.plain([...words, clean.link], env)
  assert.equal(first.code, 0, first.stderr)
  assert.match(first.stdout, /Verified\. Checked by ClamAV today\.$/m)

  const bad = join(cli.folder, 'bad.jpg')
  writeFileSync(bad, testFile())
  const sharing = await cli.sharing(bad)
  for (const round of ['fetched', 'here already']) {
    const { code, stdout, stderr } = await cli.plain([...words, sharing.link], env)
    assert.equal(code, 0, stderr)
    assert.match(stdout, /Verified\. Kept locked: Shoal\.TestFile\S* found by ClamAV\.$/m, round)
    assert.deepEqual(readdirSync(out).sort(), ['bad.jpg.locked', 'film.mp4'], round)
    assert.equal(statSync(join(out, 'bad.jpg.locked')).mode & 0o777, 0)
  }
  // Deleted by hand it is not fetched again.
  rmSync(join(out, 'bad.jpg.locked'))
  const last = await cli.run([...words, sharing.link], { env }).ended()
  assert.deepEqual([last.code, last.last.check], [0, 'locked'])
  assert.deepEqual(readdirSync(out), ['film.mp4'])
})
