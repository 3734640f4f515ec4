// A pipe that takes the place of a file between two looks: nobody writes into it, and whoever opens it plainly waits forever.

import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'

/** As many threads as Node has for all files of a process. */
const PIPES = 4

/** In a process of its own: what waits in a file system call can be ended by nothing but its end. */
const PROGRAM = `
  import { readFile } from 'node:fs/promises'
  const [what, ...pipes] = process.argv.slice(1)
  const { openFileBytes } = await import('./sensitive/file-bytes.ts')
  const { withoutPlace } = await import('./sensitive/without-place.ts')
  const { lookAtFile } = await import('./quarantine/file-look.ts')
  const { scanFile } = await import('./quarantine/clamd.ts')
  const ways = {
    look: (at) => openFileBytes(at),
    copy: (at) => withoutPlace(at, at + '.copy'),
    nature: (at) => lookAtFile(at, 'a.jpg'),
    scan: (at) => scanFile('/nowhere', at, '', 1_000),
  }
  const ends = await Promise.allSettled(pipes.map(ways[what]))
  await readFile(process.execPath + '.none').catch(() => undefined)
  console.log(ends.every(({ status, value }) => status === 'rejected' || value === false))
`

for (const [what, how] of [
  ['look', 'the look for private things'],
  ['copy', 'a copy without place'],
  ['nature', 'the look at what arrived'],
  ['scan', 'the scan for viruses'],
] as const)
  test(`${how} does not wait for pipes, and files can still be read`, async (t) => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'shoal-pipes-'))
    t.after(() => rmSync(folder, { recursive: true, force: true }))
    const pipes = Array.from({ length: PIPES }, (_, n) => path.join(folder, `p${n}`))
    execFileSync('mkfifo', pipes)
    const child = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM, what, ...pipes], {
      cwd: import.meta.dirname,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const deadline = setTimeout(() => child.kill('SIGKILL'), 20_000)
    let said = ''
    for await (const text of child.stdout.setEncoding('utf8')) said += text
    clearTimeout(deadline)
    assert.equal(said.trim(), 'true')
  })
