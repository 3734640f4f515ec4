import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Disk } from '../base/ports.ts'
import { findSource } from './source-files.ts'

test('a tree without an end is not looked through to it', async () => {
  const stat = async (at: string) => ({
    kind: at.endsWith('folder') ? 'directory' : 'file',
    lengthBytes: 1,
    identity: at,
    modifiedMs: 0,
  })
  const names = [...Array.from({ length: 20_000 }, (_, n) => `file ${n}`), 'folder']
  const disk = { stat, list: async () => names, join: (...parts: string[]) => parts.join('/') }
  await assert.rejects(findSource(disk as unknown as Disk, '/folder', 'folder', ''), {
    code: 'TOO_MANY_FILES',
  })
})
