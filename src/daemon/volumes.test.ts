import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { NodeDisk } from '../platform/disk.ts'
import { NO_LOG } from './log.ts'
import { Volumes } from './volumes.ts'

const folders: string[] = []
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true })
})

function place(now: () => Date) {
  const stateFolder = mkdtempSync(join(tmpdir(), 'shoal-volumes-'))
  folders.push(stateFolder)
  return { disk: new NodeDisk(), stateFolder, log: NO_LOG, wallMs: () => now().getTime() }
}

test('what moved is counted for the day, the month and in all, over restarts', async () => {
  let now = new Date(2026, 10, 28, 12)
  const at = place(() => now)
  const volumes = await Volumes.open(at)
  volumes.add(100, 10)
  await volumes.keep()
  now = new Date(2026, 10, 29, 0, 1)
  const again = await Volumes.open(at)
  again.add(1, 2)
  assert.deepEqual(again.read(), {
    today: { takenBytes: 1, givenBytes: 2 },
    month: { takenBytes: 101, givenBytes: 12 },
    all: { takenBytes: 101, givenBytes: 12 },
  })
})

test('another month begins at nothing, and the whole stays', async () => {
  let now = new Date(2026, 10, 30, 23)
  const volumes = await Volumes.open(place(() => now))
  volumes.add(100, 10)
  now = new Date(2026, 11, 1, 0)
  assert.deepEqual(volumes.read(), {
    today: { takenBytes: 0, givenBytes: 0 },
    month: { takenBytes: 0, givenBytes: 0 },
    all: { takenBytes: 100, givenBytes: 10 },
  })
})
