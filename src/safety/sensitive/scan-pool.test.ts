import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import type { ScanInput } from './scan-file.ts'
import { type ScannedFile, SensitiveScan } from './scan-pool.ts'

const program = new URL('../../../test/doubles/scan-worker.ts', import.meta.url)
const named = (name: string): ScanInput => ({
  path: `/x/${name}`,
  components: [name],
  lengthBytes: 1,
  modifiedMs: 0,
})

async function all(
  scan: SensitiveScan,
  files: Iterable<ScanInput> | AsyncIterable<ScanInput>,
): Promise<ScannedFile[]> {
  const done: ScannedFile[] = []
  for await (const file of scan.scan(files)) done.push(file)
  return done
}
const said = (files: readonly ScannedFile[]) =>
  Object.fromEntries(files.map(({ file, findings }) => [file.components[0], findings[0]?.data.reason]))

test('a file that hangs, kills or fills its worker is unreadable, and the others are looked at all the same', async () => {
  const scan = new SensitiveScan({ program, deadlineMs: 20_000, startMs: 0 })
  const hanging = new SensitiveScan({ program, deadlineMs: 1_500, startMs: 0, workers: 1 })
  try {
    const done = await all(scan, ['a', 'die', 'b', 'heap', 'c'].map(named))
    assert.deepEqual(said(done), { a: 'none', b: 'none', c: 'none', die: 'killed', heap: 'killed' })
    assert.deepEqual(said(await all(hanging, ['hang', 'd'].map(named))), { hang: 'deadline', d: 'none' })
  } finally {
    await scan.close()
    await hanging.close()
  }
})

test('no file is lost while who listens is busy with another, nor where there are more scans than workers', async () => {
  const scan = new SensitiveScan({ program, deadlineMs: 20_000, workers: 2 })
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
  const slowly = async (): Promise<string[]> => {
    const seen: string[] = []
    for await (const { file, findings } of scan.scan(names.map(named))) {
      assert.equal(findings[0]?.data.reason, 'none')
      seen.push(file.components[0] ?? '')
      // Until whatever is on its way in both workers is done.
      await scan.scan(['x', 'y'].map(named)).next()
    }
    return seen.toSorted()
  }
  try {
    assert.deepEqual(await Promise.all([slowly(), slowly(), slowly()]), [names, names, names])
  } finally {
    await scan.close()
  }
})

test('files are pulled as workers are free, and none after who listens has stopped', async () => {
  const scan = new SensitiveScan({ program, workers: 2 })
  let pulled = 0
  let returned = false
  function* endless(): Generator<ScanInput> {
    try {
      for (;;) yield named(`f${pulled++}`)
    } finally {
      returned = true
    }
  }
  try {
    let seen = 0
    for await (const _ of scan.scan(endless())) {
      assert.ok(pulled <= seen + 3, `${pulled} pulled for ${seen} taken`)
      if (++seen === 20) break
    }
    assert.ok(returned)
  } finally {
    await scan.close()
  }
})

test('an abort ends the scan, also while a file hangs', async () => {
  const scan = new SensitiveScan({ program, workers: 1, deadlineMs: 600_000 })
  const controller = new AbortController()
  try {
    const running = scan.scan(['hang'].map(named), controller.signal)
    const next = running.next()
    controller.abort()
    assert.deepEqual(await next, { done: true, value: undefined })
  } finally {
    await scan.close()
  }
})

const folder = mkdtempSync(path.join(os.tmpdir(), 'shoal-scan-'))
after(() => rmSync(folder, { recursive: true }))

test('the real worker opens files by their paths', async () => {
  writeFileSync(path.join(folder, 'a.txt'), 'user: ana\npassword: hunter2!x\n')
  writeFileSync(path.join(folder, 'b.txt'), 'Nothing to see.')
  const inputs = ['a.txt', 'b.txt', 'gone.txt'].map((name) => ({
    ...named(name),
    path: path.join(folder, name),
  }))
  const scan = new SensitiveScan({ workers: 1 })
  try {
    const done = await all(scan, inputs)
    assert.deepEqual(
      done.map(({ findings }) => findings.map((finding) => [finding.class, finding.data.reason ?? ''])),
      [[['password-store', '']], [], [['unreadable', 'ENOENT']]],
    )
  } finally {
    await scan.close()
  }
})
