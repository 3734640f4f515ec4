// The page as it is built: what a browser loads before it shows the first view and in all, and that nothing in it needs what the Content-Security-Policy forbids.

import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { build } from 'vite'

const WEB = join(import.meta.dirname, '../web')
/** INTERFACE.md A9: all that is loaded before the first view can be used, whichever of the two that is. */
const MOST_FIRST_BYTES = 250_000
/** Everything, also dialogs and views that few open: what somebody loads who looks at each of them. */
const MOST_BYTES = 370_000
/** What is drawn at the address without a view. */
const FIRST_VIEW = 'src/views/first-run/start-or-transfers.tsx'

type Manifest = Readonly<
  Record<
    string,
    {
      readonly file: string
      readonly imports?: readonly string[]
      readonly dynamicImports?: readonly string[]
      readonly css?: readonly string[]
      readonly assets?: readonly string[]
    }
  >
>

async function built(t: TestContext): Promise<Map<string, Buffer>> {
  const folder = mkdtempSync(join(tmpdir(), 'shoal-page-'))
  t.after(() => rmSync(folder, { recursive: true }))
  await build({
    root: WEB,
    configFile: join(WEB, 'vite.config.ts'),
    logLevel: 'error',
    build: { outDir: folder, emptyOutDir: true, manifest: 'manifest.json' },
  })
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return new Map(
    names
      .filter((name) => /\.\w+$/.test(name))
      .map((name) => [name.replaceAll('\\', '/'), readFileSync(join(folder, name))]),
  )
}

/** The document, what it names, what that imports, and the views that may stand there first with all that they import. */
function firstFiles(manifest: Manifest, all: readonly string[]): ReadonlySet<string> {
  // One stylesheet serves all (vite.config.ts): it is among the first.
  const files = new Set(all.filter((name) => !name.endsWith('.js')))
  const seen = new Set<string>()
  const take = (key: string): void => {
    const chunk = manifest[key]
    if (chunk === undefined || seen.has(key)) return
    seen.add(key)
    for (const name of [chunk.file, ...(chunk.css ?? []), ...(chunk.assets ?? [])]) files.add(name)
    for (const next of chunk.imports ?? []) take(next)
  }
  take('index.html')
  take(FIRST_VIEW)
  const views = manifest[FIRST_VIEW]?.dynamicImports ?? []
  assert.ok(views.length > 0, 'the first view is known')
  for (const view of views) take(view)
  return files
}

function gzipped(files: ReadonlyMap<string, Buffer>, names: ReadonlySet<string>): number {
  return [...names].reduce((sum, name) => sum + gzipSync(files.get(name) ?? '').length, 0)
}

test('the page is small, and holds nothing inline and nothing from elsewhere', async (t) => {
  const files = await built(t)
  const manifest = JSON.parse(files.get('manifest.json')?.toString() ?? '') as Manifest
  files.delete('manifest.json')
  const first = firstFiles(manifest, [...files.keys()])
  const [firstBytes, allBytes] = [gzipped(files, first), gzipped(files, new Set(files.keys()))]
  t.diagnostic(`first view: ${first.size} files, ${(firstBytes / 1_000).toFixed(1)} kB gzipped`)
  t.diagnostic(`in all: ${files.size} files, ${(allBytes / 1_000).toFixed(1)} kB gzipped`)
  assert.ok(firstBytes < MOST_FIRST_BYTES, `${firstBytes} bytes before the first view`)
  assert.ok(allBytes < MOST_BYTES, `${allBytes} bytes in all`)

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
