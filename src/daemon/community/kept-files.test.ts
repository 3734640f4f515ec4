import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { until } from '../../../lab/netns/until.ts'
import { digest } from '../../../test/doubles/digest.ts'
import type { Session } from '../../engine/session/session.ts'
import type { ContentId } from '../../metainfo/content-id.ts'
import { NodeDisk } from '../../platform/disk.ts'
import { KeptFiles } from './kept-files.ts'

test('a content that is blocked here is not fetched by keeping it for others, and what is not blocked is', async () => {
  const stateFolder = mkdtempSync(path.join(tmpdir(), 'shoal-'))
  const asked: string[] = []
  const ended: string[] = []
  const blocked = 'aa'.repeat(32)
  const session = {
    find: () => undefined,
    add: ({ displayName }: { displayName: string }) => void asked.push(displayName),
  } as unknown as Session
  const kept = new KeptFiles({
    stateFolder,
    disk: new NodeDisk(),
    digest,
    realms: { endpointOf: () => ({ host: '::', port: 1 }), linked: () => [] } as never,
    session: () => session,
    isWithheld: ({ root }: ContentId) => root.toHex() === blocked,
    holders: async () => [],
    ended: async (_circle, content, outcome) => void ended.push(`${outcome} ${content.slice(0, 2)}`),
    addLoose: async () => undefined,
    removeLoose: async () => [],
  })
  try {
    const wish = { circle: 'c', name: 'a film', folders: [] }
    await kept.begin({ ...wish, content: `${blocked}-1000` })
    assert.deepEqual([asked, ended, readdirSync(stateFolder)], [[], ['failed aa'], []])
    await kept.begin({ ...wish, content: `${'bb'.repeat(32)}-1000` })
    await until('the other one is asked for', () => asked.length > 0)
    assert.deepEqual(asked, [`${'bb'.repeat(32)}-1000`])
  } finally {
    kept.close()
    rmSync(stateFolder, { recursive: true })
  }
})
