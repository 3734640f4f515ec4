// The page as it is built: what a browser loads in all, and that nothing in it needs what the Content-Security-Policy forbids.

import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { build } from 'vite'

const WEB = join(import.meta.dirname, '../web')
/** INTERFACE.md A9: everything, also what loads only when it is opened. */
const MOST_GZIPPED_BYTES = 250_000

async function built(t: TestContext): Promise<ReadonlyMap<string, Buffer>> {
  const folder = mkdtempSync(join(tmpdir(), 'shoal-page-'))
  t.after(() => rmSync(folder, { recursive: true }))
  await build({
    root: WEB,
    configFile: join(WEB, 'vite.config.ts'),
    logLevel: 'error',
    build: { outDir: folder, emptyOutDir: true },
  })
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return new Map(
    names
      .filter((name) => /\.\w+$/.test(name))
      .map((name) => [name.replaceAll('\\', '/'), readFileSync(join(folder, name))]),
  )
}

test('the page is small, and holds nothing inline and nothing from elsewhere', async (t) => {
  const files = await built(t)
  const gzipped = [...files.values()].reduce((sum, bytes) => sum + gzipSync(bytes).length, 0)
  t.diagnostic(`${files.size} files, ${(gzipped / 1_000).toFixed(1)} kB gzipped`)
  assert.ok(gzipped < MOST_GZIPPED_BYTES, `${gzipped} bytes`)

  const index = files.get('index.html')?.toString() ?? ''
  assert.match(index, /<script type="module"[^>]* src="\.\//)
  for (const [, attributes = '', inside = ''] of index.matchAll(/<script([^>]*)>([^<]*)/g)) {
    assert.match(attributes, / src="\.\//)
    assert.equal(inside.trim(), '')
  }
  assert.doesNotMatch(index, /<style| style=| on\w+=|https?:/)
  for (const [name, bytes] of files) {
    if (name.endsWith('.css')) assert.doesNotMatch(bytes.toString(), /url\((?!["']?\.?\/)|@import/, name)
  }
})
