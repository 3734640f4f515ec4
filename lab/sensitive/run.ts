// The planted corpus through the real worker pool: what was found by class, false alarms, and time for each file.
//
//   npm run lab:sensitive               the corpus of the tests
//   npm run lab:sensitive -- --seed 7   another one of the same makers
//   npm run lab:sensitive -- --folder /usr/share/doc   alarms in a folder of files that are known to be harmless

import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import type { ScanInput } from '../../src/safety/sensitive/scan-file.ts'
import { SensitiveScan } from '../../src/safety/sensitive/scan-pool.ts'
import { CORPUS_SEED, type CorpusFile, corpus } from '../../test/corpus/corpus.ts'

const { values } = parseArgs({
  options: { seed: { type: 'string' }, folder: { type: 'string' }, most: { type: 'string' } },
})

interface Tally {
  files: number
  right: number
}

async function planted(seed: number): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'shoal-corpus-'))
  try {
    const files = new Map<string, CorpusFile>()
    const inputs: ScanInput[] = []
    for (const [i, file] of corpus(seed).entries()) {
      // Folders of their own: hundreds share a name.
      const at = path.join(folder, String(i), ...file.components)
      mkdirSync(path.dirname(at), { recursive: true })
      writeFileSync(at, file.bytes)
      files.set(at, file)
      inputs.push({ path: at, components: file.components, lengthBytes: file.bytes.length, modifiedMs: 0 })
    }
    const scan = new SensitiveScan()
    const byClass = new Map<string, Tally>()
    const groups: Record<'tuned' | 'never tuned' | 'harmless', Tally> = {
      tuned: { files: 0, right: 0 },
      'never tuned': { files: 0, right: 0 },
      harmless: { files: 0, right: 0 },
    }
    const wrong: string[] = []
    const begun = performance.now()
    for await (const { file, findings } of scan.scan(inputs)) {
      const made = files.get(file.path) as CorpusFile
      const harmless = made.sensitive.length === 0
      const right = harmless
        ? findings.length === 0
        : findings.some((finding) => made.sensitive.includes(finding.class))
      count(groups[harmless ? 'harmless' : made.tuned ? 'tuned' : 'never tuned'], right)
      const label = harmless ? 'harmless' : (made.sensitive[0] as string)
      const tally = byClass.get(label) ?? { files: 0, right: 0 }
      byClass.set(label, tally)
      count(tally, right)
      if (!right)
        wrong.push(
          `${harmless ? 'alarm ' : 'missed'} ${made.components.join('/')}: ${findings.map((finding) => `${finding.class} (${finding.data.what})`).join(', ') || 'nothing'}`,
        )
    }
    const tookMs = performance.now() - begun
    await scan.close()
    console.log(
      `seed ${seed}, ${inputs.length} files, ${(tookMs / 1_000).toFixed(1)} s, ${(tookMs / inputs.length).toFixed(1)} ms a file, ${availableParallelism()} cores\n`,
    )
    for (const [label, { files: all, right }] of [...byClass].sort())
      console.log(`${label.padEnd(16)} ${String(right).padStart(5)} of ${String(all).padStart(5)}`)
    console.log('')
    for (const [label, { files: all, right }] of Object.entries(groups))
      console.log(
        `${label.padEnd(16)} ${String(right).padStart(5)} of ${String(all).padStart(5)}  ${((100 * right) / all).toFixed(1)} %`,
      )
    if (wrong.length > 0) console.log(`\n${wrong.join('\n')}`)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function count(tally: Tally, right: boolean): void {
  tally.files++
  if (right) tally.right++
}

/** A folder that is known to hold nothing private: every finding is an alarm. Hidden files are left out. */
async function known(root: string, most: number): Promise<void> {
  const all: string[] = []
  const walk = (folder: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const at = path.join(folder, entry.name)
      if (entry.isDirectory()) walk(at)
      else if (entry.isFile() && !entry.name.startsWith('.')) all.push(at)
    }
  }
  walk(root)
  const step = Math.max(1, Math.floor(all.length / most))
  const chosen = all.filter((_, i) => i % step === 0)
  const inputs = chosen.map(
    (at): ScanInput => ({
      path: at,
      components: [path.basename(at)],
      lengthBytes: statSync(at).size,
      modifiedMs: 0,
    }),
  )
  const scan = new SensitiveScan()
  let alarms = 0
  const begun = performance.now()
  for await (const { file, findings } of scan.scan(inputs)) {
    if (findings.length === 0) continue
    alarms++
    console.log(
      `${file.path}: ${findings.map((finding) => `${finding.class} (${finding.data.what})`).join(', ')}`,
    )
  }
  await scan.close()
  const tookMs = performance.now() - begun
  console.log(
    `\n${inputs.length} of ${all.length} files in ${root}: ${alarms} alarms (${((100 * alarms) / inputs.length).toFixed(2)} %), ${(tookMs / inputs.length).toFixed(1)} ms a file`,
  )
}

if (values.folder !== undefined) await known(values.folder, Number(values.most ?? 2_000))
else await planted(Number(values.seed ?? CORPUS_SEED))
